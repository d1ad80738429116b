using MailAdmin.Administration;
using MailAdmin.Store.Content;
using MailAdmin.Store.IO;
using MailAdmin.Store.Journal;
using MailAdmin.Store.Recovery;
using MailAdmin.Store.Sqlite;
using MailAdmin.Store.State;

namespace MailAdmin.Store;

/// <summary>What a rebuild found.</summary>
/// <param name="Mailboxes">Mailboxes in the new index.</param>
/// <param name="Messages">Messages in the new index.</param>
/// <param name="LostMessages">Messages whose content is damaged or gone; they are expunged, so that clients see them go.</param>
/// <param name="DamagedPlaces">Places in files that could not be read, or whole files; reading went on behind them.</param>
/// <param name="SkippedRecords">Journal records that no longer fit what is there, since others before them are lost.</param>
public sealed record StoreRepairReport(long Mailboxes, long Messages, long LostMessages, long DamagedPlaces, long SkippedRecords)
{
    /// <summary>Files that could not be opened (<c>UnreadableSegment</c>), operations that are missing (<c>LostOperations</c>), folders whose owner is lost (<c>LostFolder</c>).</summary>
    public IReadOnlyList<StoreFinding> Findings { get; init; } = [];
}

/// <summary>
/// Makes the index anew from the segments alone. The log holds every event since the store was made, so that nothing is lost with the index but
/// computed summaries, last logins and which messages were recent. An old index is asked only for folders and mailboxes whose records the log has lost.
/// </summary>
public static class StoreRepair
{
    private const string NewIndexName = "index.new";
    private const string OldIndexName = "index.old";
    private const string WalSuffix = "-wal";
    // Changes kept in memory before they go to the new index.
    private const int CheckpointChanges = 50_000;

    /// <summary>Rebuilds a store that no process has open. The old index is kept beside the new one as <c>index.old</c>.</summary>
    /// <exception cref="Errors.MailAdminException"><c>StoreInUse</c>; <c>StoreCorrupt</c> where no segment can be read; <c>StoreDiskFull</c>, <c>StoreIOError</c>.</exception>
    public static Task<StoreRepairReport> RebuildAsync(string path, CancellationToken cancellationToken = default) =>
        RebuildAsync(new StoreOptions { Path = path }, cancellationToken);

    internal static Task<StoreRepairReport> RebuildAsync(StoreOptions options, CancellationToken cancellationToken)
    {
        options = options with { Path = Path.GetFullPath(options.Path) };
        return Task.Run(() => Rebuild(options, cancellationToken), cancellationToken);
    }

    private static StoreRepairReport Rebuild(StoreOptions options, CancellationToken cancellationToken)
    {
        try
        {
            var io = options.IO;
            if (!io.Exists(Path.Combine(options.Path, "content")))
            {
                throw StoreErrors.StoreCorrupt(options.Path, "it has no content.");
            }

            using var held = StoreLock.Take(io, options.Path);
            using var segments = new SegmentTable(io, options.Path);
            var current = Path.Combine(options.Path, SqliteMailStore.IndexName);
            var old = Path.Combine(options.Path, OldIndexName);
            var target = Path.Combine(options.Path, NewIndexName);
            StoreRepairReport report;
            // Also the one of an earlier rebuild: it may have ended between its two renames.
            using (EarlierIndex? newer = EarlierIndex.Open(io, current), older = EarlierIndex.Open(io, old))
            {
                EarlierIndex[] earlier = [.. new[] { newer, older }.OfType<EarlierIndex>()];
                var inventory = LogInventory.Take(io, segments, earlier.Select(e => e.Position.Store), cancellationToken);
                if (inventory.Store is not { } store)
                {
                    throw inventory.FirstFailure
                        ?? (Exception)StoreErrors.StoreCorrupt(options.Path, "no segment says which store it belongs to; restore it from a backup.");
                }

                earlier = [.. earlier.Where(e => e.Position.Store == store).OrderByDescending(e => e.Position.Sequence)];
                DeleteIndex(io, target);
                using var index = new IndexWriter(new IndexConnection(io, target, create: true));
                index.CreateSchema(store, 0);
                report = Fill(inventory, index, store, earlier, cancellationToken);
                index.Fold();
            }

            if (io.Exists(target + WalSuffix) && io.Length(target + WalSuffix) > 0)
            {
                throw new IOException("The new index did not take over all that was written to it.");
            }

            DeleteIndex(io, old);
            foreach (var suffix in (string[])["", WalSuffix, "-shm"])
            {
                if (io.Exists(current + suffix))
                {
                    io.Move(current + suffix, old + suffix);
                }
            }

            io.Move(target, current);
            io.FlushDirectory(options.Path);
            return report;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or IndexException)
        {
            throw StoreErrors.From(e, options.Path);
        }
    }

    private static StoreRepairReport Fill(LogInventory inventory, IndexWriter index, Guid store, IReadOnlyList<EarlierIndex> earlier, CancellationToken cancellationToken)
    {
        var names = new LostNames(earlier);
        var state = new StoreState(new IdCodec(store), new StoreCounters(0, 1, 1, 0, 0, 0), 1) { Reader = index.Reader, Lost = names, Index = index };
        index.Begin();
        long skipped = 0, missing = 0;
        var lost = new HashSet<long>();
        foreach (var (sequence, place) in inventory.Journal)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                foreach (var e in inventory.ReadEvents(place))
                {
                    Apply(state, inventory, lost, e);
                    names.Saw(e);
                }
            }
            catch (Exception e) when (e is InvalidDataException or IndexException { IsConstraint: true } or InvalidOperationException)
            {
                skipped++;
            }

            missing += sequence - state.Counters.Sequence - 1;
            state.Counters.Sequence = sequence;
            if (state.Pending >= CheckpointChanges)
            {
                Checkpoint(state, index, inventory, last: false);
            }
        }

        // What is lost at the end of the log gave numbers out as well: an earlier index knows of it, or the damage does. The gap that this leaves in the numbers of the log's
        // records tells the next rebuild; it is wide, since what cannot be read today that one may be able to.
        var end = state.Counters.Sequence;
        var last = Math.Max(earlier.Select(e => e.Position.Sequence).DefaultIfEmpty().Max(), end) + (inventory.EndsInDamage ? StoreState.SkippedNumbers : 0);
        var isLossy = missing + skipped > 0 || last > end;
        if (isLossy)
        {
            foreach (var e in names.Missing(index.Reader))
            {
                state.Apply(e);
            }
        }

        foreach (var e in LostNames.After(index.Reader))
        {
            state.Apply(e);
        }

        Checkpoint(state, index, inventory, last: false);
        var expunged = ExpungeLost(state, index, lost);
        EndLost(state, lost);
        state.RaiseContent(inventory.HighestContent);
        if (isLossy)
        {
            state.Counters.Sequence = last;
            state.SkipNumbers();
        }

        Checkpoint(state, index, inventory, last: true);
        if (isLossy)
        {
            index.SkipNumbers();
        }

        List<StoreFinding> findings = [.. inventory.Unreadable, .. LostNames.Findings(index.Reader)];
        if (missing > 0 || last > end)
        {
            findings.Add(new StoreFinding(
                MailEventSeverity.Error, "LostOperations", "log", "Operations are missing from the log: what they did is lost with the places that could not be read; what followed was kept."));
        }

        index.Commit();
        var report = new StoreRepairReport(state.Committed.Mailboxes, state.Committed.Messages, expunged, inventory.DamagedPlaces, skipped);
        return findings.Count > 0 ? report with { Findings = findings } : report;
    }

    private static void Apply(StoreState state, LogInventory inventory, HashSet<long> lost, StoreEvent e)
    {
        switch (e)
        {
            case ContentStored c when inventory.Contents.TryGetValue(c.Key, out var place):
                // Where it lies now, wherever it was put at first.
                state.Apply(c with { Place = place });
                break;
            case ContentStored c:
                lost.Add(c.Key);
                state.RaiseContent(c.Key);
                break;
            case ContentMoved:
                break;
            default:
                state.Apply(e);
                break;
        }
    }

    private static void Checkpoint(StoreState state, IndexWriter index, LogInventory inventory, bool last)
    {
        state.MergeBatch();
        var (end, rows) = last ? inventory.End() : (new SegmentRow(1, 0, 0, 0), []);
        var checkpoint = state.Capture(end.Id, end.Used, clean: false, [], [], [], last ? rows : inventory.Rows, []);
        index.Apply(checkpoint);
        inventory.Rows.Clear();
        state.Publish();
        state.Settle(checkpoint);
    }

    private static long ExpungeLost(StoreState state, IndexWriter index, HashSet<long> lost)
    {
        long expunged = 0;
        for (long after = 0; lost.Count > 0 && index.Reader.FoldersAfter(after, 500) is { Count: > 0 } page; after = page[^1].Row)
        {
            foreach (var row in page)
            {
                if (state.FindFolder(row.Row)?.Working is not { } snapshot)
                {
                    continue;
                }

                var gone = new UidSet.Builder();
                snapshot.Visit(UidSet.All, (chunk, _, i) =>
                {
                    if (lost.Contains(chunk.Content(i)))
                    {
                        gone.Add(chunk.Uid(i));
                    }
                });
                if (!gone.IsEmpty)
                {
                    var uids = gone.Build();
                    expunged += uids.Count;
                    state.Apply(new MessagesGone(row.Row, snapshot.HighestModSeq + 1, uids));
                }
            }
        }

        return expunged;
    }

    // What cannot be read cannot be sent; its sender is not told, for whose it was is no longer to be trusted either.
    private static void EndLost(StoreState state, HashSet<long> lost)
    {
        foreach (var (row, entry) in state.Queue.Committed)
        {
            if (lost.Contains(entry.Content))
            {
                state.Apply(new QueueGone(row));
            }
        }
    }

    private static void DeleteIndex(IStoreIO io, string path)
    {
        foreach (var suffix in (string[])["", WalSuffix, "-shm"])
        {
            io.Delete(path + suffix);
        }
    }
}
