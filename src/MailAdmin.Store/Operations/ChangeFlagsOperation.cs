using MailAdmin.Store.Journal;
using MailAdmin.Store.Writer;

namespace MailAdmin.Store.Operations;

/// <summary>STORE: only messages whose flags really change take a new mod-sequence. RFC 7162 §3.1.3.</summary>
internal sealed class ChangeFlagsOperation(FolderId target, UidSet uids, FlagsChange change, ulong? unchangedSince, CancellationToken cancellationToken)
    : StoreOperation<FlagsResult>(cancellationToken)
{
    public override void Plan(PlanContext context)
    {
        var folder = context.Folder(target);
        var snapshot = folder.Working!;
        var keywords = new KeywordPlan(folder);
        var bits = (change.Flags.Bits & MessageFlags.System.Bits)
            | (change.Mode == FlagsMode.Remove ? keywords.ExistingBits(change.Keywords) : keywords.Bits(change.Keywords));

        var changes = new List<(uint, ulong)>();
        UidSet.Builder changed = new(), modified = new();
        snapshot.Visit(uids, (chunk, _, i) =>
        {
            var uid = chunk.Uid(i);
            if (unchangedSince is { } since && chunk.ModSeq(i) > since)
            {
                modified.Add(uid);
                return;
            }

            var old = chunk.Flags(i);
            var now = change.Mode switch
            {
                FlagsMode.Add => old | bits,
                FlagsMode.Remove => old & ~bits,
                _ => bits,
            };
            if (now != old)
            {
                changes.Add((uid, now));
                changed.Add(uid);
            }
        });

        var modSeq = snapshot.HighestModSeq;
        if (changes.Count > 0)
        {
            modSeq++;
            keywords.Emit(context);
            context.Emit(new FlagsSet(folder.Row, modSeq, [.. changes]));
        }

        Result = new FlagsResult(changed.Build(), modified.Build(), modSeq);
        if (changes.Count > 0 && context.HasWatchers)
        {
            context.Announce(new FlagsChanged(context.Ids.Mailbox(folder.Mailbox), folder.Id, Result.Changed, folder.Working!, context.Now));
        }
    }
}
