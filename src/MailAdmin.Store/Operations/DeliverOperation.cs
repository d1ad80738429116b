using MailAdmin.Store.Journal;
using MailAdmin.Store.Snapshots;
using MailAdmin.Store.State;
using MailAdmin.Store.Writer;

namespace MailAdmin.Store.Operations;

/// <summary>One content into several folders and the queue, with changes of other queue entries, whole or not at all.</summary>
internal sealed class DeliverOperation(
    SealedMessage message, IReadOnlyList<DeliveryTarget> targets, IReadOnlyList<NewQueueEntry> entries, IReadOnlyList<QueueChange> changes, CancellationToken cancellationToken)
    : StoreOperation<EnqueueResult>(cancellationToken)
{
    public override long Octets => message.AdoptionKey is null ? message.Source.Length : 0;

    public override void Plan(PlanContext context)
    {
        var size = (uint)message.Source.Length;
        var folders = new FolderState[targets.Count];
        var keywords = new KeywordPlan[targets.Count];
        var flags = new ulong[targets.Count];
        for (var i = 0; i < targets.Count; i++)
        {
            var folder = folders[i] = context.Folder(targets[i].Folder);
            UidRule.Require(folder, targets.Count);
            keywords[i] = new KeywordPlan(folder);
            flags[i] = (targets[i].Flags.Bits & MessageFlags.System.Bits) | keywords[i].Bits(targets[i].Keywords);
        }

        QuotaRule.Require(context, folders, size);
        QueueVerbs.Require(context, changes);
        QueueVerbs.RequireRoom(context, entries.Count, changes);
        var content = context.Store(message, context.NowMilliseconds);
        var places = new StoredPlace[targets.Count];
        for (var i = 0; i < targets.Count; i++)
        {
            var folder = folders[i];
            if (i > 0 && Array.IndexOf(folders, folder, 0, i) >= 0)
            {
                // The same folder twice: its keywords have been numbered meanwhile.
                keywords[i] = new KeywordPlan(folder);
                flags[i] = (targets[i].Flags.Bits & MessageFlags.System.Bits) | keywords[i].Bits(targets[i].Keywords);
            }

            keywords[i].Emit(context);
            var head = folder.Working!.Head;
            var modSeq = head.HighestModSeq + 1;
            context.Emit(new MessagesPlaced(folder.Row, [new MessageRow(head.UidNext, size, flags[i], modSeq, context.NowSeconds, context.NowSeconds, content)]));
            places[i] = new StoredPlace(folder.Id, head.UidValidity, head.UidNext, modSeq);
            if (context.HasWatchers)
            {
                context.Announce(new MessagesAdded(context.Ids.Mailbox(folder.Mailbox), folder.Id, UidSet.Single(head.UidNext), folder.Working!, context.Now));
            }
        }

        var queued = entries.Count > 0 ? new QueueEntry[entries.Count] : [];
        var told = new List<QueueEntryChange>(entries.Count + changes.Count);
        for (var i = 0; i < entries.Count; i++)
        {
            queued[i] = QueueVerbs.Add(context, entries[i], content, size, told);
        }

        foreach (var change in changes)
        {
            QueueVerbs.Change(context, change, told);
        }

        QueueVerbs.Announce(context, told);

        Result = new EnqueueResult(places, queued);
    }
}
