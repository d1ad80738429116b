using MailAdmin.Store.Summaries;

namespace MailAdmin.Store;

/// <summary>Messages: coming in, being read, changing, going.</summary>
public interface IMessageStore
{
    /// <summary>
    /// A message about to be received. Small ones stay in pooled buffers, larger ones go to a spool record while they arrive. Dispose
    /// it in every case; what was not stored by then is gone.
    /// </summary>
    IncomingMessage CreateIncoming();

    /// <summary>
    /// Stores one content for several recipients: one commit, whole or not at all. Quota is checked at commit; a target over quota fails
    /// the whole call with <c>QuotaExceeded</c> (the caller checks before, see <see cref="IAccountStore"/>, and leaves it out).
    /// </summary>
    Task<IReadOnlyList<StoredPlace>> DeliverAsync(IncomingMessage content, IReadOnlyList<DeliveryTarget> targets, CancellationToken cancellationToken = default);

    /// <summary>APPEND and MULTIAPPEND (RFC 3502): all messages or none; UIDs are consecutive.</summary>
    Task<AppendResult> AppendAsync(FolderId folder, IReadOnlyList<AppendItem> items, CancellationToken cancellationToken = default);

    /// <summary>
    /// Changes flags. With <paramref name="unchangedSince"/> messages whose mod-sequence is higher are left alone and reported (RFC 7162 §3.1.3).
    /// UIDs that are not there are passed over. A message whose flags would not change takes no new mod-sequence.
    /// </summary>
    Task<FlagsResult> ChangeFlagsAsync(FolderId folder, UidSet uids, FlagsChange change, ulong? unchangedSince = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Copies rows, not content. All or nothing; UIDs not there are passed over, or with <paramref name="whole"/> fail it. Quota of the target's mailbox is checked.
    /// </summary>
    /// <exception cref="Errors.MailAdminException"><c>MessageNotFound</c>, where it is to be <paramref name="whole"/>.</exception>
    Task<TransferResult> CopyAsync(FolderId source, UidSet uids, FolderId target, bool whole = false, CancellationToken cancellationToken = default);

    /// <summary>Moves (RFC 6851): copy and removal in one commit, else as <see cref="CopyAsync"/>.</summary>
    Task<TransferResult> MoveAsync(FolderId source, UidSet uids, FolderId target, bool whole = false, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes messages. <paramref name="uids"/> null: all; <paramref name="onlyDeleted"/>: of those, the ones with \Deleted. Returns what went.
    /// </summary>
    Task<ExpungeResult> ExpungeAsync(FolderId folder, UidSet? uids, bool onlyDeleted, CancellationToken cancellationToken = default);

    /// <summary>The folder as of the last commit: loaded once, shared by all sessions, then from memory.</summary>
    ValueTask<FolderSnapshot> GetSnapshotAsync(FolderId folder, CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes \Recent (RFC 3501 §2.3.2): the messages that no session was told of before. Returns the first UID that is recent to the caller;
    /// UIDs from there to the snapshot's end are. Kept in memory and written with a later commit.
    /// </summary>
    ValueTask<uint> ClaimRecentAsync(FolderId folder, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="ClaimRecentAsync"/>, but takes nothing: for EXAMINE and STATUS, which leave \Recent to who selects (RFC 3501 §6.3.2).</summary>
    ValueTask<uint> PeekRecentAsync(FolderId folder, CancellationToken cancellationToken = default);

    /// <summary>
    /// UIDs expunged after <paramref name="modSeq"/>, exactly, for VANISHED (EARLIER) (RFC 7162 §3.2.5.1). The history is kept whole for as long as the folder lives.
    /// </summary>
    ValueTask<UidSet> GetExpungedSinceAsync(FolderId folder, ulong modSeq, CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads messages in ascending UID order in one sweep: rows, and with <paramref name="parts"/> their summaries. What was expunged meanwhile is passed over.
    /// </summary>
    IAsyncEnumerable<StoredMessage> ReadAsync(FolderId folder, UidSet uids, MessageParts parts, CancellationToken cancellationToken = default);

    /// <summary>
    /// The content of a message that <see cref="ReadAsync"/> gave. It stays readable while the returned object lives, whatever is expunged or compacted.
    /// </summary>
    /// <exception cref="Errors.MailAdminException"><c>ContentCorrupt</c>: the checksum does not hold; only this message is affected.</exception>
    ValueTask<MessageContent> OpenAsync(StoredMessage message, CancellationToken cancellationToken = default);
}

/// <summary>Which parts <see cref="IMessageStore.ReadAsync"/> is to bring beside the row.</summary>
[Flags]
public enum MessageParts
{
    None = 0,
    /// <summary>The summary (ENVELOPE, BODYSTRUCTURE, search fields); computed and kept where it is missing.</summary>
    Summary = 1,
}

/// <summary>A message in a folder, as a row.</summary>
public sealed record StoredMessage(
    FolderId Folder, uint Uid, MessageFlags Flags, ulong ModSeq, DateTimeOffset ReceivedAt, DateTimeOffset SavedAt, long Size,
    ContentId Content, ContentLocation Location, MessageSummary? Summary);

/// <summary>Where an engine keeps a content; opaque outside Store.</summary>
public readonly record struct ContentLocation(long Segment, long Offset);

/// <summary>Where mail is to go, with the flags it is to have there.</summary>
public sealed record DeliveryTarget(FolderId Folder, MessageFlags Flags = default, IReadOnlyList<string>? Keywords = null);

/// <summary>Where a message came to lie.</summary>
public readonly record struct StoredPlace(FolderId Folder, uint UidValidity, uint Uid, ulong ModSeq);

/// <summary>One message of an APPEND.</summary>
public sealed record AppendItem(IncomingMessage Content, MessageFlags Flags, IReadOnlyList<string> Keywords, DateTimeOffset? ReceivedAt);

/// <summary>Outcome of an APPEND.</summary>
public sealed record AppendResult(uint UidValidity, uint FirstUid, uint LastUid, ulong ModSeq);

/// <summary>What to do with flags; names are of keywords, any case, at most <see cref="FolderKeywords.MaxKeywords"/> per folder.</summary>
public sealed record FlagsChange(FlagsMode Mode, MessageFlags Flags, IReadOnlyList<string> Keywords);

/// <summary>RFC 9051 §6.4.6.</summary>
public enum FlagsMode
{
    Replace, Add, Remove,
}

/// <summary>Outcome of a flag change.</summary>
/// <param name="Changed">Messages that took the new mod-sequence.</param>
/// <param name="Modified">Messages left alone because of UNCHANGEDSINCE.</param>
/// <param name="ModSeq">Mod-sequence of the change; the folder's highest where nothing changed.</param>
public sealed record FlagsResult(UidSet Changed, UidSet Modified, ulong ModSeq);

/// <summary>Outcome of a copy or move: the n-th UID of Source became the n-th of Target (RFC 4315 COPYUID).</summary>
public sealed record TransferResult(uint TargetUidValidity, UidSet Source, UidSet Target, ulong TargetModSeq, ulong SourceModSeq);

/// <summary>Outcome of an expunge.</summary>
public sealed record ExpungeResult(UidSet Expunged, ulong ModSeq);
