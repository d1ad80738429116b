using System.Buffers;
using System.Text;
using MailAdmin.Server.Imap.Fetch;
using MailAdmin.Store;
using MailAdmin.Store.Summaries;

namespace MailAdmin.Server.Imap.Search;

/// <summary>
/// Text in contents: text parts without transfer encoding and charset, headers decoded, without regard to case. Parts that are no text are not looked into.
/// Streams: a window of characters is held, never a body.
/// </summary>
internal static class ContentSearch
{
    private const int Window = 16 * 1024;

    public static bool Contains(MessageContent content, MimePart root, string text, bool withHeader)
    {
        foreach (var part in root.Walk())
        {
            // BODY of a message holds the headers of its parts and of messages within it, but not its own.
            if ((withHeader || part != root) && part.HeaderLength > 0 && HeaderContains(content, part, text))
            {
                return true;
            }

            if (part.Kind == MimePartKind.Text && part.BodyLength > 0 && BodyContains(content, part, text))
            {
                return true;
            }
        }

        return false;
    }

    private static bool HeaderContains(MessageContent content, MimePart part, string text)
    {
        using var header = HeaderOctets.Read(content, part.HeaderOffset, part.HeaderLength);
        foreach (var field in new HeaderFields(header.Span))
        {
            // The whole field with its name, so that "Subject: x" is found as well.
            if (FieldSearch.ValueContains(field.Octets.TrimEnd("\r\n"u8), text))
            {
                return true;
            }
        }

        return false;
    }

    private static bool BodyContains(MessageContent content, MimePart part, string text)
    {
        var encoding = TextDecoding.Find(part.Charset);
        var found = BodyContains(content, part, text, encoding ?? Encoding.UTF8, out var isDamaged);
        // Without a charset (or with one that is not known) text is UTF-8 or else Latin-1, as in headers.
        return found || isDamaged && encoding is null && BodyContains(content, part, text, Encoding.Latin1, out _);
    }

    private static bool BodyContains(MessageContent content, MimePart part, string text, Encoding encoding, out bool isDamaged)
    {
        using var body = new DecodedBody(content, part);
        var decoder = encoding.GetDecoder();
        // A match may lie across two pieces: as many characters as the text has, less one, are carried over.
        var carried = 0;
        var characters = ArrayPool<char>.Shared.Rent(encoding.GetMaxCharCount(Window) + text.Length);
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
                    if (MemoryExtensions.Contains(window, text, StringComparison.OrdinalIgnoreCase))
                    {
                        return true;
                    }

                    isDamaged |= window[carried..].Contains('\uFFFD');
                    carried = Math.Min(text.Length - 1, length);
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
