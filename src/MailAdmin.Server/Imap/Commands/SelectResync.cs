using MailAdmin.Protocol.Imap;
using MailAdmin.Store;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>The QRESYNC parameter of SELECT: what the client knew when it was last here. RFC 7162 §3.2.5.</summary>
/// <param name="UidValidity">UIDVALIDITY then.</param>
/// <param name="ModSeq">Mod-sequence up to which it was told of everything.</param>
/// <param name="KnownUids">UIDs it wants to hear of; null for all.</param>
/// <param name="Matches">Sequence numbers and UIDs that belonged together then, ascending.</param>
internal sealed record SelectResync(uint UidValidity, ulong ModSeq, SequenceSet? KnownUids, IReadOnlyList<(uint Sequence, uint Uid)> Matches)
{
    /// <summary>Pairs of sequence match data that are looked at: clients send some dozens, spread ever wider.</summary>
    private const int MaxMatches = 10_000;

    /// <summary>Reads <c> (67890007 90060115194045000 1:29997 (5000,7500 15000,22500))</c>.</summary>
    public static SelectResync Read(ImapDecoder args)
    {
        args.Space().Open().NonZero(out var uidValidity).Space().Number64(out var modSeq);
        SequenceSet? known = null;
        IReadOnlyList<(uint, uint)> matches = [];
        if (args.Take((byte)' '))
        {
            if (args.Peek() != '(')
            {
                args.SequenceSet(out known);
            }

            if (known is null || args.Take((byte)' '))
            {
                args.Open().SequenceSet(out var sequences).Space().SequenceSet(out var uids).Close();
                matches = args.Failed ? [] : Pair(args, sequences, uids);
            }
        }

        if (modSeq == 0 || known is { IsSaved: true } or { HasStar: true })
        {
            args.Fail("Bad QRESYNC parameter");
        }

        args.Close();
        return new SelectResync(uidValidity, modSeq, known, matches);
    }

    /// <summary>
    /// The highest UID that stands where it stood for the client; 0 where none does. UIDs ascend and none is ever put in between, so up to there it
    /// knows of all that went, also of what went after its mod-sequence. RFC 7162 §3.2.5.2.
    /// </summary>
    public uint LastMatch(FolderSnapshot view)
    {
        uint last = 0;
        foreach (var (sequence, uid) in Matches)
        {
            if (sequence > view.Count || view[(int)sequence - 1].Uid != uid)
            {
                break;
            }

            last = uid;
        }

        return last;
    }

    /// <summary>Pairs what two sets name, one by one: as many of each, no <c>*</c>.</summary>
    private static List<(uint Sequence, uint Uid)> Pair(ImapDecoder args, SequenceSet sequences, SequenceSet uids)
    {
        if (sequences.IsSaved || uids.IsSaved || sequences.HasStar || uids.HasStar || Count(sequences) != Count(uids))
        {
            args.Fail("Sequence numbers and UIDs do not match");
            return [];
        }

        return [.. Numbers(sequences).Zip(Numbers(uids)).Take(MaxMatches)];
    }

    private static long Count(SequenceSet set) => set.AsWritten.Sum(r => Math.Abs((long)r.Last - r.First) + 1);

    private static IEnumerable<uint> Numbers(SequenceSet set)
    {
        foreach (var range in set.AsWritten)
        {
            for (ulong number = Math.Min(range.First, range.Last); number <= Math.Max(range.First, range.Last); number++)
            {
                yield return (uint)number;
            }
        }
    }
}
