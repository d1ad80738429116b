using System.Threading.Channels;
using MailAdmin.Errors;
using MailAdmin.Store.Content;
using MailAdmin.Store.Sqlite;
using MailAdmin.Store.State;

namespace MailAdmin.Store.Writer;

/// <summary>
/// The one writer: drains the queue into a batch, plans each operation, writes all contents and events to the log with one flush, publishes, completes the callers.
/// </summary>
/// <remarks>
/// Invariants:
/// 1. One batch at a time, by whoever has the turn: the writer's thread, or the caller of a lone operation, whom that spares two changes of thread.
/// 2. Nobody is completed before the flush that covers its events returned.
/// 3. An operation that fails its checks fails alone; where a write or the flush fails, the batch never was: the log ends where it ended before.
/// 4. The index is behind the log, never ahead. A batch with accounts or folders has nothing else in it, begins with an index that has caught up, and is
///    committed to it before it is published.
/// </remarks>
internal sealed class StoreWriter : IAsyncDisposable
{
    // Batches of one before a caller takes the turn itself: where several write, they do better to meet in the queue.
    private const int LoneBatches = 3;

    private readonly StoreOptions _options;
    private readonly StoreState _state;
    private readonly LogAppender _log;
    private readonly SegmentTable _segments;
    private readonly IndexFollower _index;
    private readonly PlanContext _context;
    private readonly Broadcaster _broadcaster;
    private readonly Channel<StoreOperation> _queue;
    private readonly List<StoreOperation> _batch = [];
    private readonly List<StoreOperation> _planned = [];
    // Files that a batch took over which is not certain to be gone.
    private readonly List<long> _inDoubt = [];
    private readonly Lock _turn = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private StoreOperation? _heldBack;
    private int _lone;
    private bool _isStopped;

    public StoreWriter(
        StoreOptions options, StoreState state, LogAppender log, SegmentTable segments, IndexWriter index, PendingNotes notes, Broadcaster broadcaster)
    {
        _options = options;
        _state = state;
        _log = log;
        _segments = segments;
        _broadcaster = broadcaster;
        _context = new PlanContext(state, log, segments, options.IO, options);
        _queue = Channel.CreateBounded<StoreOperation>(new BoundedChannelOptions(options.QueueLength) { SingleReader = true });
        _index = new IndexFollower(options, state, log, segments, index, notes, AskForCheckpoint);
        notes.Filled = () => AskForCheckpoint();
        new Thread(Run) { IsBackground = true, Name = "MailAdmin store writer" }.Start();
    }

    /// <summary>Does an operation, on the caller's thread where nobody else writes; its task tells the outcome.</summary>
    public async Task<T> RunAsync<T>(StoreOperation<T> operation)
    {
        if (!TryRunHere(operation) && !_queue.Writer.TryWrite(operation))
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
        try
        {
            await _stopped.Task;
        }
        finally
        {
            await _index.DisposeAsync();
        }
    }

    /// <summary>False where the queue is full.</summary>
    private bool AskForCheckpoint() => _queue.Writer.TryWrite(new CheckpointRequest());

    /// <summary>Commits a lone operation where it stands: no other thread is woken for it, nor this one again when it is done.</summary>
    private bool TryRunHere(StoreOperation operation)
    {
        if (Volatile.Read(ref _lone) < LoneBatches || operation.IsStructural || _turn.IsHeldByCurrentThread || !_turn.TryEnter())
        {
            return false;
        }

        try
        {
            // What waits comes first; an index that is waited for keeps only the writer's thread.
            if (_isStopped || _heldBack is not null || _queue.Reader.Count > 0 || _index.IsFarBehind)
            {
                return false;
            }

            _batch.Clear();
            _batch.Add(operation);
            CommitBatch();
            return true;
        }
        catch (Exception e) when (Stop(e))
        {
            return true;
        }
        finally
        {
            _turn.Exit();
        }
    }

    private void Run()
    {
        try
        {
            while (WaitForWork())
            {
                lock (_turn)
                {
                    if (_isStopped)
                    {
                        return;
                    }

                    if (Collect())
                    {
                        CommitBatch();
                    }
                }
            }

            lock (_turn)
            {
                // A caller's fault may have left a batch planned and not committed: of such a state the index must have nothing.
                if (!_isStopped)
                {
                    _ = _log.TryRecover();
                    _index.Close();
                    _isStopped = true;
                }
            }

            _stopped.TrySetResult();
        }
        catch (Exception e) when (Stop(e))
        {
            // Handed to whoever closes the store; callers are told.
        }
    }

    private bool WaitForWork() => _heldBack is not null || _queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>Whatever it is that nobody foresaw: the store takes nothing more, callers are told, and whoever closes it gets it.</summary>
    private bool Stop(Exception cause)
    {
        lock (_turn)
        {
            _isStopped = true;
            _queue.Writer.TryComplete();
            var error = StoreErrors.StoreFaulted(_options.Path, cause);
            _batch.ForEach(o => o.Fail(error));
            _heldBack?.Fail(error);
            while (_queue.Reader.TryRead(out var waiting))
            {
                waiting.Fail(error);
            }

            _stopped.TrySetException(cause);
        }

        return true;
    }

    /// <summary>Takes as much as fits one batch; false where a caller has done it meanwhile.</summary>
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
        else if (_queue.Reader.TryRead(out var first))
        {
            _batch.Add(first);
            octets = first.Octets;
        }
        else
        {
            return false;
        }

        var structural = _batch[0].IsStructural;
        while (_batch.Count < _options.BatchOperations && octets < _options.BatchOctets && _queue.Reader.TryRead(out var next))
        {
            if (next.IsStructural != structural)
            {
                // Accounts and folders need the index: where it fails, messages must not fail with them.
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
        _lone = _batch.Count == 1 ? Math.Min(_lone + 1, LoneBatches) : 0;
        Commit();
        if (_index.FollowUp(_batch.Exists(o => o is CheckpointRequest)))
        {
            _state.Folders.Trim(_options.CachedMessages, _broadcaster.IsWatched);
        }
    }

    private void Commit()
    {
        var structural = _batch[0].IsStructural;
        (long, long)? mark = null;
        _planned.Clear();
        _context.BeginBatch(_options.TimeProvider.GetUtcNow(), _broadcaster.HasWatchers);
        try
        {
            RequireLog();

            if (structural)
            {
                _index.Begin();
            }
            else
            {
                _index.Limit();
            }

            _log.Begin();
            mark = _log.Mark();
            foreach (var operation in _batch)
            {
                Plan(operation);
            }

            if (_context.Adopted.Count > 0)
            {
                _options.IO.FlushDirectory(_segments.ContentDirectory);
            }

            if (!_log.Batch.IsEmpty)
            {
                _log.Commit();
            }

            if (structural)
            {
                _index.Commit(_context.WrittenSegments, _context.RemovedSegments);
            }
            else
            {
                _state.Publish();
            }
        }
        // Before the mark nothing is planned: whatever it was, also what nobody foresaw, is this batch's alone.
        catch (Exception e) when (mark is null || e is IOException or UnauthorizedAccessException or IndexException or MailAdminException or InvalidDataException)
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

    /// <summary>A batch that could not be taken back is tried to be with every later one.</summary>
    private void RequireLog()
    {
        if (!_log.TryRecover())
        {
            throw StoreErrors.StoreFaulted(_options.Path, _log.Fault);
        }

        _inDoubt.ForEach(_segments.DeleteQuietly);
        _inDoubt.Clear();
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
        // Nothing has happened yet, so whatever it is, also what nobody foresaw, it is this operation's alone; but SQLite may have given up the transaction of a
        // batch of accounts or folders: then all of it fails.
        catch (Exception e) when (!_context.HasEvents && (e is not IndexException || !operation.IsStructural))
        {
            operation.Fail(Translate(e));
        }
    }

    private void GiveUp((long Offset, long Journal)? mark, Exception cause)
    {
        _context.DropOperation();
        if (_batch[0].IsStructural)
        {
            _index.RollBack();
        }

        _state.RollBack();
        if (_log.Fault is null && mark is { } end)
        {
            _log.Rewind(end.Offset, end.Journal);
        }

        // As long as a restart may find the batch, it needs the messages that it took over.
        _inDoubt.AddRange(_context.Adopted);
        if (_log.Fault is null)
        {
            RequireLog();
        }

        // Where the log could not be taken back either, a restart may find the batch: it is told apart from a plain failure.
        var error = _log.Fault is null || cause is MailAdminException ? Translate(cause) : StoreErrors.StoreFaulted(_options.Path, cause);
        foreach (var operation in _batch)
        {
            operation.Fail(error);
        }
    }

    private MailAdminException Translate(Exception cause) => cause switch
    {
        MailAdminException or IOException or UnauthorizedAccessException or IndexException or InvalidDataException => StoreErrors.From(cause, _options.Path),
        _ => StoreErrors.FailedInside(_options.Path, cause),
    };

    private sealed class CheckpointRequest() : StoreOperation<bool>(CancellationToken.None)
    {
        public override void Plan(PlanContext context)
        {
        }
    }
}
