using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using MailAdmin.Store.Content;
using MailAdmin.Store.Sqlite;

namespace MailAdmin.Store.State;

/// <summary>
/// The state of the store as events make it. Messages live here and reach the index at checkpoints; accounts and folders live in the index itself.
/// </summary>
/// <remarks>
/// Invariants:
/// 1. Only the writer (or recovery, before there is one) calls Apply, Publish, RollBack and Capture. Readers see what Publish published.
/// 2. Apply leaves everything it touched in the lists of the batch; RollBack brings back exactly the state of the last Publish.
/// 3. A folder or mailbox that is not loaded has nothing the index does not know: whoever misses it here finds it there.
/// 4. A content is in the overlay or in the index; it leaves the overlay after the index has it.
/// 5. Events of accounts and folders are applied to the index's open transaction, and only when nothing older is still to reach the index.
/// </remarks>
internal sealed partial class StoreState(IdCodec ids, StoreCounters counters, long nextContent)
{
    /// <summary>Numbers left out by each counter where operations are lost: more than any of them gave out, and UIDs can bear it 4,000 times.</summary>
    public const long SkippedNumbers = 1_000_000;

    private readonly BatchChanges _batch = new();
    private readonly ConcurrentDictionary<long, long> _folderVersions = [];
    private DirtySet _dirty = new();
    private StoreCounters _committed = counters;
    private StoreCounters _counters = counters;
    private long _nextContent = nextContent;
    private long _batchNumber;

    public IdCodec Ids { get; } = ids;
    public FolderCache Folders { get; } = new(ids);
    public ConcurrentDictionary<long, MailboxState> Mailboxes { get; } = [];
    /// <summary>Contents that are committed and not yet in the index.</summary>
    public ConcurrentDictionary<long, ContentPlace> Overlay { get; } = [];
    public QueueState Queue { get; } = new();
    public DirtySet Dirty => _dirty;
    /// <summary>Counters as of the last planned operation.</summary>
    public ref StoreCounters Counters => ref _counters;
    public StoreCounters Committed => _committed;
    /// <summary>Messages changed by the batch in work.</summary>
    public int Pending => _batch.Changes;
    public long NextContent => Interlocked.Read(ref _nextContent);

    /// <summary>Where accounts and folders are applied; set while a transaction is open, else null.</summary>
    public IndexWriter? Index { get; set; }

    /// <summary>Answers what is not loaded, outside a transaction.</summary>
    public required IndexReader Reader { get; init; }

    /// <summary>Set where the log is damaged: it stands in for what is lost, and events that name what is not there all the same are passed over instead of failing.</summary>
    public LostNames? Lost { get; set; }

    private IndexReader Questions => Index?.Reader ?? Reader;

    /// <summary>Changes with every commit that changes a mailbox's folders or subscriptions.</summary>
    public long FolderVersion(long mailbox) => _folderVersions.GetValueOrDefault(mailbox);

    /// <summary>
    /// Operations were lost that may have given numbers out: those are left out by every counter of the store. <see cref="IndexWriter.SkipNumbers"/> does it for the folders.
    /// </summary>
    public void SkipNumbers()
    {
        _counters.NextMailbox += SkippedNumbers;
        _counters.NextFolder += SkippedNumbers;
        _counters.UidValidity = Math.Min(_counters.UidValidity + SkippedNumbers, uint.MaxValue - 1);
        Interlocked.Add(ref _nextContent, SkippedNumbers);
    }

    public long TakeContentKey() => Interlocked.Increment(ref _nextContent) - 1;

    /// <summary>A content, or a queue entry, had this number: none gets it again.</summary>
    public void RaiseContent(long key)
    {
        // Keys are taken by many threads; only recovery meets one that is not below the counter.
        if (key >= NextContent)
        {
            Interlocked.Exchange(ref _nextContent, key + 1);
        }
    }

    /// <summary>Takes over the queue that the index has; before the log is replayed.</summary>
    public void LoadQueue(IndexReader reader)
    {
        for (long after = 0; reader.QueueAfter(after, 2_000) is { Count: > 0 } page; after = page[^1].Row)
        {
            Queue.Load(page.Select(r => r.Identify(Ids)));
        }
    }

    /// <summary>A folder for the writer, as planned; null where it does not exist.</summary>
    public FolderState? FindFolder(long row) => row > 0 && Folders.Find(row, Questions) is { Working: not null } state ? state : null;

    /// <summary>A mailbox for the writer; null where it does not exist.</summary>
    public MailboxState? FindMailbox(long row)
    {
        if (!Mailboxes.TryGetValue(row, out var state) && Questions.Mailbox(row) is { } found)
        {
            Mailboxes[row] = state = new MailboxState(row, found.Address, found.Quota, found.Used, found.Count);
        }

        return state;
    }

    /// <summary>What was planned is committed: readers see it from here on.</summary>
    public void Publish()
    {
        MergeBatch();
        foreach (var (key, place) in CollectionsMarshal.AsSpan(_batch.Contents))
        {
            Overlay[key] = place;
        }

        foreach (var (key, place) in CollectionsMarshal.AsSpan(_batch.Moves))
        {
            Overlay[key] = place;
        }

        foreach (var folder in CollectionsMarshal.AsSpan(_batch.Folders))
        {
            folder.Committed = folder.Working;
            if (folder.Working is null)
            {
                // Gone from the index as well, where whoever still asks for it looks next.
                Folders.Remove(folder);
            }
        }

        foreach (var mailbox in CollectionsMarshal.AsSpan(_batch.Mailboxes))
        {
            mailbox.Commit();
        }

        foreach (var mailbox in _batch.ChangedMailboxes)
        {
            if (Mailboxes.TryGetValue(mailbox.Row, out var state))
            {
                (state.Quota, state.Address) = (mailbox.Quota, mailbox.Address);
            }
        }

        foreach (var mailbox in _batch.DeletedMailboxes)
        {
            Mailboxes.TryRemove(mailbox, out _);
        }

        foreach (var mailbox in _batch.ChangedFolderLists)
        {
            _folderVersions.AddOrUpdate(mailbox, 1, (_, version) => version + 1);
        }

        Queue.Publish();
        _committed = _counters;
        _batch.Clear();
        _batchNumber++;
    }

    /// <summary>What was planned since the last Publish never was.</summary>
    public void RollBack()
    {
        if (_batch.IsMerged)
        {
            // Only a batch with events of accounts or folders is merged before it is published, and it began with nothing dirty.
            _dirty = new DirtySet();
            foreach (var (folder, _) in _batch.Expunged)
            {
                folder.PendingExpunged = [];
            }
        }

        foreach (var folder in _batch.Folders)
        {
            folder.Working = folder.Committed;
            if (folder.Committed is null)
            {
                Folders.Remove(folder);
            }
        }

        foreach (var mailbox in _batch.Mailboxes)
        {
            mailbox.RollBack();
        }

        foreach (var mailbox in _batch.ChangedMailboxes)
        {
            // Loaded from the transaction that was given up.
            if (Mailboxes.TryGetValue(mailbox.Row, out var state) && !_dirty.Mailboxes.Contains(state))
            {
                Mailboxes.TryRemove(mailbox.Row, out _);
            }
        }

        Queue.RollBack();
        _counters = _committed;
        _batch.Clear();
        _batchNumber++;
    }

    /// <summary>Moves the batch's changes to what the index is to take over. Publish does it, unless the index takes them with the batch itself.</summary>
    public void MergeBatch()
    {
        if (_batch.IsMerged)
        {
            return;
        }

        _batch.IsMerged = true;
        foreach (var (folder, run) in CollectionsMarshal.AsSpan(_batch.Expunged))
        {
            folder.PendingExpunged = [.. folder.PendingExpunged, run];
        }

        _dirty.Add(_batch);
    }

    /// <summary>Takes what the index is to have next out of the dirty set. Where the index then fails, <see cref="GiveBack"/> returns it.</summary>
    public Checkpoint Capture(
        long segment, long offset, bool clean, List<(long, long)> logins, List<(long, uint)> recents, List<(long, byte[])> summaries, List<SegmentRow> segments, List<long> removedSegments)
    {
        var dirty = _dirty;
        _dirty = new DirtySet();
        return new Checkpoint
        {
            Dirty = dirty,
            Position = new IndexPosition(
                Guid.Empty, _counters.Sequence, segment, offset, _counters.NextMailbox, _counters.NextFolder, NextContent, _counters.UidValidity,
                _counters.Mailboxes, _counters.Messages, 0, clean),
            Contents = dirty.Contents,
            Moves = dirty.Moves,
            References = dirty.References,
            Folders = [.. dirty.Folders.Where(f => f.Working is not null).Select(f => new FolderCheckpoint(f, f.Persisted, f.Working!, f.PendingExpunged))],
            Mailboxes = [.. dirty.Mailboxes.Select(m => (m.Row, m.Used, m.Count))],
            Queue = dirty.Queue,
            Logins = logins,
            Recents = recents,
            Summaries = summaries,
            Segments = segments,
            RemovedSegments = removedSegments,
        };
    }

    /// <summary>The index has it. Called on the writer's thread.</summary>
    public void Settle(Checkpoint checkpoint)
    {
        foreach (var folder in checkpoint.Folders)
        {
            folder.State.Persisted = folder.After;
            folder.State.PendingExpunged = folder.State.PendingExpunged[folder.Expunged.Length..];
        }

        foreach (var (key, place) in checkpoint.Contents)
        {
            Overlay.TryRemove(new KeyValuePair<long, ContentPlace>(key, place));
        }

        foreach (var (key, place) in checkpoint.Moves)
        {
            Overlay.TryRemove(new KeyValuePair<long, ContentPlace>(key, place));
        }
    }

    /// <summary>The index could not take it; it is dirty again.</summary>
    public void GiveBack(Checkpoint checkpoint)
    {
        var newer = _dirty;
        _dirty = checkpoint.Dirty;
        _dirty.Add(newer);
    }
}
