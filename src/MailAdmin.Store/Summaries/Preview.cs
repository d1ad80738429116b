using System.Text;

namespace MailAdmin.Store.Summaries;

/// <summary>A short text of what a message says. RFC 8970.</summary>
internal static class Preview
{
    public static string Make(MimePart root, MessageContent content)
    {
        MimePart? html = null;
        foreach (var part in root.Walk())
        {
            if (part.Kind != MimePartKind.Text || part.IsAttachment || part.BodyLength == 0)
            {
                continue;
            }

            if (part.MediaType == "text/plain")
            {
                return Shorten(ReadStart(part, content), isHtml: false);
            }

            html ??= part.MediaType == "text/html" ? part : null;
        }

        return html is null ? string.Empty : Shorten(ReadStart(html, content), isHtml: true);
    }

    private static string ReadStart(MimePart part, MessageContent content)
    {
        var count = (int)Math.Min(part.BodyLength, SummaryLimits.PreviewOctets);
        var raw = new byte[count];
        var filled = 0;
        while (filled < count && content.Read(part.BodyOffset + filled, raw.AsSpan(filled)) is > 0 and var read)
        {
            filled += read;
        }

        var decoder = new TransferDecoder(part.Encoding);
        var decoded = new byte[decoder.MaxOutput(filled)];
        var octets = decoded.AsSpan(0, decoder.Decode(raw, 0, filled, decoded));
        if (TextDecoding.Find(part.Charset) is { } encoding && part.Charset is not null)
        {
            return encoding.GetString(octets);
        }

        // The cut may have split a character; that alone does not make it Latin-1.
        for (var cut = 0; cut < 4 && cut < octets.Length; cut++)
        {
            if (System.Text.Unicode.Utf8.IsValid(octets[..^cut]))
            {
                return Encoding.UTF8.GetString(octets[..^cut]);
            }
        }

        return Encoding.Latin1.GetString(octets);
    }

    private static string Shorten(string text, bool isHtml)
    {
        var result = new StringBuilder(SummaryLimits.PreviewCharacters);
        for (var i = 0; i < text.Length && result.Length < SummaryLimits.PreviewCharacters; i++)
        {
            var character = text[i];
            if (isHtml && character == '<')
            {
                i = EndOfTag(text, i);
                character = ' ';
            }
            else if (isHtml && character == '&' && text.IndexOf(';', i, Math.Min(10, text.Length - i)) is > 0 and var end)
            {
                character = System.Net.WebUtility.HtmlDecode(text[i..(end + 1)]) is { Length: 1 } decoded ? decoded[0] : ' ';
                i = end;
            }

            if (char.IsWhiteSpace(character) || char.IsControl(character) || character == '\uFFFD')
            {
                if (result.Length > 0 && result[^1] != ' ')
                {
                    result.Append(' ');
                }
            }
            else
            {
                result.Append(character);
            }
        }

        if (result.Length > 0 && char.IsHighSurrogate(result[^1]))
        {
            result.Length--;
        }

        return result.ToString().TrimEnd();
    }

    /// <summary>Passes a tag; of style and script what stands between them too.</summary>
    private static int EndOfTag(string text, int start)
    {
        foreach (var name in (ReadOnlySpan<string>)["style", "script", "head"])
        {
            if (string.Compare(text, start + 1, name, 0, name.Length, StringComparison.OrdinalIgnoreCase) == 0)
            {
                var close = text.IndexOf("</" + name, start, StringComparison.OrdinalIgnoreCase);
                start = close < 0 ? text.Length - 1 : close;
                break;
            }
        }

        var end = text.IndexOf('>', start);
        return end < 0 ? text.Length - 1 : end;
    }
}
