using System.Buffers;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace MailAdmin.Dashboard.ViewModels;

/// <summary>
/// HTML as a person reads it in a terminal: blocks as lines, list items with a dot, links with their address, nothing fetched, nothing run. One pass over
/// the text, whatever is in it.
/// </summary>
internal static partial class HtmlText
{
    /// <summary>Longest HTML that is looked at, in characters; a mail that says more says it elsewhere too.</summary>
    public const int MaxLength = 2_000_000;

    private static readonly SearchValues<char> EndOfKey = SearchValues.Create(" \t\r\n/=");

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
        // Depth of <pre>: blanks and line ends are kept.
        var kept = 0;
        while (!source.IsEmpty)
        {
            var open = source.IndexOf('<');
            if (open != 0)
            {
                var end = open < 0 ? source.Length : open;
                Append(text, WebUtility.HtmlDecode(source[..end].ToString()), kept > 0);
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

                link = isEnd || Attribute(tag, "href") is not { } address || address.StartsWith('#') ? null : address;
            }
            else if (name.Equals("img", StringComparison.OrdinalIgnoreCase))
            {
                // A sender who lets a picture speak says here what it says.
                Append(text, Attribute(tag, "alt") is { } words ? $"[{words}]" : "", isKept: false);
            }
            else if (Blocks.Contains(name))
            {
                Break(text, Spaced.Contains(name));
                kept = !name.Equals("pre", StringComparison.OrdinalIgnoreCase) ? kept : isEnd ? Math.Max(0, kept - 1) : kept + 1;
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

        return text.ToString().Trim('\n').TrimEnd();
    }

    // Not seen, and no part of a word: newsletters pad with them what a list of messages shows beside the subject.
    [GeneratedRegex("[\u00AD\u034F\u200B\u2060\uFEFF]+")]
    private static partial Regex Fillers();

    // Between letters a joiner is part of the word, in Persian for one.
    [GeneratedRegex(@"(?<!\S)[\u200C\u200D]+|[\u200C\u200D]+(?!\S)")]
    private static partial Regex LooseJoiners();

    private static void Append(StringBuilder text, string piece, bool isKept)
    {
        foreach (var c in LooseJoiners().Replace(Fillers().Replace(piece, ""), ""))
        {
            var isAfterBlank = text.Length == 0 || text[^1] is ' ' or '\n';
            if (!char.IsWhiteSpace(c) || c == '\u00a0')
            {
                text.Append(c == '\u00a0' ? ' ' : c);
            }
            else if (isKept)
            {
                text.Append(c, c == '\r' ? 0 : 1);
            }
            else if (!isAfterBlank)
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

    /// <summary>The value of an attribute; null where the tag has none, or an empty one.</summary>
    private static string? Attribute(ReadOnlySpan<char> tag, string name)
    {
        for (tag = tag[Name(tag).Length..]; ;)
        {
            tag = tag.TrimStart(" \t\r\n/=");
            if (tag.IsEmpty)
            {
                return null;
            }

            var (key, rest) = Split(tag, tag.IndexOfAny(EndOfKey));
            tag = rest.TrimStart();
            if (!tag.StartsWith("="))
            {
                continue;
            }

            tag = tag[1..].TrimStart();
            var isQuoted = tag is ['"' or '\'', ..];
            var (value, after) = isQuoted ? Split(tag[1..], tag[1..].IndexOf(tag[0])) : Split(tag, tag.IndexOfAny(" \t\r\n"));
            tag = isQuoted && !after.IsEmpty ? after[1..] : after;
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                var decoded = WebUtility.HtmlDecode(value.ToString()).Trim();
                return decoded.Length == 0 ? null : decoded;
            }
        }
    }

    private static Halves Split(ReadOnlySpan<char> text, int at) => at < 0 ? new Halves(text, []) : new Halves(text[..at], text[at..]);

    private readonly ref struct Halves(ReadOnlySpan<char> before, ReadOnlySpan<char> after)
    {
        private readonly ReadOnlySpan<char> _before = before, _after = after;

        public void Deconstruct(out ReadOnlySpan<char> before, out ReadOnlySpan<char> after)
        {
            before = _before;
            after = _after;
        }
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
