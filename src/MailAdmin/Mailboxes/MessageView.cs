namespace MailAdmin;

/// <summary>A message as a person reads it: fields decoded, text found, parts listed. The content itself is read octet by octet where it is wanted.</summary>
public sealed record MessageView
{
    /// <summary>Address of its mailbox.</summary>
    public required string Mailbox { get; init; }
    /// <summary>Full name of its folder.</summary>
    public required string Folder { get; init; }
    /// <summary>RFC 9051 §2.3.1.1.</summary>
    public required uint Uid { get; init; }
    /// <summary>Octets of the whole message.</summary>
    public long SizeBytes { get; init; }
    /// <summary>Header fields in order, decoded.</summary>
    public required IReadOnlyList<MessageHeader> Headers { get; init; }
    /// <summary>The plain text; null where there is none.</summary>
    public string? Text { get; init; }
    /// <summary>The HTML; null where there is none.</summary>
    public string? Html { get; init; }
    /// <summary>The HTML as text: links in brackets, lists as lines, nothing fetched.</summary>
    public string? HtmlAsText { get; init; }
    /// <summary>A text was longer than <see cref="MaxTextLength"/> and is cut.</summary>
    public bool IsTruncated { get; init; }
    /// <summary>Parts that are not the text.</summary>
    public required IReadOnlyList<MessageAttachment> Attachments { get; init; }

    /// <summary>Longest text or HTML given out, in characters; the rest is in the content.</summary>
    public const int MaxTextLength = 1_000_000;
}

/// <summary>A header field, decoded.</summary>
public sealed record MessageHeader(string Name, string Value);

/// <summary>A part of a message that is not its text.</summary>
/// <param name="Name">File name, or a made-up one where the part has none.</param>
/// <param name="ContentType">Media type.</param>
/// <param name="SizeBytes">Octets, decoded.</param>
/// <param name="IsInline">Shown inside the text.</param>
public sealed record MessageAttachment(string Name, string ContentType, long SizeBytes, bool IsInline);
