using System.Text;

namespace MailAdmin.Module.Messages;

/// <summary>Makes a file name of what a sender wrote; a sender's name never chooses the place.</summary>
internal static class AttachmentName
{
    /// <summary>Octets of UTF-8; file systems take 255 (Windows: as many UTF-16 units), and a number may have to fit behind it.</summary>
    private const int MostOctets = 200;

    /// <summary>Octets of an extension that is worth keeping.</summary>
    private const int MostExtensionOctets = 32;

    // Refused by Windows; kept away everywhere, for files travel. Control characters and what a shell takes for its own as well.
    private static readonly System.Buffers.SearchValues<char> Refused = System.Buffers.SearchValues.Create("<>:\"/\\|?*`$;&'!");

    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9",
        "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
    };

    /// <summary>A path in <paramref name="directory"/> for it, with a number where the path is taken.</summary>
    public static string FreePath(string directory, string sent, Func<string, bool> isTaken)
    {
        var name = Clean(sent);
        var path = Path.Combine(directory, name);
        for (var number = 2; isTaken(path); number++)
        {
            path = Path.Combine(directory, $"{Path.GetFileNameWithoutExtension(name)} ({number}){Path.GetExtension(name)}");
        }

        return path;
    }

    /// <summary>The last part of the name, without what a file system or a shell could take amiss.</summary>
    public static string Clean(string sent)
    {
        // Half of a surrogate pair and what is no character (U+FFFE) become U+FFFD: they can be neither normalised nor written.
        var last = string.Concat(sent[(sent.LastIndexOfAny(['/', '\\']) + 1)..].EnumerateRunes().Select(r => (r.Value & 0xFFFE) == 0xFFFE ? Rune.ReplacementChar : r));
        var clean = string.Concat(last.Normalize().Select(c => char.IsControl(c) || Refused.Contains(c) || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.Format ? '_' : c)).Trim(' ', '.');
        if (Encoding.UTF8.GetByteCount(clean) > MostOctets)
        {
            var extension = Path.GetExtension(clean);
            extension = Encoding.UTF8.GetByteCount(extension) > MostExtensionOctets ? "" : extension;
            clean = Cut(clean[..^extension.Length], MostOctets - Encoding.UTF8.GetByteCount(extension)).TrimEnd(' ', '.') + extension;
        }

        return clean.Length == 0 || Reserved.Contains(clean.Split('.')[0]) ? "attachment_" + clean : clean;
    }

    // Between characters, never inside one.
    private static string Cut(string text, int octets)
    {
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            octets -= rune.Utf8SequenceLength;
            if (octets < 0)
            {
                break;
            }

            length += rune.Utf16SequenceLength;
        }

        return text[..length];
    }
}
