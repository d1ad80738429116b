using MailAdmin.Store;

namespace MailAdmin.Server.Imap;

/// <summary>Folders by the names clients give.</summary>
internal sealed partial class ImapSession
{
    /// <summary>The folder of that name; null where there is none, or can be none.</summary>
    public ValueTask<FolderRecord?> FindFolderAsync(string name) =>
        FolderName.TryNormalize(name, out var normalized) ? Store.Folders.FindAsync(Mailbox!.Id, normalized) : default;
}
