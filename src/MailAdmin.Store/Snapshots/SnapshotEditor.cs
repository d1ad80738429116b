using System.Runtime.InteropServices;

namespace MailAdmin.Store.Snapshots;

/// <summary>Changes inside a snapshot: touched chunks are made anew, the others are shared.</summary>
internal static class SnapshotEditor
{
    // Two neighbours that together fill no more than half a chunk become one, so that a thinned-out folder does not end as chunks of one message.
    private const int MergeBelow = SnapshotChunk.Capacity / 2;

    /// <summary>Gives messages other flags and one mod-sequence. <paramref name="changes"/> ascend by UID and name messages that are there.</summary>
    public static ChunkedSnapshot WithFlags(ChunkedSnapshot snapshot, in FolderHead head, IReadOnlyList<(uint Uid, ulong Flags)> changes, ulong modSeq)
    {
        var chunks = new List<SnapshotChunk>(snapshot.ChunkCount);
        var pending = new List<(int Index, ulong Flags)>();
        var next = 0;
        for (var number = 0; number < snapshot.ChunkCount; number++)
        {
            var chunk = snapshot.Chunk(number);
            var last = chunk.LastUid;
            pending.Clear();
            for (; next < changes.Count && changes[next].Uid <= last; next++)
            {
                var index = chunk.IndexOf(changes[next].Uid);
                if (index >= 0)
                {
                    pending.Add((index, changes[next].Flags));
                }
            }

            if (pending.Count == 0)
            {
                chunks.Add(chunk);
            }
            else if (chunk.WithFlags(CollectionsMarshal.AsSpan(pending), modSeq) is { } changed)
            {
                chunks.Add(changed);
            }
            else
            {
                Rebuild(chunks, chunk, pending, modSeq);
            }
        }

        return ChunkedSnapshot.Create(head, chunks);
    }

    /// <summary>Takes messages out.</summary>
    public static ChunkedSnapshot Without(ChunkedSnapshot snapshot, in FolderHead head, UidSet uids)
    {
        var chunks = new List<SnapshotChunk>(snapshot.ChunkCount);
        var ranges = uids.Ranges;
        var next = 0;
        for (var number = 0; number < snapshot.ChunkCount; number++)
        {
            var chunk = snapshot.Chunk(number);
            while (next < ranges.Length && ranges[next].Last < chunk.FirstUid)
            {
                next++;
            }

            if (next == ranges.Length || ranges[next].First > chunk.LastUid)
            {
                chunks.Add(chunk);
                continue;
            }

            var start = chunks.Count;
            for (var i = 0; i < chunk.Count; i++)
            {
                if (!uids.Contains(chunk.Uid(i)))
                {
                    Add(chunks, start, chunk.Row(i));
                }
            }

            Merge(chunks, start);
        }

        return ChunkedSnapshot.Create(head, chunks);
    }

    private static void Merge(List<SnapshotChunk> chunks, int at)
    {
        // What came of one chunk is one chunk but in the rarest cases; then it stays as it is.
        if (at == 0 || at != chunks.Count - 1 || chunks[at - 1].Count + chunks[at].Count > MergeBelow)
        {
            return;
        }

        var (left, right) = (chunks[at - 1], chunks[at]);
        chunks.RemoveRange(at - 1, 2);
        var start = chunks.Count;
        foreach (var chunk in (ReadOnlySpan<SnapshotChunk>)[left, right])
        {
            for (var i = 0; i < chunk.Count; i++)
            {
                Add(chunks, start, chunk.Row(i));
            }
        }
    }

    private static void Rebuild(List<SnapshotChunk> chunks, SnapshotChunk chunk, List<(int Index, ulong Flags)> changes, ulong modSeq)
    {
        var start = chunks.Count;
        var next = 0;
        for (var i = 0; i < chunk.Count; i++)
        {
            var row = chunk.Row(i);
            if (next < changes.Count && changes[next].Index == i)
            {
                row = row with { Flags = changes[next++].Flags, ModSeq = modSeq };
            }

            Add(chunks, start, row);
        }
    }

    // Appends to the last chunk made since 'start', never to one that is shared with the old snapshot.
    private static void Add(List<SnapshotChunk> chunks, int start, in MessageRow row)
    {
        if (chunks.Count > start && chunks[^1].Append(row) is { } grown)
        {
            chunks[^1] = grown;
        }
        else
        {
            chunks.Add(SnapshotChunk.Start(row));
        }
    }
}
