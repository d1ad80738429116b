using System.Globalization;

namespace MailAdmin.Module.Drive;

/// <summary>A path of the drive taken apart: nothing, a mailbox, a mailbox and a folder; the last level may be a message's UID.</summary>
internal readonly record struct MailPath(string? Mailbox, string? Folder)
{
    /// <summary>Levels are separated by '/'; PowerShell on Windows hands over '\'.</summary>
    public static MailPath Parse(string path)
    {
        var clean = path.Replace('\\', '/');
        var colon = clean.IndexOf(":/", StringComparison.Ordinal);
        clean = (colon >= 0 ? clean[(colon + 2)..] : clean).Trim('/');
        if (clean.Length == 0)
        {
            return default;
        }

        var slash = clean.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? new MailPath(clean, null) : new MailPath(clean[..slash], clean[(slash + 1)..].Trim('/'));
    }

    public bool IsRoot => Mailbox is null;

    public bool IsMailbox => Mailbox is not null && Folder is null;

    /// <summary>The folder above and the UID, where the last level is a number.</summary>
    public bool TrySplitUid(out string folder, out uint uid)
    {
        folder = "";
        uid = 0;
        if (Folder is null || Folder.LastIndexOf('/') is var slash && slash < 0)
        {
            return false;
        }

        folder = Folder[..slash];
        return uint.TryParse(Folder.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out uid) && uid > 0;
    }

    public override string ToString() => Folder is null ? Mailbox ?? "" : $"{Mailbox}/{Folder}";
}
