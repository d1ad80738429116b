using MailAdmin.Administration;
using MailAdmin.Store.Content;
using MailAdmin.Store.Sqlite;
using MailAdmin.Store.State;

namespace MailAdmin.Store.Writer;

/// <summary>
/// Lets the index follow the log: in the background for messages, with the batch itself for accounts and folders.
/// </summary>
/// <remarks>
/// Invariants:
/// 1. Called by whoever is the writer; only the taking over itself runs beside it. One of the two uses the writing connection at a time.
/// 2. What left the dirty set is either in the index or dirty again, with the figures of its segments, whatever hindered it: a later checkpoint takes it all.
///    One that the index has is never given back, for its references would count twice.
/// 3. An index that fails is told of once until it is well again, is tried again with the clock, and holds up deliveries only when
///    <see cref="MaxBehind"/> checkpoints wait for it: what waits is in memory, and has a bound.
/// 4. A damaged row of one message is no such failure: the checkpoint passes it over (<see cref="IndexWriter.TellOfDamaged"/>), and it is told of once the rest is in the index.
/// </remarks>
internal sealed class IndexFollower(
    StoreOptions options, StoreState state, LogAppender log, SegmentTable segments, IndexWriter index, PendingNotes notes, Func<bool> ask) : IAsyncDisposable
{
    // How far the log may run ahead of the index, in checkpoints, before writers wait for it.
    private const int MaxBehind = 8;
    private const long CheckpointOctets = 64L * 1024 * 1024;

    private ITimer? _timer;
    private Task<List<ContentPlace>>? _running;
    private Checkpoint? _checkpoint;
    private bool _timerSet;
    private bool _failed;

    /// <summary>True where the next batch has to wait for the index.</summary>
    public bool IsFarBehind => state.Dirty.Changes >= options.CheckpointMessages * (long)MaxBehind;

    private bool HasWork => !state.Dirty.IsEmpty || notes.HasAny;

    /// <summary>Before a batch: an index that is too far behind is waited for, and one that failed must catch up.</summary>
    /// <exception cref="IndexException">It cannot.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public void Limit()
    {
        if (!IsFarBehind)
        {
            return;
        }

        Wait();
        if (_failed)
        {
            Take(clean: false);
        }
    }

    /// <summary>Begins a batch of accounts or folders: the index catches up, and the batch's events go into a transaction.</summary>
    /// <exception cref="IndexException">It cannot.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public void Begin()
    {
        CatchUp();
        index.Begin();
        state.Index = index;
    }

    /// <summary>Commits what <see cref="Begin"/> began, and publishes.</summary>
    /// <exception cref="IndexException">It was not committed.</exception>
    /// <param name="written">Segments written beside the log.</param>
    /// <param name="removed">Segments that nothing points into any more.</param>
    public void Commit(List<SegmentRow> written, List<long> removed)
    {
        state.MergeBatch();
        var changed = log.TakeChanged();
        var checkpoint = Capture(clean: false, [.. changed, .. written], [.. removed]);
        state.Index = null;
        List<ContentPlace> dead;
        try
        {
            dead = index.Apply(checkpoint);
            index.Commit();
        }
        catch
        {
            index.RollBack();
            log.GiveBack(changed);
            throw;
        }

        state.Publish();
        Settle(checkpoint, dead);
    }

    /// <summary>The batch that <see cref="Begin"/> began never was. One that did not come to begin has no transaction: what is open may be a checkpoint's.</summary>
    public void RollBack()
    {
        if (state.Index is not null)
        {
            state.Index = null;
            index.RollBack();
        }
    }

    /// <summary>After a batch: sets the index to work where there is enough for it. True where a checkpoint ended.</summary>
    /// <param name="asked">The clock or a full notebook asks for it.</param>
    public bool FollowUp(bool asked)
    {
        var ended = _running is { IsCompleted: true };
        if (ended)
        {
            Wait();
        }

        _timerSet &= !asked;
        // One that failed waits for the clock: the disk that filled a moment ago is still full.
        var due = asked || (!_failed && (state.Dirty.Changes >= options.CheckpointMessages || state.Dirty.Octets >= CheckpointOctets));
        if (due && _running is null && HasWork)
        {
            var checkpoint = Capture(clean: false, log.TakeChanged(), []);
            _checkpoint = checkpoint;
            _running = Task.Run(() => Apply(checkpoint));
        }

        if (!_timerSet && (HasWork || _running is not null))
        {
            _timerSet = true;
            Wind();
        }

        return ended;
    }

    /// <summary>The store closes: the index takes what it can; what it cannot the next open replays.</summary>
    public void Close()
    {
        Wait();
        try
        {
            Take(clean: log.Fault is null);
        }
#pragma warning disable CA1031 // Whatever it was, it was told of, and the log has it all: closing loses nothing by it.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    /// <summary>Nothing of it runs afterwards, also where the writer stopped by a fault and <see cref="Close"/> was never called.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_timer is not null)
        {
            await _timer.DisposeAsync();
        }

        if (_running is { } running)
        {
            // Whose connection is about to go. How it ended matters to nobody: the log has it all.
            await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Wind()
    {
        _timer ??= options.TimeProvider.CreateTimer(_ => Ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(options.CheckpointInterval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A full queue is asked again: without a clock that rings an index that failed would not be tried.</summary>
    private void Ring()
    {
        if (!ask())
        {
            _timer!.Change(options.CheckpointInterval, Timeout.InfiniteTimeSpan);
        }
    }

    private void CatchUp()
    {
        Wait();
        if (HasWork)
        {
            Take(clean: false);
        }
    }

    private void Take(bool clean)
    {
        var checkpoint = Capture(clean, log.TakeChanged(), []);
        List<ContentPlace> dead;
        try
        {
            dead = Apply(checkpoint);
        }
        catch (Exception e)
        {
            GiveBack(checkpoint, e);
            throw;
        }

        Settle(checkpoint, dead);
    }

    /// <summary>Waits until the index is free; where it failed, what it did not take is dirty again.</summary>
    private void Wait()
    {
        if (_running is not { } running)
        {
            return;
        }

        var checkpoint = _checkpoint!;
        _running = null;
        _checkpoint = null;
        List<ContentPlace> dead;
        try
        {
            dead = running.GetAwaiter().GetResult();
        }
#pragma warning disable CA1031 // Whatever it was, nobody is here whose operation it could fail: it is told of, and tried again by who needs the index.
        catch (Exception e)
#pragma warning restore CA1031
        {
            GiveBack(checkpoint, e);
            return;
        }

        Settle(checkpoint, dead);
    }

    private List<ContentPlace> Apply(Checkpoint checkpoint)
    {
        try
        {
            index.Begin();
            var dead = index.Apply(checkpoint);
            index.Commit();
            return dead;
        }
        catch
        {
            index.RollBack();
            throw;
        }
    }

    private Checkpoint Capture(bool clean, List<SegmentRow> segments, List<long> removedSegments) => state.Capture(
        log.Segment, log.Offset, clean, notes.TakeLogins(), notes.TakeRecents(), notes.TakeSummaries(), segments, removedSegments);

    private void GiveBack(Checkpoint checkpoint, Exception cause)
    {
        state.GiveBack(checkpoint);
        log.GiveBack(checkpoint.Segments);
        if (!_failed)
        {
            _failed = true;
            options.Noticed?.Invoke(cause is InvalidDataException or IndexException { IsCorrupt: true } or IndexException { IsConstraint: true }
                ? new StoreFinding(
                    MailEventSeverity.Error, "IndexCorrupt", "index",
                    $"The index is damaged and could not take over the last changes; they are safe in the log. Repair-MailStore makes it anew from the log. {cause.Message}")
                : new StoreFinding(
                    MailEventSeverity.Warning, "IndexBehind", "index", $"The index could not take over the last changes and tries again; they are safe in the log. {cause.Message}"));
        }
    }

    private void Settle(Checkpoint checkpoint, List<ContentPlace> dead)
    {
        _failed = false;
        state.Settle(checkpoint);
        notes.Settle(checkpoint);
        index.TellOfDamaged(options.Noticed, state.Ids);
        foreach (var place in dead)
        {
            if (place.IsAdopted)
            {
                segments.DeleteQuietly(place.Segment);
            }
        }
    }
}
