using MailAdmin.Store.Journal;
using MailAdmin.Store.Snapshots;

namespace MailAdmin.Store.State;

/// <summary>What events of messages make of a folder: its next snapshot, the references of contents, and what the mailbox is charged.</summary>
internal static class FolderEvents
{
    /// <summary>Messages came; returns their octets.</summary>
    public static long Place(FolderState folder, MessageRow[] rows, BatchChanges batch)
    {
        long octets = 0;
        int unseen = 0, deleted = 0;
        foreach (ref readonly var row in rows.AsSpan())
        {
            octets += row.Size;
            unseen += Unseen(row.Flags);
            deleted += Deleted(row.Flags);
            batch.References.Add((row.Content, 1));
        }

        var head = folder.Working!.Head;
        ref readonly var last = ref rows[^1];
        folder.Working = folder.Working.Append(
            head with
            {
                UidNext = last.Uid + 1,
                HighestModSeq = Math.Max(head.HighestModSeq, last.ModSeq),
                Unseen = head.Unseen + unseen,
                Deleted = head.Deleted + deleted,
                TotalSize = head.TotalSize + octets,
            }, rows);
        return octets;
    }

    /// <summary>Messages took other flags; those that are gone are passed over.</summary>
    public static void SetFlags(FolderState folder, FlagsSet f, BatchChanges batch)
    {
        var snapshot = folder.Working!;
        int unseen = 0, deleted = 0;
        foreach (var (uid, flags) in f.Changes)
        {
            var index = snapshot.IndexOf(uid);
            if (index < 0)
            {
                continue;
            }

            var old = snapshot[index].Flags.Bits;
            unseen += Unseen(flags) - Unseen(old);
            deleted += Deleted(flags) - Deleted(old);
        }

        var head = snapshot.Head;
        folder.Working = SnapshotEditor.WithFlags(
            snapshot, head with { HighestModSeq = Math.Max(head.HighestModSeq, f.ModSeq), Unseen = head.Unseen + unseen, Deleted = head.Deleted + deleted }, f.Changes, f.ModSeq);
        batch.Changes += f.Changes.Length;
    }

    /// <summary>Messages went; returns their octets and number.</summary>
    public static (long Octets, int Count) Remove(FolderState folder, ulong modSeq, UidSet uids, BatchChanges batch)
    {
        var snapshot = folder.Working!;
        long octets = 0;
        int unseen = 0, deleted = 0, count = 0;
        snapshot.Visit(uids, (chunk, _, i) =>
        {
            octets += chunk.Size(i);
            unseen += Unseen(chunk.Flags(i));
            deleted += Deleted(chunk.Flags(i));
            count++;
            batch.References.Add((chunk.Content(i), -1));
        });
        var head = snapshot.Head;
        folder.Working = SnapshotEditor.Without(
            snapshot, head with
            {
                HighestModSeq = Math.Max(head.HighestModSeq, modSeq),
                Unseen = head.Unseen - unseen,
                Deleted = head.Deleted - deleted,
                TotalSize = head.TotalSize - octets,
            }, uids);
        batch.Expunged.Add((folder, new ExpungedRun(modSeq, uids)));
        return (octets, count);
    }

    /// <summary>The folder went with all its messages; returns their octets and number.</summary>
    public static (long Octets, int Count) Delete(FolderState folder, BatchChanges batch)
    {
        var snapshot = folder.Working!;
        for (var number = 0; number < snapshot.ChunkCount; number++)
        {
            var chunk = snapshot.Chunk(number);
            for (var i = 0; i < chunk.Count; i++)
            {
                batch.References.Add((chunk.Content(i), -1));
            }
        }

        folder.Working = null;
        return (snapshot.TotalSize, snapshot.Count);
    }

    private static int Unseen(ulong flags) => (flags & MessageFlags.Seen.Bits) == 0 ? 1 : 0;

    private static int Deleted(ulong flags) => (flags & MessageFlags.Deleted.Bits) != 0 ? 1 : 0;
}
