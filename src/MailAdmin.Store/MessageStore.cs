using System.Globalization;
using System.Runtime.CompilerServices;
using MailAdmin.Store.Content;
using MailAdmin.Store.Operations;
using MailAdmin.Store.Snapshots;
using MailAdmin.Store.Sqlite;
using MailAdmin.Store.State;
using MailAdmin.Store.Summaries;
using MailAdmin.Store.Writer;

namespace MailAdmin.Store;

/// <summary>Messages: changes through the writer, reading from snapshots and segments.</summary>
internal sealed class MessageStore(
    StoreOptions options, StoreState state, StoreWriter writer, ReaderPool readers, SegmentTable segments, PendingNotes notes, ulong storeTag) : IMessageStore
{
    private readonly ContentLocator _locator = new(state, readers);
    private SummaryReader? _summaries;
    private long _spooled;

    private SummaryReader Summaries => _summaries ?? Interlocked.CompareExchange(ref _summaries, new SummaryReader(options, readers, notes, key => Open(key, key)), null) ?? _summaries;

    public IncomingMessage CreateIncoming()
    {
        var name = Interlocked.Increment(ref _spooled).ToString("D10", CultureInfo.InvariantCulture) + ".tmp";
        return new SpoolingMessage(options.IO, Path.Combine(segments.SpoolDirectory, name), options.Path);
    }

    public async Task<IReadOnlyList<StoredPlace>> DeliverAsync(IncomingMessage content, IReadOnlyList<DeliveryTarget> targets, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(targets.Count);
        return (await DeliverAsync(content, targets, [], [], cancellationToken)).Places;
    }

    /// <summary>Delivers to folders and the queue, with changes of other queue entries, in one commit.</summary>
    internal async Task<EnqueueResult> DeliverAsync(
        IncomingMessage content, IReadOnlyList<DeliveryTarget> targets, IReadOnlyList<NewQueueEntry> entries, IReadOnlyList<QueueChange> changes, CancellationToken cancellationToken)
    {
        foreach (var target in targets)
        {
            Prepare(target.Folder);
        }

        return await writer.RunAsync(new DeliverOperation(await SealAsync(content, null), targets, entries, changes, cancellationToken));
    }

    public async Task<AppendResult> AppendAsync(FolderId folder, IReadOnlyList<AppendItem> items, CancellationToken cancellationToken = default)
    {
        Prepare(folder);
        var sealedItems = new (SealedMessage, AppendItem)[items.Count];
        for (var i = 0; i < sealedItems.Length; i++)
        {
            sealedItems[i] = (await SealAsync(items[i].Content, items[i].ReceivedAt), items[i]);
        }

        return await writer.RunAsync(new AppendOperation(folder, sealedItems, cancellationToken));
    }

    public Task<FlagsResult> ChangeFlagsAsync(FolderId folder, UidSet uids, FlagsChange change, ulong? unchangedSince = null, CancellationToken cancellationToken = default) =>
        RunAsync(new ChangeFlagsOperation(folder, uids, change, unchangedSince, cancellationToken), folder);

    public Task<TransferResult> CopyAsync(FolderId source, UidSet uids, FolderId target, bool whole = false, CancellationToken cancellationToken = default) =>
        RunAsync(new TransferOperation(source, uids, target, move: false, whole, cancellationToken), source, target);

    public Task<TransferResult> MoveAsync(FolderId source, UidSet uids, FolderId target, bool whole = false, CancellationToken cancellationToken = default) =>
        RunAsync(new TransferOperation(source, uids, target, move: true, whole, cancellationToken), source, target);

    public Task<ExpungeResult> ExpungeAsync(FolderId folder, UidSet? uids, bool onlyDeleted, CancellationToken cancellationToken = default) =>
        RunAsync(new ExpungeOperation(folder, uids, onlyDeleted, cancellationToken), folder);

    public ValueTask<FolderSnapshot> GetSnapshotAsync(FolderId folder, CancellationToken cancellationToken = default) =>
        StoreQuestion.Answer<FolderSnapshot>(() => Folder(folder, out _), options.Path);

    public ValueTask<uint> ClaimRecentAsync(FolderId folder, CancellationToken cancellationToken = default) => StoreQuestion.Answer(
        () =>
        {
            var snapshot = Folder(folder, out var found);
            var from = found.ClaimRecent(snapshot.UidNext);
            if (from < snapshot.UidNext)
            {
                notes.NoteRecent(found);
            }

            return from;
        }, options.Path);

    public ValueTask<uint> PeekRecentAsync(FolderId folder, CancellationToken cancellationToken = default) => StoreQuestion.Answer(
        () =>
        {
            Folder(folder, out var found);
            return found.RecentFrom;
        }, options.Path);

    public ValueTask<UidSet> GetExpungedSinceAsync(FolderId folder, ulong modSeq, CancellationToken cancellationToken = default) => StoreQuestion.Answer(
        () =>
        {
            var snapshot = Folder(folder, out var found);
            if (modSeq >= snapshot.HighestModSeq)
            {
                return UidSet.Empty;
            }

            // What is pending leaves memory only after the index has it: asked in this order nothing is missed.
            var pending = found.PendingExpunged;
            var uids = new UidSet.Builder();
            foreach (var run in readers.Ask(r => r.ExpungedSince(found.Row, modSeq)).Concat(pending.Where(p => p.ModSeq > modSeq)))
            {
                foreach (var range in run.Uids.Ranges)
                {
                    uids.AddRange(range.First, range.Last);
                }
            }

            return uids.Build();
        }, options.Path);

    public async IAsyncEnumerable<StoredMessage> ReadAsync(
        FolderId folder, UidSet uids, MessageParts parts, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await ValueTask.CompletedTask;
        var snapshot = StoreQuestion.Ask(() => Folder(folder, out _), options.Path);
        var number = 0;
        for (var r = 0; r < uids.Ranges.Length; r++)
        {
            var range = uids.Ranges[r];
            number = Math.Max(number, snapshot.ChunkOf(range.First));
            while (number < snapshot.ChunkCount)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var chunk = snapshot.Chunk(number);
                if (chunk.FirstUid > range.Last)
                {
                    break;
                }

                var at = chunk.IndexOf(range.First);
                at = at < 0 ? ~at : at;
                var end = at;
                while (end < chunk.Count && chunk.Uid(end) <= range.Last)
                {
                    end++;
                }

                // A chunk at a time: enough to make one sweep of the index worth it, little enough that the first message is not late.
                var summaries = (parts & MessageParts.Summary) != 0 ? ReadSummaries(chunk, at, end) : null;
                for (var i = at; i < end; i++)
                {
                    yield return Message(folder, chunk.Row(i), summaries?[i - at]);
                }

                if (chunk.LastUid > range.Last)
                {
                    break;
                }

                number++;
            }
        }
    }

    public ValueTask<MessageContent> OpenAsync(StoredMessage message, CancellationToken cancellationToken = default) =>
        StoreQuestion.Answer<MessageContent>(() => Open(message.Location.Offset, message), options.Path);

    /// <summary>A content by its key.</summary>
    public SegmentContent OpenContent(long key, object about) => StoreQuestion.Ask(() => Open(key, about), options.Path);

    /// <summary>The summary of a content; null where it cannot be read.</summary>
    public MessageSummary? Summarize(long key) => StoreQuestion.Ask(() => Summaries.Read([key])[0], options.Path);

    private SegmentContent Open(long key, object about)
    {
        var place = _locator.Find(key);
        for (var again = false; place is { } found; again = true)
        {
            SegmentHandle handle;
            try
            {
                handle = segments.Rent(found.Segment);
            }
            catch (Exception e) when (e is FileNotFoundException && !again)
            {
                // Compaction moved it between the answer and the opening.
                place = _locator.Ask(key);
                continue;
            }
            catch (FileNotFoundException e)
            {
                throw StoreErrors.ContentCorrupt($"segment {SegmentTable.NameOf(found.Segment)} is missing", e);
            }

            try
            {
                return SegmentContent.Open(handle, key, found, storeTag);
            }
            catch (InvalidDataException e)
            {
                throw StoreErrors.ContentCorrupt($"segment {SegmentTable.NameOf(found.Segment)}, octet {found.Offset}", e);
            }
        }

        throw StoreErrors.MessageNotFound(about);
    }

    private async Task<T> RunAsync<T>(StoreOperation<T> operation, params FolderId[] folders)
    {
        foreach (var folder in folders)
        {
            Prepare(folder);
        }

        return await writer.RunAsync(operation);
    }

    /// <summary>Loads a folder in the caller's time, so that the writer, and with it everybody else, need not wait for it. One that is not there is the plan's to refuse.</summary>
    private void Prepare(FolderId id) => StoreQuestion.Ask(
        () =>
        {
            var row = state.Ids.Row(id);
            if (row > 0 && (state.Folders.TryGet(row, out var folder) || (folder = readers.Ask(r => state.Folders.Find(row, r))) is not null))
            {
                folder.LastUsed = options.TimeProvider.GetTimestamp();
            }

            return true;
        }, options.Path);

    private ChunkedSnapshot Folder(FolderId id, out FolderState found)
    {
        var row = state.Ids.Row(id);
        if (row > 0 && (state.Folders.TryGet(row, out var folder) || (folder = readers.Ask(r => state.Folders.Find(row, r))) is not null) && folder.Committed is { } snapshot)
        {
            found = folder;
            folder.LastUsed = options.TimeProvider.GetTimestamp();
            return snapshot;
        }

        throw StoreErrors.FolderNotFound(id);
    }

    private StoredMessage Message(FolderId folder, in MessageRow row, MessageSummary? summary) => new(
        folder, row.Uid, new MessageFlags(row.Flags), row.ModSeq, row.ReceivedAt, DateTimeOffset.FromUnixTimeSeconds(row.Saved), row.Size,
        state.Ids.Content(row.Content), new ContentLocation(0, row.Content), summary);

    private MessageSummary?[] ReadSummaries(SnapshotChunk chunk, int from, int to)
    {
        var contents = new long[to - from];
        for (var i = from; i < to; i++)
        {
            contents[i - from] = chunk.Content(i);
        }

        return StoreQuestion.Ask(() => Summaries.Read(contents), options.Path);
    }

    /// <summary>Checksums a message, and makes one that is to be adopted a record on disk: all of it in the caller's time, not the writer's.</summary>
    private async ValueTask<SealedMessage> SealAsync(IncomingMessage incoming, DateTimeOffset? receivedAt)
    {
        if (incoming is not SpoolingMessage message || message.IsAdopted)
        {
            throw new ArgumentException("Only a message that this store made, and that was not stored yet, can be stored.", nameof(incoming));
        }

        if (message.Length > uint.MaxValue)
        {
            throw StoreErrors.MessageTooLarge(message.Length);
        }

        if (!message.IsSpooled || message.Length < options.AdoptionSize)
        {
            return new SealedMessage(message, message.Checksum(), null);
        }

        var key = state.TakeContentKey();
        try
        {
            // The flush blocks for as long as the disk takes: on a thread of its own, so that many large messages do not hold up the pool.
            var time = (receivedAt ?? options.TimeProvider.GetUtcNow()).ToUnixTimeMilliseconds();
            await Task.Factory.StartNew(() => message.Seal(key, time, storeTag), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreErrors.From(e, options.Path);
        }

        return new SealedMessage(message, 0, key);
    }
}
