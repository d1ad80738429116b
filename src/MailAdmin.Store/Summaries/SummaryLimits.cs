namespace MailAdmin.Store.Summaries;

/// <summary>Bounds of what a hostile message can make its summary cost. What lies beyond them is kept as opaque octets, never refused.</summary>
internal static class SummaryLimits
{
    /// <summary>Deepest level of multiparts and embedded messages; below it a part is application/octet-stream. Real mail stays under ten.</summary>
    public const int Depth = 64;
    /// <summary>Parts of a message; the last one holds the rest.</summary>
    public const int Parts = 1000;
    /// <summary>Octets of one header that are read for fields; offsets stay exact beyond it.</summary>
    public const int HeaderOctets = 256 * 1024;
    /// <summary>Octets of all part headers together that are read for fields.</summary>
    public const int AllHeaderOctets = 1024 * 1024;
    /// <summary>Octets of fields that clients list with, kept in the summary; above it they are read from the content.</summary>
    public const int ListedFieldOctets = 16 * 1024;
    /// <summary>Addresses of one field.</summary>
    public const int Addresses = 2000;
    /// <summary>Octets of a MIME field's value before its parameters: type and subtype (RFC 2045 §5.1), or a token.</summary>
    public const int MainValueOctets = 256;
    /// <summary>Parameters of one MIME field, what stands in the place of one included.</summary>
    public const int Parameters = 64;
    /// <summary>Longest boundary looked for. RFC 2046 §5.1.1 allows 70 characters.</summary>
    public const int BoundaryOctets = 1000;
    /// <summary>Window over the content while it is scanned.</summary>
    public const int Window = 32 * 1024;
    /// <summary>Characters of a preview. RFC 8970 §3.1 allows 256.</summary>
    public const int PreviewCharacters = 200;
    /// <summary>Octets of a text part that a preview is made from.</summary>
    public const int PreviewOctets = 4096;
}
