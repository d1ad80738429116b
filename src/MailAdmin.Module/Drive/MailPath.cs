using System.Globalization;

namespace MailAdmin.Module.Drive;

/// <summary>
/// A path of a drive taken apart: nothing, a mailbox, a mailbox and a folder; the last level may be a message's UID. The drive stands in front where it shows
/// a server or store of its own (see <see cref="MailDriveInfo"/>).
/// </summary>
internal readonly record struct MailPath(string? Drive, string? Mailbox, string? Folder)
{
    /// <summary>Levels are separated by '/'; PowerShell on Windows hands over '\'. A drive is a first level that ends in a colon, which no address does.</summary>
    public static MailPath Parse(string path)
    {
        var clean = path.Replace('\\', '/').Trim('/');
        var (first, below) = Cut(clean);
        string? drive = null;
        if (first is [.. { Length: > 0 } name, ':'])
        {
            drive = name;
            (first, below) = Cut(below?.Trim('/') ?? "");
        }

        return new MailPath(drive, first.Length == 0 ? null : first, below?.Trim('/'));
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

    /// <summary>The path of a mailbox of the same drive.</summary>
    public MailPath Of(Mailbox mailbox) => new(Drive, mailbox.Address, null);

    /// <summary>The path of a folder of the same drive.</summary>
    public MailPath Of(MailboxFolder folder) => new(Drive, folder.Mailbox, folder.Name);

    /// <summary>The path of a message of the same drive.</summary>
    public MailPath Of(MailboxMessage message) => new(Drive, message.Mailbox, string.Create(CultureInfo.InvariantCulture, $"{message.Folder}/{message.Uid}"));

    public override string ToString() => string.Join('/', new[] { Drive is null ? null : Drive + ":", Mailbox, Folder }.Where(level => level is not null));

    private static (string First, string? Below) Cut(string path) => path.IndexOf('/', StringComparison.Ordinal) is var slash and >= 0 ? (path[..slash], path[(slash + 1)..]) : (path, null);
}
