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

    /// <summary>Canonical form: NFC, INBOX in capitals also as the first level. False for an empty, too long, too deep or unprintable name.</summary>
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

    private static bool IsWellFormed(string name)
    {
        foreach (var rune in name.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar)
            {
                return false;
            }
        }

        return true;
    }
}
