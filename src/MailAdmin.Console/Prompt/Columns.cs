using System.Text;
using System.Text.RegularExpressions;

namespace MailAdmin.Console.Prompt;

/// <summary>How many columns of a terminal a text takes.</summary>
internal static partial class Columns
{
    /// <summary>Of a text without line breaks; escape sequences in it take none.</summary>
    public static int Of(string text) => WithoutSequences(text).EnumerateRunes().Sum(Of);

    /// <summary>Of a character; half of a surrogate pair counts as half of what such pairs usually are.</summary>
    public static int Of(char c) => Rune.TryCreate(c, out var rune) ? Of(rune) : 1;

    // Unicode Annex 11 (wide) and combining marks: the ranges that names and subjects meet, not the whole tables.
    /// <summary>Of a character: 0, 1 or 2.</summary>
    public static int Of(Rune rune) => rune.Value switch
    {
        < 0x20 or >= 0x7F and < 0xA0 => 0,
        >= 0x0300 and <= 0x036F or >= 0x200B and <= 0x200F or >= 0xFE00 and <= 0xFE0F => 0,
        >= 0x1100 and <= 0x115F or >= 0x2E80 and <= 0xA4CF or >= 0xAC00 and <= 0xD7A3 or >= 0xF900 and <= 0xFAFF
            or >= 0xFE30 and <= 0xFE6F or >= 0xFF00 and <= 0xFF60 or >= 0xFFE0 and <= 0xFFE6 or >= 0x1F300 and <= 0x1FAFF or >= 0x20000 and <= 0x3FFFD => 2,
        _ => 1,
    };

    /// <summary>A text of at most so many columns: a longer one ends with <paramref name="mark"/>, of one column.</summary>
    public static string Cut(string text, int columns, string mark)
    {
        if (Of(text) <= columns)
        {
            return text;
        }

        var (at, taken) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            taken += Of(rune);
            if (taken > columns - 1)
            {
                break;
            }

            at += rune.Utf16SequenceLength;
        }

        return text[..at] + mark;
    }

    /// <summary>What a terminal shows of a text.</summary>
    public static string WithoutSequences(string text) => text.Contains('\e', StringComparison.Ordinal) ? Sequences().Replace(text, "") : text;

    // ECMA-48 §5.4: CSI, parameters, intermediates, final; §8.3.89: OSC up to BEL or ST.
    [GeneratedRegex(@"\e(\[[0-?]*[ -/]*[@-~]|\][^\a\e]*(\a|\e\\))", RegexOptions.CultureInvariant)]
    private static partial Regex Sequences();
}
