namespace MailAdmin.Store;

/// <summary>
/// Folders of mailboxes. Names are NFC-normalised Unicode, levels separated by '/', at most <see cref="FolderName.MaxOctets"/>; INBOX is one
/// name in any case. No path is ever derived from a name.
/// </summary>
public interface IFolderStore
{
    /// <summary>All folders of a mailbox, by name; from memory once loaded.</summary>
    ValueTask<IReadOnlyList<FolderRecord>> ListAsync(MailboxId mailbox, CancellationToken cancellationToken = default);
    ValueTask<FolderRecord?> FindAsync(MailboxId mailbox, string name, CancellationToken cancellationToken = default);
    ValueTask<FolderRecord?> GetAsync(FolderId id, CancellationToken cancellationToken = default);
    /// <summary>Makes the folder and the missing levels above it (RFC 9051 §6.3.4).</summary>
    /// <exception cref="Errors.MailAdminException"><c>FolderExists</c>, <c>InvalidFolderName</c>, <c>SpecialUseExists</c>, <c>TooManyFolders</c></exception>
    Task<FolderRecord> CreateAsync(MailboxId mailbox, string name, SpecialUse use = SpecialUse.None, CancellationToken cancellationToken = default);
    /// <summary>
    /// Renames with all below it. INBOX: its messages move to the new folder and INBOX stays, empty (RFC 9051 §6.3.6).
    /// </summary>
    Task<FolderRecord> RenameAsync(FolderId id, string newName, CancellationToken cancellationToken = default);
    /// <summary>Renames a name that is only the parent of folders (\NonExistent): all below it (RFC 9051 §6.3.6).</summary>
    /// <exception cref="Errors.MailAdminException"><c>FolderNotFound</c> where nothing is below it, <c>FolderExists</c>, <c>InvalidFolderName</c></exception>
    Task RenameParentAsync(MailboxId mailbox, string name, string newName, CancellationToken cancellationToken = default);
    /// <summary>Deletes a folder and its messages; those below it stay, and the name stays as \NonExistent while they do. INBOX never.</summary>
    Task DeleteAsync(FolderId id, CancellationToken cancellationToken = default);
    /// <summary>Subscriptions are names and outlive folders (RFC 9051 §6.3.7).</summary>
    Task SubscribeAsync(MailboxId mailbox, string name, bool subscribed, CancellationToken cancellationToken = default);
    ValueTask<IReadOnlySet<string>> ListSubscriptionsAsync(MailboxId mailbox, CancellationToken cancellationToken = default);
}

/// <summary>A folder. What changes with its messages is in <see cref="FolderSnapshot"/>.</summary>
public sealed record FolderRecord(FolderId Id, MailboxId Mailbox, string Name, SpecialUse Use, uint UidValidity, DateTimeOffset CreatedAt);

/// <summary>RFC 6154; a folder has one or none.</summary>
public enum SpecialUse
{
    None, All, Archive, Drafts, Flagged, Junk, Sent, Trash, Important,
}
