using MailAdmin.Store;

namespace MailAdmin.Server.Queue;

/// <content>What a lane's senders ask for and tell.</content>
internal sealed partial class OutboundQueue
{
    /// <summary>
    /// The next message of a lane: one entry, or several that are the same message for several domains of one route. Null where there is none now. They are the caller's
    /// until <see cref="Release"/>.
    /// </summary>
    public List<Slot>? Take(Lane lane)
    {
        lock (_gate)
        {
            List<Slot>? batch = null;
            var recipients = 0;
            var now = parts.Time.GetUtcNow();
            while (MaySend && lane.Ready.TryPeek(out var slot))
            {
                if (slot.State != SlotState.Ready || slot.Lane != lane)
                {
                    // Scheduled anew since it came into line.
                    lane.Ready.Dequeue();
                    continue;
                }

                if (parts.Store.Queue.Find(slot.Id) is not { } entry)
                {
                    lane.Ready.Dequeue();
                    Drop(slot);
                    continue;
                }

                slot.Entry = entry;
                if (_held.Contains(slot.Id) || (entry.IsSuspended ? entry.ExpiresAt : entry.NextAttempt) > now)
                {
                    lane.Ready.Dequeue();
                    slot.State = SlotState.Waiting;
                    slot.Version++;
                    if (!_held.Contains(slot.Id))
                    {
                        Schedule(slot);
                    }

                    continue;
                }

                if (batch is not null && !Together(batch[0].Entry, entry, recipients))
                {
                    break;
                }

                lane.Ready.Dequeue();
                slot.State = SlotState.Active;
                slot.Version++;
                recipients += entry.Recipients.Count;
                (batch ??= []).Add(slot);
            }

            return batch;
        }
    }

    /// <summary>Waits a while for the lane to have something; false where it is time to hang up.</summary>
    public async Task<bool> WaitAsync(Lane lane, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!MaySend || lane.Ready.Count > 0)
            {
                return MaySend;
            }

            lane.Idle++;
        }

        using var clock = new CancellationTokenSource(Options.IdleConnection, parts.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, clock.Token);
        try
        {
            await lane.Work.WaitAsync(both.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            lock (_gate)
            {
                lane.Idle--;
            }
        }
    }

    /// <summary>Gives entries back to the schedule, as the store has them now.</summary>
    public void Release(List<Slot> batch)
    {
        lock (_gate)
        {
            foreach (var slot in batch.Where(s => s.State == SlotState.Active))
            {
                slot.State = SlotState.Waiting;
                if (parts.Store.Queue.Find(slot.Id) is { } entry)
                {
                    slot.Entry = entry;
                    TryReassign(slot);
                    Schedule(slot);
                }
                else
                {
                    Drop(slot);
                }
            }
        }
    }

    /// <summary>A message was taken: the lane is well, and may have one sender more.</summary>
    public void Succeeded(Lane lane)
    {
        lock (_gate)
        {
            lane.Failures = 0;
            lane.RestUntil = default;
            lane.Window = Math.Min(lane.Window + 1, Options.ConnectionsPerDestination);
            Feed(lane);
        }
    }

    /// <summary>
    /// No host of the lane could be reached: it rests. Returns what else stands in line, for the caller to put off with the same reason: each would only meet it again.
    /// </summary>
    public List<Slot> Failed(Lane lane)
    {
        lock (_gate)
        {
            var now = parts.Time.GetUtcNow();
            if (lane.RestUntil <= now)
            {
                lane.RestUntil = now + Options.RestAfter(++lane.Failures);
            }

            lane.Window = 1;
        }

        var others = new List<Slot>();
        while (others.Count < MaxPutOff && Take(lane) is { } batch)
        {
            others.AddRange(batch);
        }

        return others;
    }

    /// <summary>
    /// A sender failed inside, and what it sent may not be written down: its lane rests long. Where the store takes no more changes, nothing is sent any more: none of it
    /// could be written down, and all of it would be sent over and over.
    /// </summary>
    public void Broke(Lane lane, Exception cause)
    {
        lock (_gate)
        {
            lane.RestUntil = parts.Time.GetUtcNow() + Options.MaxRest;
            _halted |= cause is Errors.MailAdminException { ErrorId: "StoreFaulted" or "StoreClosed" };
        }

        SenderFailed(parts.Log, cause, lane.Key, _halted ? "nothing is sent until the server is started again" : "its messages are tried again later");
    }

    /// <summary>What the lane's sender had was put off each by itself: the lane need not rest for it.</summary>
    public void Mended(Lane lane)
    {
        lock (_gate)
        {
            lane.RestUntil = default;
        }
    }

    /// <summary>Entries put off in one commit.</summary>
    private const int MaxPutOff = 1000;

    private bool Together(QueueEntry first, QueueEntry next, int recipients) =>
        first.Content == next.Content && first.Sender == next.Sender && !first.IsSuspended && !next.IsSuspended
        && recipients + next.Recipients.Count <= Options.RecipientsPerTransaction;

    /// <summary>Puts a slot into the lane that routes give it now; false where it is in that one.</summary>
    private bool TryReassign(Slot slot)
    {
        var (lane, old) = (LaneOf(slot.Entry.Domain), slot.Lane);
        if (lane == old)
        {
            return false;
        }

        lane.Slots++;
        slot.Lane = lane;
        Leave(old);
        return true;
    }
}
