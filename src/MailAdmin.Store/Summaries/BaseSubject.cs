using System.Text;

namespace MailAdmin.Store.Summaries;

/// <summary>The base subject of SORT and THREAD. RFC 5256 §2.1.</summary>
public static class BaseSubject
{
    /// <summary>
    /// Takes replies, forwards, list tags and white space off a decoded subject. <paramref name="isReplyOrForward"/>: something like "Re:" or "(fwd)" was taken off.
    /// </summary>
    public static string Extract(string subject, out bool isReplyOrForward)
    {
        isReplyOrForward = false;
        var text = CollapseSpace(subject).AsSpan();
        while (true)
        {
            text = RemoveTrailers(text, ref isReplyOrForward);
            text = RemoveLeaders(text, ref isReplyOrForward);
            // (6) "[fwd: … ]" around all of it.
            if (!text.StartsWith("[fwd:", StringComparison.OrdinalIgnoreCase) || !text.EndsWith("]"))
            {
                return text.ToString();
            }

            isReplyOrForward = true;
            text = text[5..^1];
        }
    }

    /// <summary>(1) Tabs and folds become spaces, runs of spaces one.</summary>
    private static string CollapseSpace(string subject)
    {
        if (!subject.AsSpan().ContainsAny('\t', '\r', '\n') && !subject.Contains("  ", StringComparison.Ordinal))
        {
            return subject;
        }

        var result = new StringBuilder(subject.Length);
        foreach (var character in subject)
        {
            if (character is ' ' or '\t' or '\r' or '\n')
            {
                if (result.Length == 0 || result[^1] != ' ')
                {
                    result.Append(' ');
                }
            }
            else
            {
                result.Append(character);
            }
        }

        return result.ToString();
    }

    /// <summary>(2) subj-trailer = "(fwd)" / WSP</summary>
    private static ReadOnlySpan<char> RemoveTrailers(ReadOnlySpan<char> text, scoped ref bool isReplyOrForward)
    {
        while (true)
        {
            text = text.TrimEnd(' ');
            if (!text.EndsWith("(fwd)", StringComparison.OrdinalIgnoreCase))
            {
                return text;
            }

            isReplyOrForward = true;
            text = text[..^5];
        }
    }

    /// <summary>
    /// (3) to (5): leaders, and blobs that leave something, until neither is there. Blobs that no reply mark follows go all at once: as one by one they
    /// would, but the last, where nothing stands behind it.
    /// </summary>
    private static ReadOnlySpan<char> RemoveLeaders(ReadOnlySpan<char> text, scoped ref bool isReplyOrForward)
    {
        while (true)
        {
            text = text.TrimStart(' ');
            var rest = text;
            var last = text;
            for (var next = rest; TryBlob(ref next); rest = next)
            {
                last = rest;
            }

            if (!TryReplyMark(ref rest))
            {
                return rest.Length > 0 ? rest : last;
            }

            isReplyOrForward = true;
            text = rest;
        }
    }

    /// <summary>subj-blob = "[" *BLOBCHAR "]" *WSP</summary>
    private static bool TryBlob(ref ReadOnlySpan<char> text)
    {
        if (text.Length == 0 || text[0] != '[')
        {
            return false;
        }

        var end = text[1..].IndexOfAny('[', ']');
        if (end < 0 || text[end + 1] != ']')
        {
            return false;
        }

        text = text[(end + 2)..].TrimStart(' ');
        return true;
    }

    /// <summary>subj-refwd = ("re" / ("fw" ["d"])) *WSP [subj-blob] ":"</summary>
    private static bool TryReplyMark(ref ReadOnlySpan<char> text)
    {
        var length = text.StartsWith("re", StringComparison.OrdinalIgnoreCase) ? 2
            : text.StartsWith("fwd", StringComparison.OrdinalIgnoreCase) ? 3
            : text.StartsWith("fw", StringComparison.OrdinalIgnoreCase) ? 2 : 0;
        if (length == 0)
        {
            return false;
        }

        var rest = text[length..].TrimStart(' ');
        _ = TryBlob(ref rest);
        if (rest.Length == 0 || rest[0] != ':')
        {
            return false;
        }

        text = rest[1..];
        return true;
    }
}
