using System.Numerics;
using MailAdmin.Store.Journal;
using MailAdmin.Store.Snapshots;
using MailAdmin.Store.State;
using MailAdmin.Store.Writer;

namespace MailAdmin.Store.Operations;

/// <summary>COPY, and MOVE as copy and removal in one commit (RFC 6851): rows, never content.</summary>
internal sealed class TransferOperation(FolderId from, UidSet uids, FolderId to, bool move, bool whole, CancellationToken cancellationToken) : StoreOperation<TransferResult>(cancellationToken)
{
    public override void Plan(PlanContext context)
    {
        var source = context.Folder(from);
        var target = context.Folder(to);
        var rows = new List<MessageRow>();
        source.Working!.Visit(uids, (chunk, _, i) => rows.Add(chunk.Row(i)));
        if (whole && rows.Count != uids.LongCount)
        {
            throw StoreErrors.MessageNotFound(uids.ToString());
        }

        if (rows.Count == 0)
        {
            Result = new TransferResult(target.Working!.UidValidity, UidSet.Empty, UidSet.Empty, target.Working.HighestModSeq, source.Working.HighestModSeq);
            return;
        }

        UidRule.Require(target, rows.Count);
        if (!move || source.Mailbox != target.Mailbox)
        {
            QuotaRule.Require(context, target, rows.Sum(r => (long)r.Size));
        }

        var keywords = new KeywordPlan(target);
        var map = MapKeywords(source, target, keywords, rows);
        var sourceUids = UidSet.Of(rows.Select(r => r.Uid));
        var head = target.Working!.Head;
        var modSeq = head.HighestModSeq + 1;
        var placed = new MessageRow[rows.Count];
        for (var i = 0; i < placed.Length; i++)
        {
            placed[i] = rows[i] with { Uid = head.UidNext + (uint)i, ModSeq = modSeq, Flags = Map(rows[i].Flags, map), Saved = context.NowSeconds };
        }

        keywords.Emit(context);
        context.Emit(new MessagesPlaced(target.Row, placed));
        var targetUids = UidSet.Range(placed[0].Uid, placed[^1].Uid);
        if (context.HasWatchers)
        {
            context.Announce(new MessagesAdded(context.Ids.Mailbox(target.Mailbox), target.Id, targetUids, target.Working!, context.Now));
        }

        var sourceModSeq = source.Working!.HighestModSeq;
        if (move)
        {
            context.Emit(new MessagesGone(source.Row, ++sourceModSeq, sourceUids));
            if (context.HasWatchers)
            {
                context.Announce(new MessagesExpunged(context.Ids.Mailbox(source.Mailbox), source.Id, sourceUids, source.Working!, context.Now));
            }
        }

        Result = new TransferResult(head.UidValidity, sourceUids, targetUids, modSeq, sourceModSeq);
    }

    // Keyword numbers are a folder's own: a copy takes its keywords by name.
    private static ulong[] MapKeywords(FolderState source, FolderState target, KeywordPlan keywords, List<MessageRow> rows)
    {
        if (source == target)
        {
            return [];
        }

        ulong used = 0;
        foreach (var row in rows)
        {
            used |= row.Flags;
        }

        var map = new ulong[FolderKeywords.MaxKeywords];
        for (var rest = used >> MessageFlags.FirstKeywordBit; rest != 0; rest &= rest - 1)
        {
            var number = BitOperations.TrailingZeroCount(rest);
            if (number >= source.Working!.Keywords.Count)
            {
                // Damage in the log took the keyword's name.
                break;
            }

            map[number] = keywords.Bits([source.Working!.Keywords[number]]);
        }

        return map;
    }

    private static ulong Map(ulong flags, ulong[] map)
    {
        if (map.Length == 0)
        {
            return flags;
        }

        var mapped = flags & MessageFlags.System.Bits;
        for (var rest = flags >> MessageFlags.FirstKeywordBit; rest != 0; rest &= rest - 1)
        {
            mapped |= map[BitOperations.TrailingZeroCount(rest)];
        }

        return mapped;
    }
}
