using MailAdmin.Administration;

namespace MailAdmin.Store;

/// <summary>
/// One store: accounts, folders, messages, changes. Nothing else knows where bytes lie.
/// </summary>
/// <remarks>
/// Invariants every engine keeps; the contract tests hold it to them:
/// <list type="number">
/// <item>A task that completed successfully is on disk. One that failed changed nothing.</item>
/// <item>An operation on many messages happens whole or not at all.</item>
/// <item>In a folder UIDs only grow and are never used twice; every change takes a mod-sequence above all earlier ones, also across crashes.
/// UIDVALIDITY, UID and HIGHESTMODSEQ are never 0.</item>
/// <item>Commit first, then broadcast: a watcher that hears of a change finds it in the snapshot that comes with it.</item>
/// <item>Snapshots are immutable and safe to read from any thread.</item>
/// </list>
/// All members are safe to call from many threads at once. Failures a person can act on are MailAdminExceptions:
/// <c>MailboxNotFound</c>, <c>FolderNotFound</c>, <c>QuotaExceeded</c>, <c>StoreDiskFull</c>, <c>StoreInUse</c>, <c>StoreCorrupt</c>, <c>StoreIOError</c> …
/// </remarks>
public interface IMailStore : IAsyncDisposable
{
    /// <summary>Made with the store, never changes.</summary>
    Guid Id { get; }
    /// <summary>Directory, or another engine's address.</summary>
    string Location { get; }
    /// <summary>Domains, mailboxes, aliases, settings.</summary>
    IAccountStore Accounts { get; }
    /// <summary>Folders and subscriptions.</summary>
    IFolderStore Folders { get; }
    /// <summary>Messages.</summary>
    IMessageStore Messages { get; }
    /// <summary>Mail that waits to be sent elsewhere.</summary>
    IQueueStore Queue { get; }
    /// <summary>Every committed change, in commit order. Handlers run on the store's broadcaster, must not block and must not throw.</summary>
    IDisposable Watch(Action<StoreChange> handler);
    /// <summary>Changes of one folder only; costs nothing while the folder is quiet.</summary>
    IDisposable Watch(FolderId folder, Action<StoreChange> handler);
    /// <summary>Totals, kept by the index, not counted on demand.</summary>
    ValueTask<StoreTotals> GetTotalsAsync(CancellationToken cancellationToken = default);
    /// <summary>Verifies every record and row.</summary>
    IAsyncEnumerable<StoreFinding> VerifyAsync(CancellationToken cancellationToken = default);
    /// <summary>Rewrites segments that are mostly dead; returns octets given back.</summary>
    Task<long> CompactAsync(CancellationToken cancellationToken = default);
}

/// <summary>Totals of a store.</summary>
public readonly record struct StoreTotals(long Mailboxes, long Messages, long ContentBytes, long DeadBytes, long DiskBytes);

/// <summary>Identity of a mailbox, unique across stores.</summary>
public readonly record struct MailboxId(Guid Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString("N");
}

/// <summary>Identity of a folder, unique across stores; the OBJECTID MAILBOXID. RFC 8474.</summary>
public readonly record struct FolderId(Guid Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString("N");
}

/// <summary>Identity of a content, unique across stores; the OBJECTID EMAILID. Copies of a message share it. RFC 8474.</summary>
public readonly record struct ContentId(Guid Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString("N");
}
