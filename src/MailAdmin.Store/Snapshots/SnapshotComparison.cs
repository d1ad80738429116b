namespace MailAdmin.Store.Snapshots;

/// <summary>Finds how two snapshots of a folder differ, walking only the chunks they do not share.</summary>
internal static class SnapshotComparison
{
    public static SnapshotDifference Compare(ChunkedSnapshot older, ChunkedSnapshot newer)
    {
        UidSet.Builder expunged = new(), changed = new(), added = new();
        Cursor a = new(older), b = new(newer);
        while (!a.AtEnd && !b.AtEnd)
        {
            if (a.Within == 0 && b.Within == 0 && a.Chunk.SharesColumnsWith(b.Chunk))
            {
                var common = Math.Min(a.Chunk.Count, b.Chunk.Count);
                a.Skip(common);
                b.Skip(common);
                continue;
            }

            uint left = a.Chunk.Uid(a.Within), right = b.Chunk.Uid(b.Within);
            if (left == right)
            {
                if (a.Chunk.ModSeq(a.Within) != b.Chunk.ModSeq(b.Within) || a.Chunk.Flags(a.Within) != b.Chunk.Flags(b.Within))
                {
                    changed.Add(left);
                }

                a.Skip(1);
                b.Skip(1);
            }
            else if (left < right)
            {
                expunged.Add(left);
                a.Skip(1);
            }
            else
            {
                added.Add(right);
                b.Skip(1);
            }
        }

        for (; !a.AtEnd; a.Skip(1))
        {
            expunged.Add(a.Chunk.Uid(a.Within));
        }

        for (; !b.AtEnd; b.Skip(1))
        {
            added.Add(b.Chunk.Uid(b.Within));
        }

        return expunged.IsEmpty && changed.IsEmpty && added.IsEmpty ? SnapshotDifference.None : new(expunged.Build(), changed.Build(), added.Build());
    }

    private struct Cursor(ChunkedSnapshot snapshot)
    {
        private int _number;

        public int Within { get; private set; }
        public readonly bool AtEnd => _number >= snapshot.ChunkCount;
        public readonly SnapshotChunk Chunk => snapshot.Chunk(_number);

        public void Skip(int messages)
        {
            Within += messages;
            if (Within >= Chunk.Count)
            {
                _number++;
                Within = 0;
            }
        }
    }
}
