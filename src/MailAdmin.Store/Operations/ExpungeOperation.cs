using MailAdmin.Store.Journal;
using MailAdmin.Store.Writer;

namespace MailAdmin.Store.Operations;

/// <summary>EXPUNGE and UID EXPUNGE. RFC 9051 §6.4.3, §6.4.9.</summary>
internal sealed class ExpungeOperation(FolderId target, UidSet? uids, bool onlyDeleted, CancellationToken cancellationToken) : StoreOperation<ExpungeResult>(cancellationToken)
{
    public override void Plan(PlanContext context)
    {
        var folder = context.Folder(target);
        var snapshot = folder.Working!;
        var gone = new UidSet.Builder();
        if (!onlyDeleted || snapshot.DeletedCount > 0)
        {
            snapshot.Visit(uids ?? UidSet.All, (chunk, _, i) =>
            {
                if (!onlyDeleted || (chunk.Flags(i) & MessageFlags.Deleted.Bits) != 0)
                {
                    gone.Add(chunk.Uid(i));
                }
            });
        }

        if (gone.IsEmpty)
        {
            Result = new ExpungeResult(UidSet.Empty, snapshot.HighestModSeq);
            return;
        }

        Result = new ExpungeResult(gone.Build(), snapshot.HighestModSeq + 1);
        context.Emit(new MessagesGone(folder.Row, Result.ModSeq, Result.Expunged));
        if (context.HasWatchers)
        {
            context.Announce(new MessagesExpunged(context.Ids.Mailbox(folder.Mailbox), folder.Id, Result.Expunged, folder.Working!, context.Now));
        }
    }
}
