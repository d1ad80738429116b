namespace MailAdmin.Store;

/// <summary>
/// Something that was committed. <see cref="FolderContentChange.After"/> of a folder's change is the snapshot that shows it; whoever holds an older one finds
/// the difference with <see cref="FolderSnapshot.Compare"/>, so that a watcher may skip records and still end up right.
/// </summary>
public abstract record StoreChange(MailboxId Mailbox, DateTimeOffset At);

/// <summary>A change to the messages of one folder.</summary>
public abstract record FolderContentChange(MailboxId Mailbox, FolderId Folder, FolderSnapshot After, DateTimeOffset At) : StoreChange(Mailbox, At);

/// <summary>Messages came in.</summary>
public sealed record MessagesAdded(MailboxId Mailbox, FolderId Folder, UidSet Uids, FolderSnapshot After, DateTimeOffset At) : FolderContentChange(Mailbox, Folder, After, At);

/// <summary>Flags changed.</summary>
public sealed record FlagsChanged(MailboxId Mailbox, FolderId Folder, UidSet Uids, FolderSnapshot After, DateTimeOffset At) : FolderContentChange(Mailbox, Folder, After, At);

/// <summary>Messages went.</summary>
public sealed record MessagesExpunged(MailboxId Mailbox, FolderId Folder, UidSet Uids, FolderSnapshot After, DateTimeOffset At) : FolderContentChange(Mailbox, Folder, After, At);

/// <summary>What happened to a folder itself.</summary>
public enum FolderChangeKind
{
    Created, Renamed, Deleted, SubscriptionChanged,
}

/// <summary>A folder came, went, changed its name or its subscription.</summary>
public sealed record FolderChanged(MailboxId Mailbox, FolderId Folder, string Name, string? OldName, FolderChangeKind Kind, DateTimeOffset At) : StoreChange(Mailbox, At);

/// <summary>What happened to a mailbox itself.</summary>
public enum MailboxChangeKind
{
    Created, Updated, PasswordChanged, Disabled, Deleted,
}

/// <summary>A mailbox came, went or changed; sessions of a deleted or disabled one end, cached logins are dropped.</summary>
public sealed record MailboxChanged(MailboxId Mailbox, string Address, MailboxChangeKind Kind, DateTimeOffset At) : StoreChange(Mailbox, At);
