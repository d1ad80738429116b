using MailAdmin.Errors;
using MailAdmin.Server.Delivery;
using MailAdmin.Server.Diagnostics;
using MailAdmin.Store;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MailAdmin.Server.Queue;

/// <summary>What the queue is put together from.</summary>
internal sealed record QueueParts(
    IMailStore Store, IMailDelivery Delivery, OutboundPolicy Outbound, RelayRoutes Routes, IMailResolver Resolver, QueueOptions Options, Func<string> HostName,
    IEventSink Events, ServerCounters Counters, TimeProvider Time, ILogger Log, Random Random, System.Net.Security.RemoteCertificateValidationCallback? Validate);

/// <summary>
/// Sends what the store's queue holds: when, over how many connections, and what becomes of it.
/// </summary>
/// <remarks>
/// Data flow: the store tells of every entry that comes, changes or goes; an entry waits on the clock until its next attempt, then in the line of its lane (one next hop);
/// a sender of the lane takes it, asks the store whether it still is as it was, sends it, and commits the outcome before it takes the next.
/// Invariants:
/// 1. The store is the truth. What is here can be made anew from it at any moment; a restart does just that.
/// 2. An entry is with at most one sender. It leaves Active only after its outcome is committed, or nothing was sent.
/// 3. A message is sent twice only where the process ends, or the connection breaks, between the peer's 250 and our commit: RFC 5321 §4.5.3.2.6 knows no cure.
/// 4. Nothing leaves unless the server relays; that is asked before each message, not once.
/// 5. Senders are bounded in all and by lane. A lane that cannot be reached rests, and its mail with it.
/// </remarks>
internal sealed partial class OutboundQueue(QueueParts parts) : IHostedService, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<QueueId, Slot> _slots = [];
    private readonly Dictionary<LaneKey, Lane> _lanes = [];
    private readonly PriorityQueue<(Slot Slot, int Version), DateTimeOffset> _clock = new();
    private readonly Queue<Lane> _hungry = [];
    private readonly HashSet<QueueId> _held = [];
    private readonly HashSet<Task> _senders = [];
    private readonly CancellationTokenSource _abort = new();
    private readonly NextHopFinder _finder = new(parts.Resolver, parts.Routes, parts.Options, parts.HostName, parts.Random);
    private ITimer? _timer;
    private IDisposable? _watch;
    private DateTimeOffset _wound = DateTimeOffset.MaxValue;
    private int _running;
    private bool _stopping, _halted;

    private QueueOptions Options => parts.Options;

    private bool MaySend => !_stopping && !_halted && parts.Outbound.Mode == MailOutboundMode.Relay;

    /// <summary>Routes, for those who administer.</summary>
    public RelayRoutes Routes => parts.Routes;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _timer = parts.Time.CreateTimer(_ => Tick(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        // Watched first, then listed: an entry may be met twice, and none is missed.
        _watch = parts.Store.Watch(change =>
        {
            if (change is QueueChanged q)
            {
                Note(q.Entries.Select(e => e.Id));
            }
        });
        Note(parts.Store.Queue.List().Select(e => e.Id));

        parts.Routes.Changed += RerouteAsync;
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _watch?.Dispose();
        parts.Routes.Changed -= RerouteAsync;
        Task[] senders;
        lock (_gate)
        {
            _stopping = true;
            foreach (var lane in _lanes.Values.Where(l => l.Idle > 0))
            {
                lane.Work.Release(lane.Idle);
            }

            senders = [.. _senders];
        }

        // Transactions under way may end; what is cut off was not committed and is sent again by the next start.
        var all = Task.WhenAll(senders);
        await Task.WhenAny(all, Task.Delay(Options.StopGrace, cancellationToken));
        await _abort.CancelAsync();
        // Whoever failed inside has said so.
        await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        _watch?.Dispose();
        _timer?.Dispose();
        _abort.Dispose();
        foreach (var lane in _lanes.Values)
        {
            lane.Dispose();
        }
    }

    /// <summary>The server relays from now on, or no longer.</summary>
    public void ModeChanged()
    {
        lock (_gate)
        {
            foreach (var lane in _lanes.Values)
            {
                Feed(lane);
            }
        }
    }

    /// <summary>Entries came, changed or went; what is true of them now is asked of the store. No sender sees the first before the last is in line: what goes one way goes together.</summary>
    private void Note(IEnumerable<QueueId> ids)
    {
        lock (_gate)
        {
            foreach (var id in ids)
            {
                Note(id);
            }
        }
    }

    private void Note(QueueId id)
    {
        var entry = parts.Store.Queue.Find(id);
        if (!_slots.TryGetValue(id, out var slot))
        {
            if (entry is not null)
            {
                var lane = LaneOf(entry.Domain);
                lane.Slots++;
                _slots[id] = slot = new Slot(entry, lane);
                Schedule(slot);
            }
        }
        else if (slot.State != SlotState.Active)
        {
            if (entry is null)
            {
                Drop(slot);
            }
            else
            {
                slot.Entry = entry;
                Schedule(slot);
            }
        }
    }

    private Lane LaneOf(string domain)
    {
        var key = _finder.LaneOf(domain);
        if (!_lanes.TryGetValue(key, out var lane))
        {
            _lanes[key] = lane = new Lane(key) { Window = Options.FirstConnections };
        }

        return lane;
    }

    private void Drop(Slot slot)
    {
        slot.Version++;
        slot.State = SlotState.Waiting;
        _slots.Remove(slot.Id);
        Leave(slot.Lane);
    }

    private void Leave(Lane lane)
    {
        // Its rest and window are forgotten with it; the sockets of its senders end by themselves.
        if (--lane.Slots == 0 && lane is { Senders: 0, IsHungry: false })
        {
            _lanes.Remove(lane.Key);
            lane.Dispose();
        }
    }

    /// <summary>Puts an entry on the clock, or in line where its time has come.</summary>
    private void Schedule(Slot slot)
    {
        var entry = slot.Entry;
        var due = entry.IsSuspended ? entry.ExpiresAt : Later(entry.NextAttempt, slot.Lane.RestUntil);
        var wasReady = slot.State == SlotState.Ready;
        if (due <= parts.Time.GetUtcNow())
        {
            if (!wasReady)
            {
                slot.State = SlotState.Ready;
                slot.Version++;
                slot.Lane.Ready.Enqueue(slot);
                Feed(slot.Lane);
            }

            return;
        }

        slot.State = SlotState.Waiting;
        slot.Version++;
        _clock.Enqueue((slot, slot.Version), due);
        Wind();
    }

    private void Tick()
    {
        lock (_gate)
        {
            _wound = DateTimeOffset.MaxValue;
            var now = parts.Time.GetUtcNow();
            while (_clock.TryPeek(out var next, out var due) && due <= now)
            {
                _clock.Dequeue();
                if (next.Version == next.Slot.Version && next.Slot.State == SlotState.Waiting)
                {
                    Schedule(next.Slot);
                }
            }

            Wind();
        }
    }

    /// <summary>Sees to it that the timer goes off when the first entry is due. It may go off too early: then it is wound again.</summary>
    private void Wind()
    {
        while (_clock.TryPeek(out var next, out _) && next.Version != next.Slot.Version)
        {
            _clock.Dequeue();
        }

        if (_clock.TryPeek(out _, out var due) && due < _wound && !_stopping)
        {
            // A timer takes 49 days at most; five are the most there is to wait, and a clock that was set back must not break it.
            var wait = due - parts.Time.GetUtcNow();
            _timer?.Change(wait <= TimeSpan.Zero ? TimeSpan.Zero : wait > TimeSpan.FromDays(1) ? TimeSpan.FromDays(1) : wait, Timeout.InfiniteTimeSpan);
            _wound = due;
        }
    }

    /// <summary>Gives a lane the senders that its line is worth.</summary>
    private void Feed(Lane lane)
    {
        if (!MaySend)
        {
            return;
        }

        for (var wake = Math.Min(lane.Idle, lane.Ready.Count) - lane.Work.CurrentCount; wake > 0; wake--)
        {
            lane.Work.Release();
        }

        while (lane.Ready.Count > lane.Senders && lane.Senders < lane.Window)
        {
            if (_running >= Options.Connections)
            {
                if (!lane.IsHungry)
                {
                    lane.IsHungry = true;
                    _hungry.Enqueue(lane);
                }

                return;
            }

            lane.Senders++;
            _running++;
            Start(lane);
        }
    }

    private void Start(Lane lane)
    {
        var sender = Task.Run(() => new RelaySender(this, parts, _finder, lane).RunAsync(_abort.Token), CancellationToken.None);
        _senders.Add(sender);
        _ = sender.ContinueWith(Ended, lane, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void Ended(Task sender, object? of)
    {
        // Why it failed, where it did, was told when it happened.
        _ = sender.Exception;
        var lane = (Lane)of!;
        lock (_gate)
        {
            _senders.Remove(sender);
            _running--;
            lane.Senders--;
            while (_running < Options.Connections && _hungry.TryDequeue(out var hungry))
            {
                hungry.IsHungry = false;
                Feed(hungry);
                if (hungry is { Slots: 0, Senders: 0 } && _lanes.Remove(hungry.Key))
                {
                    hungry.Dispose();
                }
            }

            Feed(lane);
            if (lane is { Slots: 0, Senders: 0, IsHungry: false } && _lanes.Remove(lane.Key))
            {
                lane.Dispose();
            }
        }
    }

    /// <summary>
    /// Routes changed: what waits and has another next hop now, be it the same route with another host or password, leaves the old one's connections and rest behind and is tried
    /// at once, for what could not be reached may be now.
    /// </summary>
    private async Task RerouteAsync()
    {
        var now = parts.Time.GetUtcNow();
        var waiting = new List<QueueId>();
        lock (_gate)
        {
            foreach (var slot in _slots.Values.Where(s => s.State != SlotState.Active).ToList())
            {
                if (!TryReassign(slot))
                {
                    continue;
                }

                slot.Version++;
                slot.State = SlotState.Waiting;
                Schedule(slot);
                if (slot.Entry.NextAttempt > now)
                {
                    waiting.Add(slot.Id);
                }
            }
        }

        try
        {
            foreach (var ids in waiting.Chunk(MaxPutOff))
            {
                await parts.Store.Queue.ChangeAsync([.. ids.Select(id => new QueueChange(id, e => e.IsSuspended ? e : e with { NextAttempt = now }))], CancellationToken.None);
            }
        }
        catch (MailAdminException e)
        {
            // The route is as it was to be; its mail goes when its time comes.
            NotRescheduled(parts.Log, e);
        }
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    [LoggerMessage(EventId = 7001, Level = LogLevel.Error, Message = "A sender for {Lane} failed inside; {Consequence}")]
    private static partial void SenderFailed(ILogger logger, Exception cause, LaneKey lane, string consequence);

    [LoggerMessage(EventId = 7003, Level = LogLevel.Warning, Message = "Routes changed, and what waits for them could not be set to be tried at once")]
    private static partial void NotRescheduled(ILogger logger, Exception cause);
}
