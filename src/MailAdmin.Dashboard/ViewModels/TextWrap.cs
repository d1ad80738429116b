namespace MailAdmin.Dashboard.ViewModels;

/// <summary>Breaks lines to a width, at blanks where it can.</summary>
internal static class TextWrap
{
    /// <summary>Lines made from one source at most; nobody scrolls further, and a message may not fill memory.</summary>
    public const int MaxLines = 200_000;

    /// <summary>Wraps; a line keeps its own leading blanks. Widths count characters, the canvas cuts what is wider.</summary>
    public static IReadOnlyList<string> Wrap(IEnumerable<string> lines, int width)
    {
        width = Math.Max(8, width);
        var result = new List<string>();
        foreach (var source in lines)
        {
            if (result.Count >= MaxLines)
            {
                result.Add("…");
                break;
            }

            var line = source.Contains('\t', StringComparison.Ordinal) ? source.Replace("\t", "    ", StringComparison.Ordinal) : source;
            var start = 0;
            while (line.Length - start > width && result.Count < MaxLines)
            {
                var blank = line.LastIndexOf(' ', start + width, width);
                var end = blank > start ? blank : start + width;
                // A surrogate pair stays together.
                if (end < line.Length && char.IsLowSurrogate(line[end]))
                {
                    end--;
                }

                result.Add(line[start..end]);
                start = blank > start ? end + 1 : end;
            }

            result.Add(line[start..]);
        }

        return result;
    }
}
