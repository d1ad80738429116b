using System.Globalization;
using System.Text;
using Terminal.Gui.Text;

namespace MailAdmin.Dashboard;

/// <summary>
/// Text in cells of a terminal: grapheme by grapheme, as wide as Terminal.Gui will count them when they are drawn. What control characters and formatting of
/// strangers would do to a terminal is taken out here.
/// </summary>
internal static class TextCells
{
    private static readonly string[] Small = [.. Enumerable.Range(0, 0x250).Select(c => ((char)c).ToString())];

    // What the console's own font (TERM=linux) or a non-UTF-8 terminal lacks, by signs that they have.
    private static readonly Dictionary<char, char> PlainSigns = new()
    {
        ['●'] = '*', ['▸'] = '>', ['▾'] = 'v', ['▲'] = '!', ['△'] = '!', ['✖'] = 'X', ['–'] = '-', ['…'] = '~', ['›'] = '>', ['·'] = '-', ['▴'] = '^', ['↑'] = '^', ['↓'] = 'v', ['←'] = '<', ['→'] = '>',
        ['─'] = '-', ['│'] = '|', ['┌'] = '+', ['┐'] = '+', ['└'] = '+', ['┘'] = '+', ['█'] = '#', ['░'] = '.', ['•'] = '*',
        ['▁'] = '_', ['▂'] = '.', ['▃'] = ':', ['▄'] = '-', ['▅'] = '=', ['▆'] = '+', ['▇'] = '#',
    };

    /// <summary>Cells a text takes.</summary>
    public static int Measure(string text)
    {
        var cells = 0;
        for (var i = 0; i < text.Length;)
        {
            var (_, length, width) = Next(text, i);
            i += length;
            cells += width;
        }

        return cells;
    }

    /// <summary>Vowel signs (as those of Hindi) in a grapheme that stand beside its letter: we count no cell for them, and many a terminal one for each.</summary>
    public static int VowelSigns(string text, int at, int length)
    {
        var signs = 0;
        for (var i = at + 1; i < at + length; i++)
        {
            signs += CharUnicodeInfo.GetUnicodeCategory(text, i) == UnicodeCategory.SpacingCombiningMark ? 1 : 0;
        }

        return signs;
    }

    /// <summary>A sign of ours as a cell has it.</summary>
    public static string Sign(char sign, bool isPlain) => isPlain && PlainSigns.TryGetValue(sign, out var plain) ? Small[plain] : sign < Small.Length ? Small[sign] : sign.ToString();

    /// <summary>What a cell has at an index of a text, how many characters of the text that is, and how many cells it takes: 0, 1 or 2.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">Where a grapheme begins.</param>
    /// <param name="isPlain">Our signs become ASCII.</param>
    public static (string Grapheme, int Length, int Cells) Next(string text, int at, bool isPlain = false)
    {
        var c = text[at];
        // Nothing that could combine with it follows: the quick way, taken by nearly all there is.
        var alone = at + 1 >= text.Length || text[at + 1] is < '\u0300' or (>= '\u2010' and <= '\u2027') or (>= '\u2190' and <= '\u25ff');
        if (alone && isPlain && PlainSigns.TryGetValue(c, out var sign))
        {
            return (Small[sign], 1, 1);
        }

        if (c < 0x250 && alone)
        {
            return c is < ' ' or (>= '\x7f' and <= '\x9f') or '\xad' ? (isPlain ? "." : "·", 1, 1) : (Small[c], 1, 1);
        }

        // Frames, blocks and the signs of ours; the squares behind them (U+25FD) are two cells wide.
        if (alone && c is >= '─' and <= '●')
        {
            return (c.ToString(), 1, 1);
        }

        var length = StringInfo.GetNextTextElementLength(text, at);
        var grapheme = text.Substring(at, length);
        foreach (var part in grapheme)
        {
            // Formatting characters turn text round or hide it: a sender's name could imitate another.
            if (char.IsControl(part) || char.IsSurrogate(part) && length == 1
                || part is '\u200e' or '\u200f' or '\u061c' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') or '\u2028' or '\u2029' or '\ufeff')
            {
                return (isPlain ? "." : "·", length, 1);
            }
        }

        grapheme = length == 1 ? grapheme : Agreed(grapheme);
        return (grapheme, length, Math.Clamp(grapheme.GetColumns(), 0, 2));
    }

    // Terminals do not agree how wide an emoji sequence is, and one that took more cells than we count would shift the rest of its line. All agree on the character
    // it begins with: what joins others to it, or says its colour or style (UTS #51), is not drawn. A joiner between letters is none of that.
    private static string Agreed(string grapheme)
    {
        var kept = new StringBuilder(grapheme.Length);
        foreach (var rune in grapheme.EnumerateRunes())
        {
            if (rune.Value == 0x200d && kept.Length > 0 && Rune.IsSymbol(Rune.GetRuneAt(grapheme, 0)))
            {
                break;
            }

            if (kept.Length == 0 || rune.Value is not ((>= 0xfe00 and <= 0xfe0f) or (>= 0x1f3fb and <= 0x1f3ff) or (>= 0xe0000 and <= 0xe01ef)))
            {
                kept.Append(rune.ToString());
            }
        }

        return kept.Length == grapheme.Length ? grapheme : kept.ToString();
    }
}
