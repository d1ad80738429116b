namespace MailAdmin.Protocol.Imap;

/// <summary>
/// A LIST pattern: <c>*</c> stands for anything, <c>%</c> for anything within a level. RFC 9051 §6.3.9. Matching follows all positions of the
/// pattern at once, so its time is bounded by the product of the lengths whatever the wildcards.
/// </summary>
public sealed class ListPattern
{
    /// <summary>Longest pattern, characters; a longer one matches nothing, as no name is so long.</summary>
    public const int MaxLength = 2048;

    private const string Inbox = "INBOX";

    private readonly string _pattern;
    private readonly char _separator;

    /// <summary>Makes a pattern.</summary>
    public ListPattern(string pattern, char separator)
    {
        _separator = separator;
        var collapsed = new System.Text.StringBuilder(pattern.Length);
        foreach (var c in pattern)
        {
            // ** is *, and so are *% and %*.
            if (c is '*' or '%' && collapsed.Length > 0 && collapsed[^1] is '*' or '%')
            {
                collapsed[^1] = c == '*' || collapsed[^1] == '*' ? '*' : '%';
                continue;
            }

            collapsed.Append(c);
        }

        _pattern = collapsed.ToString();
    }

    /// <summary>True where there is no wildcard.</summary>
    public bool IsLiteral => _pattern.AsSpan().IndexOfAny('*', '%') < 0;

    /// <summary>True where a whole name matches; INBOX as first level in any case.</summary>
    public bool Matches(string name)
    {
        if (_pattern.Length > MaxLength)
        {
            return false;
        }

        var anyCase = name.StartsWith(Inbox, StringComparison.Ordinal) && (name.Length == Inbox.Length || name[Inbox.Length] == _separator) ? Inbox.Length : 0;
        Span<bool> current = stackalloc bool[_pattern.Length + 1];
        Span<bool> next = stackalloc bool[_pattern.Length + 1];
        current[0] = true;
        PassWildcards(current);
        for (var i = 0; i < name.Length; i++)
        {
            next.Clear();
            var c = name[i];
            var any = false;
            for (var p = 0; p < _pattern.Length; p++)
            {
                if (!current[p])
                {
                    continue;
                }

                var expected = _pattern[p];
                if (expected == '*' || expected == '%' && c != _separator)
                {
                    next[p] = any = true;
                }
                else if (expected == c || i < anyCase && char.ToUpperInvariant(expected) == c)
                {
                    next[p + 1] = any = true;
                }
            }

            if (!any)
            {
                return false;
            }

            PassWildcards(next);
            var swap = current;
            current = next;
            next = swap;
        }

        return current[_pattern.Length];
    }

    private void PassWildcards(Span<bool> positions)
    {
        for (var p = 0; p < _pattern.Length; p++)
        {
            if (positions[p] && _pattern[p] is '*' or '%' && positions[p])
            {
                positions[p + 1] = true;
            }
        }
    }
}
