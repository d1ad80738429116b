using System.Buffers;
using System.Text;
using MailAdmin.Store.Summaries;

namespace MailAdmin.Store.Search;

/// <summary>Takes the text of a message as windows; those of one body overlap.</summary>
public interface ITextVisitor
{
    /// <summary>Takes a window; true ends the walk.</summary>
    bool Visit(scoped ReadOnlySpan<char> text);
}

/// <summary>
/// The text of a message as SEARCH means it: header fields decoded (RFC 2047), text parts without transfer encoding and charset. Search and
/// index walk the same text, so that the one never misses what the other finds. Streams: a window of characters is held, never a body.
/// </summary>
public static class MessageText
{
    /// <summary>Octets of a header that are looked at. Real headers stay under 100 KiB.</summary>
    public const int MaxHeader = 1024 * 1024;
    private const int Window = 16 * 1024;
    private const int OnStack = 512;

    /// <summary>
    /// Walks header (where wanted) and body. <paramref name="overlap"/>: characters of one window that begin the next. True where the visitor ended it.
    /// </summary>
    public static bool Visit<T>(MessageContent content, MimePart root, bool withHeader, int overlap, ref T visitor)
        where T : struct, ITextVisitor
    {
        foreach (var part in root.Walk())
        {
            // BODY of a message holds the headers of its parts and of messages within it, but not its own. Parts that are no text are not looked into.
            if ((withHeader || part != root) && part.HeaderLength > 0 && VisitHeader(content, part, ref visitor)
                || part.Kind == MimePartKind.Text && part.BodyLength > 0 && VisitBody(content, part, overlap, ref visitor))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Gives a field's octets decoded and on one line. Plain ASCII on one line, the common case, is not decoded and nothing is allocated.</summary>
    public static bool VisitField<T>(ReadOnlySpan<byte> value, ref T visitor)
        where T : struct, ITextVisitor
    {
        if (value.Length <= OnStack && value.IndexOf((byte)'\n') < 0 && Ascii.IsValid(value) && value.IndexOf("=?"u8) < 0)
        {
            Span<char> plain = stackalloc char[OnStack];
            return visitor.Visit(plain[..Encoding.ASCII.GetChars(value, plain)]);
        }

        return visitor.Visit(HeaderText.Decode(HeaderFields.Unfold(value)));
    }

    private static bool VisitHeader<T>(MessageContent content, MimePart part, ref T visitor)
        where T : struct, ITextVisitor
    {
        using var header = HeaderOctets.Read(content, part.HeaderOffset, part.HeaderLength);
        foreach (var field in new HeaderFields(header.Span))
        {
            // The whole field with its name, so that "Subject: x" is found as well.
            if (VisitField(field.Octets.TrimEnd("\r\n"u8), ref visitor))
            {
                return true;
            }
        }

        return false;
    }

    private static bool VisitBody<T>(MessageContent content, MimePart part, int overlap, ref T visitor)
        where T : struct, ITextVisitor
    {
        var encoding = TextDecoding.Find(part.Charset);
        // Without a charset (or with one that is not known) text is UTF-8 or else Latin-1, as in headers.
        return VisitBody(content, part, overlap, encoding ?? Encoding.UTF8, ref visitor, out var isDamaged)
            || isDamaged && encoding is null && VisitBody(content, part, overlap, Encoding.Latin1, ref visitor, out _);
    }

    private static bool VisitBody<T>(MessageContent content, MimePart part, int overlap, Encoding encoding, ref T visitor, out bool isDamaged)
        where T : struct, ITextVisitor
    {
        using var body = new DecodedBody(content, part);
        var decoder = encoding.GetDecoder();
        var carried = 0;
        var characters = ArrayPool<char>.Shared.Rent(encoding.GetMaxCharCount(Window) + overlap);
        isDamaged = false;
        try
        {
            while (body.Next() is { IsEmpty: false } piece)
            {
                for (var octets = piece.Span; !octets.IsEmpty;)
                {
                    var take = Math.Min(Window, octets.Length);
                    var length = carried + decoder.GetChars(octets[..take], characters.AsSpan(carried), flush: false);
                    octets = octets[take..];
                    var window = characters.AsSpan(0, length);
                    if (visitor.Visit(window))
                    {
                        return true;
                    }

                    isDamaged |= window[carried..].Contains('\uFFFD');
                    carried = Math.Min(overlap, length);
                    window[(length - carried)..].CopyTo(characters);
                }
            }

            return false;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(characters);
        }
    }
}

/// <summary>A header held while it is looked at, in a rented buffer.</summary>
public readonly struct HeaderOctets : IDisposable
{
    private readonly byte[] _rented;
    private readonly int _length;

    private HeaderOctets(byte[] rented, int length) => (_rented, _length) = (rented, length);

    /// <summary>The header's octets, at most <see cref="MessageText.MaxHeader"/>.</summary>
    public ReadOnlySpan<byte> Span => _rented.AsSpan(0, _length);

    /// <summary>Reads a header.</summary>
    public static HeaderOctets Read(MessageContent content, long offset, long length)
    {
        var count = (int)Math.Min(length, MessageText.MaxHeader);
        var rented = ArrayPool<byte>.Shared.Rent(Math.Max(1, count));
        var filled = 0;
        while (filled < count && content.Read(offset + filled, rented.AsSpan(filled, count - filled)) is > 0 and var read)
        {
            filled += read;
        }

        return new HeaderOctets(rented, filled);
    }

    /// <inheritdoc/>
    public void Dispose() => ArrayPool<byte>.Shared.Return(_rented);
}
