using System.Management.Automation;
using MailAdmin.Module.Base;

namespace MailAdmin.Module.Messages;

/// <summary>Makes a file name of what a sender wrote; a sender's name never chooses the place.</summary>
internal static class AttachmentName
{
    private const int MostCharacters = 120;

    // Refused by Windows; kept away everywhere, for files travel. Control characters and what a shell takes for its own as well.
    private static readonly System.Buffers.SearchValues<char> Refused = System.Buffers.SearchValues.Create("<>:\"/\\|?*`$;&'!");

    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9",
        "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
    };

    /// <summary>A path in <paramref name="directory"/> for it; one that is not taken, unless it may be written over.</summary>
    public static string FreePath(string directory, string sent, bool overwrite)
    {
        var name = Clean(sent);
        var path = Path.Combine(directory, name);
        for (var number = 2; !overwrite && File.Exists(path); number++)
        {
            path = Path.Combine(directory, $"{Path.GetFileNameWithoutExtension(name)} ({number}){Path.GetExtension(name)}");
        }

        return path;
    }

    /// <summary>The last part of the name, without what a file system or a shell could take amiss.</summary>
    public static string Clean(string sent)
    {
        var last = sent[(sent.LastIndexOfAny(['/', '\\']) + 1)..];
        var clean = string.Concat(last.Normalize().Select(c => char.IsControl(c) || Refused.Contains(c) || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.Format ? '_' : c)).Trim(' ', '.');
        if (clean.Length > MostCharacters)
        {
            var extension = Path.GetExtension(clean);
            extension = extension.Length > 16 ? "" : extension;
            clean = clean[..(MostCharacters - extension.Length)] + extension;
        }

        return clean.Length == 0 || Reserved.Contains(clean.Split('.')[0]) ? "attachment_" + clean : clean;
    }
}
