using System.Net;
using System.Text;

namespace MailAdmin.Dashboard.ViewModels;

/// <summary>
/// HTML as a person reads it in a terminal: blocks as lines, list items with a dot, links with their address, nothing fetched, nothing run. One pass over
/// the text, whatever is in it.
/// </summary>
internal static class HtmlText
{
    /// <summary>Longest HTML that is looked at, in characters; a mail that says more says it elsewhere too.</summary>
    public const int MaxLength = 2_000_000;

    private static readonly HashSet<string> Blocks = new(StringComparer.OrdinalIgnoreCase)
    {
        "p", "div", "br", "tr", "table", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "hr", "section", "article", "header", "footer", "dt", "dd",
    };

    private static readonly HashSet<string> Spaced = new(StringComparer.OrdinalIgnoreCase) { "p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "blockquote", "pre" };

    /// <summary>The text.</summary>
    public static string Of(string html)
    {
        var source = html.AsSpan(0, Math.Min(html.Length, MaxLength));
        var text = new StringBuilder(source.Length / 2);
        string? link = null;
        while (!source.IsEmpty)
        {
            var open = source.IndexOf('<');
            if (open != 0)
            {
                var end = open < 0 ? source.Length : open;
                Append(text, WebUtility.HtmlDecode(source[..end].ToString()));
                source = source[end..];
                continue;
            }

            if (source.StartsWith("<!--"))
            {
                source = After(source, "-->");
                continue;
            }

            var close = source.IndexOf('>');
            if (close < 0)
            {
                break;
            }

            var tag = source[1..close];
            source = source[(close + 1)..];
            var isEnd = tag.StartsWith("/");
            var name = Name(isEnd ? tag[1..] : tag);
            if (!isEnd && name.ToLowerInvariant() is "script" or "style" or "title" or "head" && !tag.EndsWith("/"))
            {
                source = After(source, "</" + name, throughTag: true);
                continue;
            }

            if (name.Equals("a", StringComparison.OrdinalIgnoreCase))
            {
                if (isEnd && link is not null && !text.ToString(Math.Max(0, text.Length - link.Length), Math.Min(link.Length, text.Length)).Equals(link, StringComparison.Ordinal))
                {
                    text.Append(" [").Append(link).Append(']');
                }

                link = isEnd ? null : Href(tag);
            }
            else if (Blocks.Contains(name))
            {
                Break(text, Spaced.Contains(name));
                if (!isEnd && name.Equals("li", StringComparison.OrdinalIgnoreCase))
                {
                    text.Append("• ");
                }
                else if (name.Equals("hr", StringComparison.OrdinalIgnoreCase))
                {
                    text.Append("────────\n");
                }
            }
            else if (name.ToLowerInvariant() is "td" or "th" && isEnd)
            {
                text.Append("  ");
            }
        }

        return text.ToString().Trim();
    }

    private static void Append(StringBuilder text, string piece)
    {
        foreach (var c in piece)
        {
            if (!char.IsWhiteSpace(c) || c == '\u00a0')
            {
                text.Append(c == '\u00a0' ? ' ' : c);
            }
            else if (text.Length > 0 && text[^1] is not (' ' or '\n'))
            {
                text.Append(' ');
            }
        }
    }

    private static void Break(StringBuilder text, bool isSpaced)
    {
        while (text.Length > 0 && text[^1] == ' ')
        {
            text.Length--;
        }

        if (text.Length == 0)
        {
            return;
        }

        var ends = text[^1] != '\n' ? 0 : text.Length > 1 && text[^2] == '\n' ? 2 : 1;
        text.Append('\n', Math.Max(0, (isSpaced ? 2 : 1) - ends));
    }

    private static string Name(ReadOnlySpan<char> tag)
    {
        var end = tag.IndexOfAny(" \t\r\n/");
        return (end < 0 ? tag : tag[..end]).ToString();
    }

    private static string? Href(ReadOnlySpan<char> tag)
    {
        var at = tag.IndexOf("href", StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return null;
        }

        var value = tag[(at + 4)..].TrimStart();
        if (!value.StartsWith("="))
        {
            return null;
        }

        value = value[1..].TrimStart();
        var quote = value.IsEmpty ? ' ' : value[0];
        var (from, end) = quote is '"' or '\'' ? (1, value[1..].IndexOf(quote)) : (0, value.IndexOfAny(" \t\r\n"));
        var address = WebUtility.HtmlDecode((end < 0 ? value[from..] : value.Slice(from, end)).ToString()).Trim();
        return address.Length == 0 || address.StartsWith('#') ? null : address;
    }

    private static ReadOnlySpan<char> After(ReadOnlySpan<char> source, string mark, bool throughTag = false)
    {
        var at = source.IndexOf(mark, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return [];
        }

        source = source[(at + mark.Length)..];
        if (!throughTag)
        {
            return source;
        }

        var close = source.IndexOf('>');
        return close < 0 ? [] : source[(close + 1)..];
    }
}
