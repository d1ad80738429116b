namespace MailAdmin.Dashboard.ViewModels;

/// <summary>Breaks lines to a width in cells: at blanks where it can, between the characters of scripts that have none, and never inside a grapheme.</summary>
internal static class TextWrap
{
    /// <summary>Lines made from one source at most; nobody scrolls further, and a message may not fill memory.</summary>
    public const int MaxLines = 200_000;

    // JIS X 4051: what closes or goes on begins no line, what opens ends none.
    private const string NeverFirst = "、。，．・：；！？）」』】〉》〕］｝’”…ー々ゝゞヽヾぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ｡､｣";
    private const string NeverLast = "（「『【〈《〔［｛‘“｢";

    /// <summary>Wraps; a line keeps its own leading blanks.</summary>
    public static IReadOnlyList<string> Wrap(IEnumerable<string> lines, int width)
    {
        width = Math.Max(8, width);
        var result = new List<string>();
        foreach (var piece in lines.SelectMany(line => Pieces(line.Replace("\t", "    ", StringComparison.Ordinal), width)))
        {
            if (result.Count == MaxLines)
            {
                result.Add("…");
                break;
            }

            result.Add(piece);
        }

        return result;
    }

    private static IEnumerable<string> Pieces(string line, int width)
    {
        if (line.Length <= width / 2)
        {
            // However wide its characters are, it fits.
            yield return line;
            yield break;
        }

        // The piece that is being filled: where it begins, its cells, whether it has anything but blanks, and the best end for it so far.
        var (start, cells, isBlank) = (0, 0, true);
        var best = Break.None;
        var (last, wasWide) = (' ', false);
        for (var at = 0; at < line.Length;)
        {
            var (_, length, wide) = TextCells.Next(line, at);
            var isWide = wide == 2;
            wide += TextCells.VowelSigns(line, at, length);
            if (line[at] == ' ')
            {
                // What a piece ends with is not seen and needs no room.
                best = isBlank ? best : new Break(at, at + 1, cells + 1);
            }
            else
            {
                if (at > start && last != ' ' && (isWide || wasWide) && !NeverFirst.Contains(line[at], StringComparison.Ordinal) && !NeverLast.Contains(last, StringComparison.Ordinal))
                {
                    best = new Break(at, at, cells);
                }

                while (cells + wide > width && at > start)
                {
                    best = best == Break.None ? new Break(at, at, cells) : best;
                    yield return line[start..best.End];
                    (start, cells, best) = (best.Next, cells - best.Cells, Break.None);
                }

                isBlank = false;
            }

            cells += wide;
            (last, wasWide) = (line[at + length - 1], isWide);
            at += length;
        }

        yield return line[start..];
    }

    // A piece may end here: behind what it shows, with the next one's beginning and the cells up to there.
    private readonly record struct Break(int End, int Next, int Cells)
    {
        public static readonly Break None = new(-1, -1, 0);
    }
}
