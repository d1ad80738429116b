namespace MailAdmin.Store.Summaries;

/// <summary>What a part is made of.</summary>
public enum MimePartKind
{
    /// <summary>Octets that are not text: no line count, no children.</summary>
    Other,
    /// <summary>text/*</summary>
    Text,
    /// <summary>multipart/* with its children.</summary>
    Multipart,
    /// <summary>message/rfc822 or message/global; its one child is the embedded message. RFC 2046 §5.2.1, RFC 6532 §3.7.</summary>
    Message,
}

/// <summary>Content-Transfer-Encoding. RFC 2045 §6.</summary>
public enum TransferEncoding
{
    /// <summary>7bit, 8bit or none.</summary>
    Identity,
    /// <summary>binary</summary>
    Binary,
    /// <summary>base64</summary>
    Base64,
    /// <summary>quoted-printable</summary>
    QuotedPrintable,
    /// <summary>Something else; cannot be decoded.</summary>
    Unknown,
}

/// <summary>A part of a message: where it lies and how it is encoded. Offsets count from the message's first octet.</summary>
public sealed class MimePart
{
    /// <summary>See <see cref="MimePartKind"/>.</summary>
    public required MimePartKind Kind { get; init; }
    /// <summary>Type and subtype in lower case.</summary>
    public required string MediaType { get; init; }
    /// <summary>See <see cref="TransferEncoding"/>.</summary>
    public required TransferEncoding Encoding { get; init; }
    /// <summary>Charset of a text part as it is named in the message; null where none is.</summary>
    public string? Charset { get; init; }
    /// <summary>File name, decoded; null where there is none.</summary>
    public string? FileName { get; init; }
    /// <summary>Content-Disposition is attachment.</summary>
    public bool IsAttachment { get; init; }
    /// <summary>First octet of the part's header.</summary>
    public required long HeaderOffset { get; init; }
    /// <summary>Octets of the header with the empty line that ends it.</summary>
    public required long HeaderLength { get; init; }
    /// <summary>First octet of the body.</summary>
    public long BodyOffset => HeaderOffset + HeaderLength;
    /// <summary>Octets of the body; the line end before a boundary is the boundary's.</summary>
    public required long BodyLength { get; init; }
    /// <summary>Lines of the body.</summary>
    public required long BodyLines { get; init; }
    /// <summary>Parts of a multipart; the embedded message of a message part; else empty.</summary>
    public required IReadOnlyList<MimePart> Children { get; init; }

    /// <summary>Every part from this one on, in the order they stand.</summary>
    public IEnumerable<MimePart> Walk()
    {
        var open = new Stack<MimePart>();
        open.Push(this);
        while (open.TryPop(out var part))
        {
            yield return part;
            for (var i = part.Children.Count - 1; i >= 0; i--)
            {
                open.Push(part.Children[i]);
            }
        }
    }

    /// <summary>
    /// The part with a number as RFC 9051 §6.4.5 gives them: parts of a multipart count from 1; a part that is no multipart has itself as its part 1;
    /// an embedded message's parts stand below its number. Null where there is none. The root is the part of no number.
    /// </summary>
    public MimePart? Find(ReadOnlySpan<int> number)
    {
        var part = this;
        var isMessageBody = true;
        foreach (var n in number)
        {
            if (part.Kind == MimePartKind.Message && !isMessageBody)
            {
                part = part.Children[0];
                isMessageBody = true;
            }

            if (part.Kind == MimePartKind.Multipart)
            {
                if (n < 1 || n > part.Children.Count)
                {
                    return null;
                }

                part = part.Children[n - 1];
            }
            else if (!isMessageBody || n != 1)
            {
                return null;
            }

            isMessageBody = false;
        }

        return part;
    }
}
