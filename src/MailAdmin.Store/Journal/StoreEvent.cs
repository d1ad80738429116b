using MailAdmin.Store.Content;
using MailAdmin.Store.Snapshots;
using MailAdmin.Store.State;

namespace MailAdmin.Store.Journal;

/// <summary>
/// One fact of the journal. An operation is planned into events, the events are written to the log, and the same events, in the same order,
/// make the state: at commit, at the replay of a restart, and at a rebuild. They hold results (UIDs, mod-sequences, keys), never decisions.
/// </summary>
internal abstract record StoreEvent;

/// <summary>The first event of every store: which one it is.</summary>
internal sealed record StoreMade(Guid Store) : StoreEvent;

/// <summary>
/// Begins every journal record: when its batch began, the log was on disk up to here. No fact about mail; it lets recovery tell damage from the end that a crash tore.
/// </summary>
internal sealed record FlushedTo(long Segment, long Offset) : StoreEvent;

/// <summary>A content lies in the log; it has no references yet.</summary>
internal sealed record ContentStored(long Key, ContentPlace Place) : StoreEvent;

/// <summary>Compaction moved a content.</summary>
internal sealed record ContentMoved(long Key, ContentPlace Place) : StoreEvent;

/// <summary>Messages came into a folder; their UIDs ascend from the folder's UIDNEXT on. Each adds a reference to its content.</summary>
internal sealed record MessagesPlaced(long Folder, MessageRow[] Rows) : StoreEvent;

/// <summary>A folder took a keyword; its number is the count of those before it.</summary>
internal sealed record KeywordAdded(long Folder, string Name) : StoreEvent;

/// <summary>Messages took other flags. Ascending.</summary>
internal sealed record FlagsSet(long Folder, ulong ModSeq, (uint Uid, ulong Flags)[] Changes) : StoreEvent;

/// <summary>Messages went.</summary>
internal sealed record MessagesGone(long Folder, ulong ModSeq, UidSet Uids) : StoreEvent;

/// <summary>A queue entry as it is from now on, new or changed. A new one adds a reference to its content.</summary>
internal sealed record QueuePut(QueueRow Row) : StoreEvent;

/// <summary>A queue entry went, and its reference with it.</summary>
internal sealed record QueueGone(long Row) : StoreEvent;

internal sealed record DomainPut(string Name, string? CatchAll, long Created) : StoreEvent;

internal sealed record DomainDeleted(string Name) : StoreEvent;

/// <summary>A mailbox as it is from now on, new or changed.</summary>
internal sealed record MailboxPut(
    long Row, string Address, string Domain, string? DisplayName, bool IsEnabled, long? Quota, byte[] Salt, int Iterations, byte[] StoredKey, byte[] ServerKey, long Created) : StoreEvent;

/// <summary>A mailbox went; its folders went before it.</summary>
internal sealed record MailboxDeleted(long Row, string Domain) : StoreEvent;

internal sealed record AliasPut(string Address, string Targets, long Created) : StoreEvent;

internal sealed record AliasDeleted(string Address) : StoreEvent;

/// <summary>Null takes the setting away.</summary>
internal sealed record SettingPut(string Key, string? Value) : StoreEvent;

/// <summary>A folder as it is from now on, new or renamed.</summary>
internal sealed record FolderPut(long Row, long Mailbox, string Name, SpecialUse Use, uint UidValidity, long Created) : StoreEvent;

/// <summary>A folder and its messages went.</summary>
internal sealed record FolderDeleted(long Row) : StoreEvent;

internal sealed record SubscriptionPut(long Mailbox, string Name, bool Subscribed) : StoreEvent;
