using MailAdmin.Store.Journal;
using MailAdmin.Store.Snapshots;
using MailAdmin.Store.Writer;

namespace MailAdmin.Store.Operations;

/// <summary>Messages into one folder, all or none, with consecutive UIDs. RFC 3502.</summary>
internal sealed class AppendOperation(
    FolderId target, IReadOnlyList<(SealedMessage Message, AppendItem Item)> items, CancellationToken cancellationToken) : StoreOperation<AppendResult>(cancellationToken)
{
    public override long Octets => items.Sum(i => i.Message.AdoptionKey is null ? i.Message.Source.Length : 0);

    public override void Plan(PlanContext context)
    {
        var folder = context.Folder(target);
        UidRule.Require(folder, items.Count);
        QuotaRule.Require(context, folder, items.Sum(i => i.Message.Source.Length));
        var keywords = new KeywordPlan(folder);
        var flags = items.Select(i => (i.Item.Flags.Bits & MessageFlags.System.Bits) | keywords.Bits(i.Item.Keywords)).ToArray();

        var head = folder.Working!.Head;
        var modSeq = head.HighestModSeq + 1;
        var contents = new ContentStored[items.Count];
        context.Store([.. items.Select(i => (i.Message, (i.Item.ReceivedAt ?? context.Now).ToUnixTimeMilliseconds()))], contents);
        var rows = new MessageRow[items.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            var (message, item) = items[i];
            var received = item.ReceivedAt ?? context.Now;
            rows[i] = new MessageRow(
                head.UidNext + (uint)i, (uint)message.Source.Length, flags[i], modSeq, (uint)Math.Clamp(received.ToUnixTimeSeconds(), 0, uint.MaxValue), context.NowSeconds, contents[i].Key,
                (short)(received.Offset.Ticks / TimeSpan.TicksPerMinute));
        }

        keywords.Emit(context);
        if (rows.Length > 0)
        {
            context.Emit(new MessagesPlaced(folder.Row, rows));
            if (context.HasWatchers)
            {
                context.Announce(new MessagesAdded(context.Ids.Mailbox(folder.Mailbox), folder.Id, UidSet.Range(rows[0].Uid, rows[^1].Uid), folder.Working!, context.Now));
            }
        }

        Result = new AppendResult(head.UidValidity, head.UidNext, head.UidNext + (uint)rows.Length - 1, rows.Length > 0 ? modSeq : head.HighestModSeq);
    }
}
