using System.Threading.Channels;
using MailAdmin.Errors;
using MailAdmin.Store.Content;
using MailAdmin.Store.IO;
using MailAdmin.Store.Sqlite;
using MailAdmin.Store.State;

namespace MailAdmin.Store.Writer;

/// <summary>
/// The one writer: drains the queue into a batch, plans each operation, writes all contents and events to the log with one flush, publishes, completes the callers.
/// </summary>
/// <remarks>
/// Invariants:
/// 1. Nobody is completed before the flush that covers its events returned.
/// 2. An operation that fails its checks fails alone; where a write or the flush fails, the batch never was: the log ends where it ended before.
/// 3. The index is behind the log, never ahead. A batch with accounts or folders begins with an index that has caught up, and is committed to it before it is published.
/// 4. The index catches up in the background while further batches go on; only one of the two uses its writing connection at a time.
/// </remarks>
internal sealed class StoreWriter : IAsyncDisposable
{
    // How far the log may run ahead while the index is busy, in checkpoints, before writers wait for it.
    private const int MaxCheckpointsBehind = 8;
    private const long CheckpointOctets = 64L * 1024 * 1024;

    private readonly StoreOptions _options;
    private readonly StoreState _state;
    private readonly LogAppender _log;
    private readonly SegmentTable _segments;
    private readonly IndexWriter _index;
    private readonly IStoreIO _io;
    private readonly PendingNotes _notes;
    private readonly PlanContext _context;
    private readonly Broadcaster _broadcaster;
    private readonly Channel<StoreOperation> _queue;
    private readonly List<StoreOperation> _batch = [];
    private readonly List<StoreOperation> _planned = [];
    private readonly Thread _thread;
    private readonly ITimer _timer;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private StoreOperation? _heldBack;
    private Task<List<ContentPlace>>? _checkpointing;
    private Checkpoint? _checkpoint;
    private bool _timerSet;

    public StoreWriter(
        StoreOptions options, StoreState state, LogAppender log, SegmentTable segments, IndexWriter index, PendingNotes notes, Broadcaster broadcaster)
    {
        _options = options;
        _state = state;
        _log = log;
        _segments = segments;
        _index = index;
        _io = options.IO;
        _notes = notes;
        _broadcaster = broadcaster;
        _context = new PlanContext(state, log, segments, _io, options);
        _queue = Channel.CreateBounded<StoreOperation>(new BoundedChannelOptions(options.QueueLength) { SingleReader = true });
        _timer = options.TimeProvider.CreateTimer(_ => Post(new CheckpointRequest()), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _notes.Filled = () => Post(new CheckpointRequest());
        _thread = new Thread(Run) { IsBackground = true, Name = "MailAdmin store writer" };
        _thread.Start();
    }

    /// <summary>Queues an operation; its own task tells the outcome.</summary>
    public async Task<T> RunAsync<T>(StoreOperation<T> operation)
    {
        if (!_queue.Writer.TryWrite(operation))
        {
            try
            {
                await _queue.Writer.WriteAsync(operation, operation.CancellationToken);
            }
            catch (ChannelClosedException)
            {
                throw StoreErrors.StoreClosed(_options.Path);
            }
        }

        return await operation.Task;
    }

    /// <summary>Ends after what is queued is done and the index has all of it.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _stopped.Task;
        await _timer.DisposeAsync();
    }

    private void Post(StoreOperation operation) => _queue.Writer.TryWrite(operation);

    private void Run()
    {
        try
        {
            while (Collect())
            {
                CommitBatch();
                FollowUp();
            }

            Close();
            _stopped.SetResult();
        }
#pragma warning disable CA1031 // The last line of the writer's thread: whatever it is, it is handed to whoever closes the store, and callers are told.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _queue.Writer.TryComplete();
            foreach (var operation in _batch)
            {
                operation.Fail(StoreErrors.StoreFaulted(_options.Path, e));
            }

            while (_queue.Reader.TryRead(out var waiting))
            {
                waiting.Fail(StoreErrors.StoreFaulted(_options.Path, e));
            }

            _stopped.SetException(e);
        }
    }

    /// <summary>Waits for work and takes as much as fits one batch; false when the store closes.</summary>
    private bool Collect()
    {
        _batch.Clear();
        long octets = 0;
        if (_heldBack is { } held)
        {
            _heldBack = null;
            _batch.Add(held);
            octets = held.Octets;
        }

        while (_batch.Count == 0)
        {
            if (_queue.Reader.TryRead(out var first))
            {
                _batch.Add(first);
                octets = first.Octets;
            }
            else if (!_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                return false;
            }
        }

        var structural = _batch[0].IsStructural;
        while (_batch.Count < _options.BatchOperations && octets < _options.BatchOctets && _queue.Reader.TryRead(out var next))
        {
            if (next.IsStructural && !structural)
            {
                // It must find an index that has caught up, so it opens the next batch.
                _heldBack = next;
                break;
            }

            _batch.Add(next);
            octets += next.Octets;
        }

        return true;
    }

    private void CommitBatch()
    {
        var structural = _batch[0].IsStructural;
        var mark = _log.Mark();
        _planned.Clear();
        try
        {
            if (_log.Fault is { } fault)
            {
                throw StoreErrors.StoreFaulted(_options.Path, fault);
            }

            if (structural)
            {
                WaitForCheckpoint();
                CheckpointNow(clean: false);
                _index.Begin();
                _state.Index = _index;
            }

            _log.Begin();
            mark = _log.Mark();
            _context.HasWatchers = _broadcaster.HasWatchers;
            _context.BeginBatch(_options.TimeProvider.GetUtcNow());
            foreach (var operation in _batch)
            {
                Plan(operation);
            }

            if (_context.Adopted.Count > 0)
            {
                _io.FlushDirectory(_segments.ContentDirectory);
            }

            if (!_log.Batch.IsEmpty)
            {
                _log.Commit();
            }

            if (structural)
            {
                CommitWithIndex();
            }
            else
            {
                _state.Publish();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or IndexException or MailAdminException or InvalidDataException)
        {
            GiveUp(mark, e);
            return;
        }

        // The list is the outcome of planning: what failed its checks was told so there.
        foreach (var change in _context.Changes)
        {
            _broadcaster.Publish(change);
        }

        foreach (var operation in _planned)
        {
            operation.Complete();
        }
    }

    private void Plan(StoreOperation operation)
    {
        if (operation.CancellationToken.IsCancellationRequested)
        {
            operation.Fail(new OperationCanceledException(operation.CancellationToken));
            return;
        }

        try
        {
            operation.Plan(_context);
            _context.EndOperation();
            _planned.Add(operation);
        }
        catch (Exception e) when (!_context.HasEvents && e is MailAdminException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            operation.Fail(Translate(e));
        }
    }

    private void CommitWithIndex()
    {
        _state.MergeBatch();
        var checkpoint = Capture(clean: false);
        _state.Index = null;
        var dead = _index.Apply(checkpoint);
        _index.Commit();
        _state.Publish();
        Settle(checkpoint, dead);
    }

    private void GiveUp((long Offset, long Journal) mark, Exception cause)
    {
        _context.DropOperation();
        _state.Index = null;
        _index.RollBackIf(_batch[0].IsStructural);
        _state.RollBack();
        if (_log.Fault is null)
        {
            _log.Rewind(mark.Offset, mark.Journal);
        }

        if (_log.Fault is null)
        {
            // In doubt they stay: a restart that finds the batch needs them, and one that does not sweeps them.
            foreach (var adopted in _context.Adopted)
            {
                DeleteQuietly(adopted);
            }
        }

        // Where the log could not be taken back either, a restart may find the batch: it is told apart from a plain failure.
        var error = _log.Fault is null || cause is MailAdminException ? Translate(cause) : StoreErrors.StoreFaulted(_options.Path, cause);
        foreach (var operation in _batch)
        {
            operation.Fail(error);
        }
    }

    /// <summary>Lets the index catch up when there is enough to take over.</summary>
    private void FollowUp()
    {
        if (_checkpointing is { IsCompleted: true })
        {
            WaitForCheckpoint();
            _state.Folders.Trim(_options.CachedMessages, _broadcaster.IsWatched);
        }

        var dirty = _state.Dirty;
        var asked = _batch.Exists(o => o is CheckpointRequest);
        _timerSet &= !asked;
        var due = asked || dirty.Changes >= _options.CheckpointMessages || dirty.Octets >= CheckpointOctets;
        if (due && _checkpointing is null && (!dirty.IsEmpty || _notes.HasAny))
        {
            var checkpoint = Capture(clean: false);
            _checkpoint = checkpoint;
            _checkpointing = Task.Run(() => Apply(checkpoint));
        }
        else if (dirty.Changes >= _options.CheckpointMessages * MaxCheckpointsBehind)
        {
            WaitForCheckpoint();
        }

        if (!_timerSet && (!_state.Dirty.IsEmpty || _notes.HasAny || _checkpointing is not null))
        {
            _timerSet = true;
            _timer.Change(_options.CheckpointInterval, Timeout.InfiniteTimeSpan);
        }
    }

    private Checkpoint Capture(bool clean)
    {
        var checkpoint = _state.Capture(_log.Segment, _log.Offset, clean, _notes.TakeLogins(), _notes.TakeRecents(), _notes.TakeSummaries(), _log.TakeChanged(), [.. _context.RemovedSegments]);
        _context.RemovedSegments.Clear();
        return checkpoint;
    }

    private List<ContentPlace> Apply(Checkpoint checkpoint)
    {
        try
        {
            _index.Begin();
            var dead = _index.Apply(checkpoint);
            _index.Commit();
            return dead;
        }
        catch
        {
            _index.RollBack();
            throw;
        }
    }

    /// <summary>Waits until the index is free; what it could not take is dirty again.</summary>
    private void WaitForCheckpoint()
    {
        if (_checkpointing is not { } running)
        {
            return;
        }

        var checkpoint = _checkpoint!;
        _checkpointing = null;
        _checkpoint = null;
        try
        {
            Settle(checkpoint, running.GetAwaiter().GetResult());
        }
        catch (IndexException)
        {
            // A full disk, most likely. The log has everything; the next checkpoint tries again with all of it.
            _state.GiveBack(checkpoint);
        }
    }

    private void CheckpointNow(bool clean)
    {
        if (!clean && _state.Dirty.IsEmpty && !_notes.HasAny)
        {
            return;
        }

        var checkpoint = Capture(clean);
        try
        {
            Settle(checkpoint, Apply(checkpoint));
        }
        catch (IndexException)
        {
            _state.GiveBack(checkpoint);
            throw;
        }
    }

    private void Settle(Checkpoint checkpoint, List<ContentPlace> dead)
    {
        _state.Settle(checkpoint);
        _notes.Settle(checkpoint);
        foreach (var place in dead)
        {
            if (place.IsAdopted)
            {
                DeleteQuietly(place.Segment);
            }
        }
    }

    private void DeleteQuietly(long segment)
    {
        try
        {
            _segments.Delete(segment);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing refers to it any more; verification reports it and compaction sweeps it.
        }
    }

    private void Close()
    {
        WaitForCheckpoint();
        try
        {
            CheckpointNow(clean: _log.Fault is null);
        }
        catch (IndexException)
        {
            // The log has it all: the next open replays what the index could not take.
        }
    }

    private Exception Translate(Exception cause) => cause is InvalidDataException
        ? StoreErrors.StoreCorrupt(_options.Path, cause.Message, cause)
        : StoreErrors.From(cause, _options.Path);

    private sealed class CheckpointRequest() : StoreOperation<bool>(CancellationToken.None)
    {
        public override void Plan(PlanContext context)
        {
        }
    }
}
