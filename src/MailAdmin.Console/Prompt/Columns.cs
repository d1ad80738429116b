using System.Text;

namespace MailAdmin.Console.Prompt;

/// <summary>How many columns of a terminal a text takes.</summary>
internal static class Columns
{
    /// <summary>Of a text without line breaks.</summary>
    public static int Of(string text) => text.EnumerateRunes().Sum(Of);

    // Unicode Annex 11 (wide) and combining marks: the ranges that names and subjects meet, not the whole tables.
    private static int Of(Rune rune) => rune.Value switch
    {
        < 0x20 => 0,
        >= 0x0300 and <= 0x036F or >= 0x200B and <= 0x200F or >= 0xFE00 and <= 0xFE0F => 0,
        >= 0x1100 and <= 0x115F or >= 0x2E80 and <= 0xA4CF or >= 0xAC00 and <= 0xD7A3 or >= 0xF900 and <= 0xFAFF
            or >= 0xFE30 and <= 0xFE6F or >= 0xFF00 and <= 0xFF60 or >= 0xFFE0 and <= 0xFFE6 or >= 0x1F300 and <= 0x1FAFF or >= 0x20000 and <= 0x3FFFD => 2,
        _ => 1,
    };
}
