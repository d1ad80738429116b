using MailAdmin.Store.Journal;
using MailAdmin.Store.State;
using MailAdmin.Store.Writer;

namespace MailAdmin.Store.Operations;

/// <summary>What operations do to the queue.</summary>
internal static class QueueVerbs
{
    /// <summary>
    /// Checks for room; before the first event. What comes with changes of entries that are there tells of them (a report): it may take their places, and a tenth more than new
    /// mail, or a full queue would swallow it.
    /// </summary>
    public static void RequireRoom(PlanContext context, int more, IReadOnlyList<QueueChange> changes)
    {
        if (more == 0)
        {
            return;
        }

        var limit = context.Options.QueueEntries;
        var gone = changes.Count(c => context.State.Queue.Find(context.Ids.Row(c.Id)) is { } row && c.Apply(row.Entry) is null);
        if (context.State.Queue.PlannedCount + more - gone > limit + (changes.Count > 0 ? limit / 10 : 0))
        {
            throw StoreErrors.QueueFull(limit);
        }
    }

    /// <summary>Entries that must be there to be changed; before the first event.</summary>
    public static void Require(PlanContext context, IReadOnlyList<QueueChange> changes)
    {
        foreach (var change in changes)
        {
            _ = context.State.Queue.Find(context.Ids.Row(change.Id)) ?? throw StoreErrors.QueueMessageNotFound(change.Id);
        }
    }

    /// <summary>Tells of what one operation did, as one change.</summary>
    public static void Announce(PlanContext context, List<QueueEntryChange> told)
    {
        if (told.Count > 0 && context.HasWatchers)
        {
            context.Announce(new QueueChanged(told, context.Now));
        }
    }

    /// <summary>Puts an entry with a content that was stored before it.</summary>
    public static QueueEntry Add(PlanContext context, NewQueueEntry entry, long content, long size, List<QueueEntryChange> told)
    {
        var row = context.State.TakeContentKey();
        // As the log will have it: a restart changes nothing.
        var now = DateTimeOffset.FromUnixTimeMilliseconds(context.NowMilliseconds);
        var added = new QueueEntry
        {
            Id = context.Ids.Queue(row),
            Content = context.Ids.Content(content),
            Size = size,
            Sender = entry.Sender,
            Domain = entry.Domain,
            Recipients = [.. entry.Recipients.Select(r => new QueueRecipient(r))],
            Needs = entry.Needs,
            Submitter = entry.Submitter,
            ReceivedAt = now,
            ExpiresAt = entry.ExpiresAt,
            NextAttempt = now,
        };
        Put(context, new QueueRow(row, content, added), told);
        return added;
    }

    /// <summary>Changes an entry; returns it as it is then, or as it was where it goes. Null where it is gone.</summary>
    public static QueueEntry? Change(PlanContext context, QueueChange change, List<QueueEntryChange> told)
    {
        if (context.State.Queue.Find(context.Ids.Row(change.Id)) is not { } row)
        {
            return null;
        }

        var before = row.Entry;
        if (change.Apply(before) is not { } after)
        {
            context.Emit(new QueueGone(row.Row));
            told.Add(new QueueEntryChange(before.Id, null));
            return before;
        }

        if (after != before)
        {
            after = after with { Id = before.Id, Content = before.Content, Size = before.Size };
            Put(context, row with { Entry = after }, told);
        }

        return after;
    }

    private static void Put(PlanContext context, QueueRow row, List<QueueEntryChange> told)
    {
        context.Emit(new QueuePut(row));
        told.Add(new QueueEntryChange(row.Entry.Id, row.Entry));
    }
}

/// <summary>Changes of entries, those that are still there.</summary>
internal sealed class ChangeQueueOperation(IReadOnlyList<QueueChange> changes, CancellationToken cancellationToken) : StoreOperation<IReadOnlyList<QueueEntry>>(cancellationToken)
{
    public override void Plan(PlanContext context)
    {
        var changed = new List<QueueEntry>(changes.Count);
        var told = new List<QueueEntryChange>(changes.Count);
        foreach (var change in changes)
        {
            if (QueueVerbs.Change(context, change, told) is { } entry)
            {
                changed.Add(entry);
            }
        }

        QueueVerbs.Announce(context, told);
        Result = changed;
    }
}
