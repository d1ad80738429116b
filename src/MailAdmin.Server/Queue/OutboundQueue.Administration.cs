using MailAdmin.Administration;
using MailAdmin.Store;

namespace MailAdmin.Server.Queue;

/// <content>What admins ask and change.</content>
internal sealed partial class OutboundQueue
{
    /// <summary>Entries that are being sent at this moment.</summary>
    public HashSet<QueueId> Active()
    {
        lock (_gate)
        {
            return [.. _slots.Values.Where(s => s.State == SlotState.Active).Select(s => s.Id)];
        }
    }

    /// <summary>Connections open to what a domain's mail goes to.</summary>
    public int ConnectionsOf(string domain)
    {
        lock (_gate)
        {
            return _lanes.GetValueOrDefault(_finder.LaneOf(domain))?.Senders ?? 0;
        }
    }

    /// <summary>Until when a domain's next hop rests, where it does.</summary>
    public DateTimeOffset? RestOf(string domain)
    {
        lock (_gate)
        {
            return _lanes.GetValueOrDefault(_finder.LaneOf(domain)) is { } lane && lane.RestUntil > parts.Time.GetUtcNow() ? lane.RestUntil : null;
        }
    }

    /// <summary>Does it to the entries that are there; one that is being sent cannot be removed.</summary>
    public async Task<IReadOnlyList<QueueEntry>> ChangeAsync(IReadOnlyList<QueueId> ids, MailQueueAction action, CancellationToken cancellationToken)
    {
        if (action is not (MailQueueAction.Remove or MailQueueAction.Bounce))
        {
            if (action == MailQueueAction.Retry)
            {
                Wake(ids);
            }

            var changed = await parts.Store.Queue.ChangeAsync(QueueActions.Of(ids, action, parts.Time.GetUtcNow()), cancellationToken);
            // Also where nothing of an entry changed: what it waited for may have.
            Note(changed.Select(e => e.Id));

            return changed;
        }

        var (held, settlement) = (Hold(ids), new Settlement(parts));
        try
        {
            return action == MailQueueAction.Remove
                ? await parts.Store.Queue.ChangeAsync(QueueActions.Of(held, action, parts.Time.GetUtcNow()), cancellationToken)
                : await BounceAsync(settlement, held, cancellationToken);
        }
        finally
        {
            Let(held);
            settlement.Tell();
        }
    }

    private async Task<IReadOnlyList<QueueEntry>> BounceAsync(Settlement settlement, List<QueueId> ids, CancellationToken cancellationToken)
    {
        var bounced = new List<QueueEntry>();
        foreach (var id in ids)
        {
            if (parts.Store.Queue.Find(id) is { } entry)
            {
                await settlement.GiveUpAsync(entry, new RecipientResult(RecipientFate.Failed, "Taken out of the queue by an administrator", "5.7.0"), cancellationToken);
                bounced.Add(entry);
            }
        }

        return bounced;
    }

    private void Wake(IReadOnlyList<QueueId> ids)
    {
        lock (_gate)
        {
            foreach (var id in ids)
            {
                if (_slots.TryGetValue(id, out var slot))
                {
                    slot.Lane.RestUntil = default;
                    slot.Lane.Failures = 0;
                }
            }
        }
    }

    /// <summary>Keeps senders from taking entries; those that they have are left out.</summary>
    private List<QueueId> Hold(IReadOnlyList<QueueId> ids)
    {
        lock (_gate)
        {
            return [.. ids.Where(id => !(_slots.TryGetValue(id, out var slot) && slot.State == SlotState.Active) && _held.Add(id))];
        }
    }

    private void Let(List<QueueId> held)
    {
        lock (_gate)
        {
            _held.ExceptWith(held);
            Note(held);
        }
    }
}

/// <summary>What an admin's action makes of an entry.</summary>
internal static class QueueActions
{
    public static List<QueueChange> Of(IReadOnlyList<QueueId> ids, MailQueueAction action, DateTimeOffset now) => [.. ids.Select(id => new QueueChange(id, e => Of(e, action, now)))];

    private static QueueEntry? Of(QueueEntry entry, MailQueueAction action, DateTimeOffset now) => action switch
    {
        MailQueueAction.Suspend => entry with { IsSuspended = true },
        MailQueueAction.Resume => entry with { IsSuspended = false },
        MailQueueAction.Retry => entry with { IsSuspended = false, NextAttempt = now },
        _ => null,
    };
}
