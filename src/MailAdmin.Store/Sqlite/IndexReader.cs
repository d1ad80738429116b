using MailAdmin.Store.Content;
using MailAdmin.Store.Journal;
using MailAdmin.Store.Snapshots;
using MailAdmin.Store.State;

namespace MailAdmin.Store.Sqlite;

/// <summary>What is asked of the index. The writer asks over its own connection and sees its open transaction; all others see the last commit.</summary>
internal sealed class IndexReader(IndexConnection connection) : IDisposable
{
    private const string MailboxColumns =
        "SELECT id, address, domain, display_name, enabled, quota, salt, iterations, stored_key, server_key, created, last_login, used, count FROM mailbox ";

    private const string FolderColumns = "SELECT id, mailbox, name, use, uidvalidity, created FROM folder ";

    public IndexPosition? Position() => connection.Single(
        "SELECT store, seq, segment, offset, next_mailbox, next_folder, next_content, uidvalidity, mailboxes, messages, content_bytes, clean FROM state",
        r => new IndexPosition(
            new Guid(r.Octets(0)), r.Number(1), r.Number(2), r.Number(3), r.Number(4), r.Number(5), r.Number(6), r.Number(7), r.Number(8), r.Number(9), r.Number(10), r.Number(11) != 0));

    public long UserVersion() => connection.Single("PRAGMA user_version", r => r.Number(0));

    public DomainRow? Domain(string name) => connection.Single("SELECT name, catch_all, mailboxes, created FROM domain WHERE name = ?1", MapDomain, name);

    public List<DomainRow> Domains() => connection.Query("SELECT name, catch_all, mailboxes, created FROM domain ORDER BY name", MapDomain);

    public bool DomainHasAlias(string name) => connection.Single("SELECT 1 FROM alias WHERE address LIKE ?1 ESCAPE '\\' LIMIT 1", r => r.Number(0), "%@" + name.Replace("_", "\\_", StringComparison.Ordinal)) == 1;

    public MailboxRow? Mailbox(string address) => connection.Single(MailboxColumns + "WHERE address = ?1", MapMailbox, address);

    public MailboxRow? Mailbox(long row) => connection.Single(MailboxColumns + "WHERE id = ?1", MapMailbox, row);

    /// <summary>A page of mailboxes behind an address, below a bound, by address.</summary>
    public List<MailboxRow> Mailboxes(string after, bool inclusive, string below, int count) => connection.Query(
        MailboxColumns + (inclusive ? "WHERE address >= ?1 AND address < ?2 ORDER BY address LIMIT ?3" : "WHERE address > ?1 AND address < ?2 ORDER BY address LIMIT ?3"),
        MapMailbox, after, below, count);

    public AliasRow? Alias(string address) => connection.Single("SELECT address, targets, created FROM alias WHERE address = ?1", MapAlias, address);

    public List<AliasRow> Aliases(string after, int count) => connection.Query(
        "SELECT address, targets, created FROM alias WHERE address > ?1 ORDER BY address LIMIT ?2", MapAlias, after, count);

    /// <summary>Aliases that have an address among their targets. Reads all of them.</summary>
    public List<AliasRow> AliasesTo(string target) => connection.Query(
        "SELECT address, targets, created FROM alias WHERE instr(char(10) || targets || char(10), char(10) || ?1 || char(10)) > 0 ORDER BY address", MapAlias, target);

    public string? Setting(string key) => connection.Single("SELECT value FROM setting WHERE key = ?1", r => r.Text(0), key);

    /// <summary>A page of settings from a key on and below a bound, by key.</summary>
    public List<KeyValuePair<string, string>> Settings(string from, string below, int count) => connection.Query(
        "SELECT key, value FROM setting WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3", r => KeyValuePair.Create(r.Text(0), r.Text(1)), from, below, count);

    public List<FolderRow> Folders(long mailbox) => connection.Query(FolderColumns + "WHERE mailbox = ?1 ORDER BY name", MapFolder, mailbox);

    public FolderRow? Folder(long mailbox, string name) => connection.Single(FolderColumns + "WHERE mailbox = ?1 AND name = ?2", MapFolder, mailbox, name);

    public FolderRow? Folder(long row) => connection.Single(FolderColumns + "WHERE id = ?1", MapFolder, row);

    /// <summary>Rows of all folders behind one, for maintenance.</summary>
    public List<FolderRow> FoldersAfter(long row, int count) => connection.Query(FolderColumns + "WHERE id > ?1 ORDER BY id LIMIT ?2", MapFolder, row, count);

    public long FolderCount(long mailbox) => connection.Single("SELECT COUNT(*) FROM folder WHERE mailbox = ?1", r => r.Number(0), mailbox);

    public List<string> Subscriptions(long mailbox) => connection.Query("SELECT name FROM subscription WHERE mailbox = ?1 ORDER BY name", r => r.Text(0), mailbox);

    /// <summary>Loads a folder's state; null where it does not exist.</summary>
    /// <exception cref="InvalidDataException">A chunk is damaged, or the counters do not fit what the chunks hold.</exception>
    public FolderState? LoadFolder(long row, IdCodec ids)
    {
        // One statement after the other without a transaction could straddle a commit; a read transaction makes them one view.
        var own = connection.BeginRead();
        try
        {
            var head = connection.Single(
                "SELECT mailbox, uidvalidity, uidnext, modseq, unseen, deleted, count, size, recent, keywords FROM folder WHERE id = ?1",
                r => new LoadedHead(
                    r.Number(0), new FolderHead(
                        ids.Folder(row), (uint)r.Number(1), (uint)r.Number(2), (ulong)r.Number(3), (int)r.Number(4), (int)r.Number(5), r.Number(7),
                        r.Text(9) is { Length: > 0 } words ? new FolderKeywords(words.Split(' ')) : FolderKeywords.Empty),
                    (int)r.Number(6), (uint)r.Number(8)), row);
            if (head is null)
            {
                return null;
            }

            var chunks = connection.Query("SELECT rows FROM chunk WHERE folder = ?1 ORDER BY first", r => SnapshotChunk.Decode(r.Octets(0)), row);
            if (chunks.Any(c => c is null) || chunks.Sum(c => c!.Count) != head.Count)
            {
                throw new InvalidDataException($"The index of folder {row} is damaged.");
            }

            return new FolderState(row, head.Mailbox, ids.Folder(row), ChunkedSnapshot.Create(head.Head, chunks!), head.Recent);
        }
        finally
        {
            connection.EndRead(own);
        }
    }

    public List<ExpungedRun> ExpungedSince(long folder, ulong modSeq) => connection.Query(
        "SELECT modseq, first, last FROM expunged WHERE folder = ?1 AND modseq > ?2 ORDER BY modseq, first",
        r => new ExpungedRun((ulong)r.Number(0), UidSet.Range((uint)r.Number(1), (uint)r.Number(2))), folder, (long)modSeq);

    /// <summary>Places of contents from a key on.</summary>
    public List<(long Key, ContentPlace Place)> Contents(long fromKey, int count) => connection.Query(
        "SELECT key, segment, offset, length FROM content WHERE key >= ?1 ORDER BY key LIMIT ?2",
        r => (r.Number(0), new ContentPlace(r.Number(1), r.Number(2), r.Number(3))), fromKey, count);

    public ContentPlace? Content(long key) => connection.Single<ContentPlace?>(
        "SELECT segment, offset, length FROM content WHERE key = ?1", r => new ContentPlace(r.Number(0), r.Number(1), r.Number(2)), key);

    public bool HasContent(long key) => connection.Single("SELECT 1 FROM content WHERE key = ?1", r => r.Number(0), key) == 1;

    public List<(long Key, ContentPlace Place, long References)> ContentRows(long fromKey, int count) => connection.Query(
        "SELECT key, segment, offset, length, refs FROM content WHERE key >= ?1 ORDER BY key LIMIT ?2",
        r => (r.Number(0), new ContentPlace(r.Number(1), r.Number(2), r.Number(3)), r.Number(4)), fromKey, count);

    /// <summary>A page of the queue behind an entry.</summary>
    /// <exception cref="InvalidDataException">An entry is damaged.</exception>
    public List<QueueRow> QueueAfter(long row, int count) => connection.Query(
        "SELECT id, value FROM queue WHERE id > ?1 ORDER BY id LIMIT ?2", MapQueue, row, count);

    /// <summary>Until it is disposed, all answers are of one commit.</summary>
    public IDisposable OpenView() => new View(connection, connection.BeginRead());

    /// <summary>Summaries of contents from one key to another, ascending; empty where one is damaged.</summary>
    public List<(long Key, ReadOnlyMemory<byte> Value)> Summaries(long first, long last) => connection.Query(
        "SELECT content, value FROM summary WHERE content BETWEEN ?1 AND ?2 ORDER BY content", r => (r.Number(0), SealedBlob.Open(r.Octets(1))), first, last);

    public List<SegmentRow> Segments() => connection.Query("SELECT id, used, live, journal FROM segment ORDER BY id", r => new SegmentRow(r.Number(0), r.Number(1), r.Number(2), r.Number(3)));

    public bool HasSegment(long id) => connection.Single("SELECT 1 FROM segment WHERE id = ?1", r => r.Number(0), id) == 1;

    /// <summary>True where a content lies in a segment. Reads all of them: for maintenance.</summary>
    public bool HasContentIn(long segment) => connection.Single("SELECT 1 FROM content WHERE segment = ?1 LIMIT 1", r => r.Number(0), segment) == 1;

    /// <inheritdoc cref="IndexConnection.FlushToDisk"/>
    public bool FlushToDisk()
    {
        connection.FlushToDisk();
        return true;
    }

    /// <summary>SQLite's own check; empty where all is well.</summary>
    public List<string> IntegrityProblems(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        connection.HeedCancellation(cancellationToken);
        try
        {
            return connection.Query("PRAGMA integrity_check(20)", r => r.Text(0)).FindAll(t => t != "ok");
        }
        catch (IndexException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        finally
        {
            connection.HeedCancellation(CancellationToken.None);
        }
    }

    public void Dispose() => connection.Dispose();

    private static QueueRow MapQueue(IndexRow r) =>
        SealedBlob.Open(r.Octets(1)) is { IsEmpty: false } value && QueueCodec.Decode(value.Span) is var entry && entry.Row == r.Number(0)
            ? entry : throw new InvalidDataException($"Entry {r.Number(0)} of the queue is damaged.");

    private static DomainRow MapDomain(IndexRow r) => new(r.Text(0), r.TextOrNull(1), r.Number(2), r.Number(3));

    private static AliasRow MapAlias(IndexRow r) => new(r.Text(0), r.Text(1), r.Number(2));

    private static MailboxRow MapMailbox(IndexRow r) => new(
        r.Number(0), r.Text(1), r.Text(2), r.TextOrNull(3), r.Number(4) != 0, r.NumberOrNull(5), r.Octets(6), (int)r.Number(7), r.Octets(8), r.Octets(9),
        r.Number(10), r.NumberOrNull(11), r.Number(12), r.Number(13));

    private static FolderRow MapFolder(IndexRow r) => new(r.Number(0), r.Number(1), r.Text(2), (SpecialUse)r.Number(3), (uint)r.Number(4), r.Number(5));

    private sealed class View(IndexConnection connection, bool begun) : IDisposable
    {
        public void Dispose() => connection.EndRead(begun);
    }

    private sealed record LoadedHead(long Mailbox, FolderHead Head, int Count, uint Recent);
}

internal sealed record DomainRow(string Name, string? CatchAll, long Mailboxes, long Created);

internal sealed record AliasRow(string Address, string Targets, long Created);
