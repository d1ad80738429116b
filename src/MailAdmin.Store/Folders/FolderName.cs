using System.Text;

namespace MailAdmin.Store;

/// <summary>The rules of folder names.</summary>
public static class FolderName
{
    public const string Inbox = "INBOX";
    public const char Separator = '/';
    /// <summary>Longest full name, octets of UTF-8.</summary>
    public const int MaxOctets = 1000;
    /// <summary>Deepest level.</summary>
    public const int MaxLevels = 32;

    /// <summary>Canonical form: NFC, INBOX in capitals also as the first level. False for an empty, too long, too deep or unprintable name, and for one that is no text.</summary>
    public static bool TryNormalize(string name, out string normalized)
    {
        normalized = string.Empty;
        if (string.IsNullOrEmpty(name) || !IsWellFormed(name))
        {
            return false;
        }

        name = name.Normalize();
        var levels = name.Split(Separator);
        if (levels.Length > MaxLevels || levels.Any(l => l.Length == 0 || l.Any(char.IsControl)) || Encoding.UTF8.GetByteCount(name) > MaxOctets)
        {
            return false;
        }

        if (levels[0].Equals(Inbox, StringComparison.OrdinalIgnoreCase))
        {
            levels[0] = Inbox;
            name = string.Join(Separator, levels);
        }

        normalized = name;
        return true;
    }

    /// <summary>A pattern of names as it is held against them: NFC, where it can be.</summary>
    public static string NormalizePattern(string pattern) => IsWellFormed(pattern) ? pattern.Normalize() : pattern;

    /// <summary>No half of a surrogate pair, and none of the code points that are no characters (Unicode 23.7): normalisation throws at some of them.</summary>
    private static bool IsWellFormed(string name)
    {
        foreach (var rune in name.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar || (rune.Value & 0xFFFE) == 0xFFFE || rune.Value is >= 0xFDD0 and <= 0xFDEF)
            {
                return false;
            }
        }

        return true;
    }
}
