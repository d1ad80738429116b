using MailAdmin.Protocol.Imap;
using MailAdmin.Store;

namespace MailAdmin.Server.Imap;

/// <summary>What IMAP does with the store's UID sets.</summary>
internal static class UidSets
{
    /// <summary>Those of <paramref name="set"/> that are not in <paramref name="other"/>.</summary>
    public static UidSet Except(this UidSet set, UidSet other)
    {
        var builder = new UidSet.Builder();
        var others = other.Ranges;
        var next = 0;
        foreach (var range in set.Ranges)
        {
            ulong first = range.First;
            while (next < others.Length && others[next].Last < first)
            {
                next++;
            }

            for (var i = next; first <= range.Last && i < others.Length && others[i].First <= range.Last; i++)
            {
                if (others[i].First > first)
                {
                    builder.AddRange((uint)first, others[i].First - 1);
                }

                first = (ulong)others[i].Last + 1;
            }

            if (first <= range.Last)
            {
                builder.AddRange((uint)first, range.Last);
            }
        }

        return builder.Build();
    }

    /// <summary>How many messages of a folder a set of UIDs names.</summary>
    public static int CountBetween(this FolderSnapshot snapshot, UidSet uids)
    {
        var count = 0;
        foreach (var range in uids.Ranges)
        {
            var (from, to) = (snapshot.IndexOf(range.First), snapshot.IndexOf(range.Last));
            count += (to < 0 ? ~to : to + 1) - (from < 0 ? ~from : from);
        }

        return count;
    }

    /// <summary>Writes so many of its ranges as uid-set, from one on.</summary>
    public static void Write(ref ImapEncoder encoder, UidSet set, int from, int count)
    {
        var ranges = set.Ranges;
        for (var i = from; i < ranges.Length && i - from < count; i++)
        {
            if (i > 0)
            {
                encoder.Octet((byte)',');
            }

            encoder.Range(ranges[i].First, ranges[i].Last);
        }
    }

    /// <summary>The UIDs a client's set names, whether they are there or not.</summary>
    public static UidSet ToUidSet(SequenceSet set, uint largest)
    {
        var builder = new UidSet.Builder();
        foreach (var range in set.Resolve(largest))
        {
            builder.AddRange(range.First, range.Last);
        }

        return builder.Build();
    }
}
