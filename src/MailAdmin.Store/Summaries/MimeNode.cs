using System.Text;

namespace MailAdmin.Store.Summaries;

/// <summary>A part while the scanner works at it, with what its header says.</summary>
internal sealed class MimeNode
{
    public MimeNode? Parent { get; init; }
    public int Depth { get; init; }
    public long HeaderOffset { get; init; }
    public long HeaderLength { get; set; }
    public long BodyLength { get; set; }
    public long BodyLines { get; set; }
    /// <summary>Lines before the body, counted from the message's start.</summary>
    public long LinesBefore { get; set; }
    public List<MimeNode> Children { get; } = [];
    /// <summary>Octets of the header as far as they are read.</summary>
    public byte[] Header { get; private set; } = [];
    /// <summary>Octets beyond the limit were left out of <see cref="Header"/>.</summary>
    public bool HeaderIsCut { get; set; }
    public MimePartKind Kind { get; set; } = MimePartKind.Text;
    public MimeParameters? ContentType { get; private set; }
    public MimeParameters? Disposition { get; private set; }
    public string Type { get; set; } = "TEXT";
    public string Subtype { get; set; } = "PLAIN";
    public byte[]? Boundary { get; private set; }
    /// <summary>The closing boundary was seen; what follows is the epilogue.</summary>
    public bool IsClosed { get; set; }
    public TransferEncoding Encoding { get; private set; }
    /// <summary>Content-Transfer-Encoding as it stands there.</summary>
    public byte[]? EncodingName { get; private set; }
    public long BodyOffset => HeaderOffset + HeaderLength;

    /// <summary>Takes the header in. RFC 2045 §5.2: what cannot be read as a type is text/plain; RFC 2046 §5.1.5: in a digest message/rfc822.</summary>
    public void TakeHeader(byte[] header)
    {
        Header = header;
        var isInDigest = Parent is { Kind: MimePartKind.Multipart } && Parent.Subtype.Equals("digest", StringComparison.OrdinalIgnoreCase);
        if (isInDigest)
        {
            (Type, Subtype) = ("MESSAGE", "RFC822");
        }

        foreach (var field in new HeaderFields(header))
        {
            if (!field.Name.StartsWith("C"u8) && !field.Name.StartsWith("c"u8))
            {
                continue;
            }

            if (ContentType is null && field.Is("Content-Type"u8))
            {
                ContentType = MimeParameters.Parse(HeaderFields.Unfold(field.Value));
            }
            else if (EncodingName is null && field.Is("Content-Transfer-Encoding"u8))
            {
                EncodingName = MimeParameters.Parse(HeaderFields.Unfold(field.Value)).Value;
            }
            else if (Disposition is null && field.Is("Content-Disposition"u8))
            {
                Disposition = MimeParameters.Parse(HeaderFields.Unfold(field.Value));
            }
        }

        ReadType();
        Encoding = EncodingName switch
        {
            null or [] => TransferEncoding.Identity,
            _ when Ascii.EqualsIgnoreCase(EncodingName, "base64"u8) => TransferEncoding.Base64,
            _ when Ascii.EqualsIgnoreCase(EncodingName, "quoted-printable"u8) => TransferEncoding.QuotedPrintable,
            _ when Ascii.EqualsIgnoreCase(EncodingName, "binary"u8) => TransferEncoding.Binary,
            _ when Ascii.EqualsIgnoreCase(EncodingName, "7bit"u8) || Ascii.EqualsIgnoreCase(EncodingName, "8bit"u8) => TransferEncoding.Identity,
            _ => TransferEncoding.Unknown,
        };
    }

    private void ReadType()
    {
        if (ContentType is { } given)
        {
            var slash = given.Value.AsSpan().IndexOf((byte)'/');
            if (slash > 0 && slash < given.Value.Length - 1 && IsToken(given.Value.AsSpan(0, slash)) && IsToken(given.Value.AsSpan(slash + 1)))
            {
                Type = System.Text.Encoding.ASCII.GetString(given.Value, 0, slash);
                Subtype = System.Text.Encoding.ASCII.GetString(given.Value, slash + 1, given.Value.Length - slash - 1);
            }
            else
            {
                ContentType = null;
            }
        }

        Kind = Type.ToUpperInvariant() switch
        {
            "TEXT" => MimePartKind.Text,
            "MULTIPART" => MimePartKind.Multipart,
            "MESSAGE" when Subtype.Equals("RFC822", StringComparison.OrdinalIgnoreCase) || Subtype.Equals("GLOBAL", StringComparison.OrdinalIgnoreCase) => MimePartKind.Message,
            _ => MimePartKind.Other,
        };
        if (Kind == MimePartKind.Multipart)
        {
            // Trailing white space is no part of a boundary. RFC 2046 §5.1.1.
            var boundary = ContentType?["boundary"].AsSpan().TrimEnd(" \t"u8).ToArray();
            Boundary = boundary is { Length: > 0 and <= SummaryLimits.BoundaryOctets } ? boundary : null;
        }

        if (Depth >= SummaryLimits.Depth && Kind is (MimePartKind.Multipart or MimePartKind.Message))
        {
            BecomeOpaque();
        }
    }

    private void BecomeOpaque()
    {
        Kind = MimePartKind.Other;
        (Type, Subtype) = ("APPLICATION", "OCTET-STREAM");
        ContentType = null;
        Boundary = null;
    }

    private static bool IsToken(ReadOnlySpan<byte> text)
    {
        foreach (var octet in text)
        {
            if (octet is <= 32 or >= 127 or (byte)'"' or (byte)'(' or (byte)')' or (byte)'<' or (byte)'>' or (byte)'@' or (byte)',' or (byte)'/' or (byte)'\\')
            {
                return false;
            }
        }

        return text.Length > 0;
    }

    public byte[]? Field(ReadOnlySpan<byte> name) => HeaderFields.Find(Header, name);

    public MimePart ToPart() => new()
    {
        Kind = Kind,
        MediaType = (Type + "/" + Subtype).ToLowerInvariant(),
        Encoding = Encoding,
        Charset = Kind == MimePartKind.Text && ContentType?["charset"] is { } charset ? System.Text.Encoding.Latin1.GetString(charset) : null,
        FileName = Disposition?.GetText("filename") ?? ContentType?.GetText("name"),
        IsAttachment = Disposition is { } d && Ascii.EqualsIgnoreCase(d.Value, "attachment"u8),
        HeaderOffset = HeaderOffset,
        HeaderLength = HeaderLength,
        BodyLength = BodyLength,
        BodyLines = BodyLines,
        Children = [.. Children.Select(c => c.ToPart())],
    };
}
