namespace MailAdmin.Store.Snapshots;

/// <summary>
/// A folder's messages as chunks. All closed chunks lie in one table that snapshots share as long as only appends happen; the last one stands apart.
/// </summary>
internal sealed class ChunkedSnapshot : FolderSnapshot
{
    // Entries from _closed on belong to newer snapshots: the same sharing rule as in SnapshotChunk.
    private readonly Entry[] _table;
    private readonly int _closed;
    private readonly SnapshotChunk? _tail;
    private readonly int _tailStart;

    private ChunkedSnapshot(in FolderHead head, Entry[] table, int closed, SnapshotChunk? tail, int tailStart)
    {
        Head = head;
        _table = table;
        _closed = closed;
        _tail = tail;
        _tailStart = tailStart;
    }

    public FolderHead Head { get; }
    public override FolderId Folder => Head.Folder;
    public override uint UidValidity => Head.UidValidity;
    public override uint UidNext => Head.UidNext;
    public override ulong HighestModSeq => Head.HighestModSeq;
    public override int Count => _tailStart + (_tail?.Count ?? 0);
    public override int UnseenCount => Head.Unseen;
    public override int DeletedCount => Head.Deleted;
    public override long TotalSize => Head.TotalSize;
    public override FolderKeywords Keywords => Head.Keywords;
    public int ChunkCount => _closed + (_tail is null ? 0 : 1);

    public override MessageState this[int index]
    {
        get
        {
            var chunk = Locate(index, out var within);
            return chunk.State(within);
        }
    }

    public static ChunkedSnapshot Create(in FolderHead head, IReadOnlyList<SnapshotChunk> chunks)
    {
        if (chunks.Count == 0)
        {
            return new ChunkedSnapshot(head, [], 0, null, 0);
        }

        var table = new Entry[chunks.Count - 1];
        var start = 0;
        for (var i = 0; i < table.Length; i++)
        {
            table[i] = new Entry(chunks[i], start);
            start += chunks[i].Count;
        }

        return new ChunkedSnapshot(head, table, table.Length, chunks[^1], start);
    }

    /// <summary>The same messages under another head.</summary>
    public ChunkedSnapshot WithHead(in FolderHead head) => new(head, _table, _closed, _tail, _tailStart);

    /// <summary>With messages at the end; the head's counters are the caller's.</summary>
    public ChunkedSnapshot Append(in FolderHead head, ReadOnlySpan<MessageRow> rows)
    {
        var (table, closed, tail, tailStart) = (_table, _closed, _tail, _tailStart);
        foreach (ref readonly var row in rows)
        {
            if (tail is null)
            {
                tail = SnapshotChunk.Start(row);
                continue;
            }

            if (tail.Append(row) is { } grown)
            {
                tail = grown;
                continue;
            }

            if (closed == table.Length)
            {
                Array.Resize(ref table, Math.Max(4, closed * 2));
            }

            table[closed++] = new Entry(tail, tailStart);
            tailStart += tail.Count;
            tail = SnapshotChunk.Start(row);
        }

        return new ChunkedSnapshot(head, table, closed, tail, tailStart);
    }

    public SnapshotChunk Chunk(int number) => number < _closed ? _table[number].Chunk : _tail!;

    public int ChunkStart(int number) => number < _closed ? _table[number].Start : _tailStart;

    /// <summary>Number of the chunk that holds a UID, or of the next one; ChunkCount where all lie before it.</summary>
    public int ChunkOf(uint uid)
    {
        int low = 0, high = ChunkCount - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (Chunk(middle).LastUid < uid)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    public override int IndexOf(uint uid)
    {
        var number = ChunkOf(uid);
        if (number == ChunkCount)
        {
            return ~Count;
        }

        var within = Chunk(number).IndexOf(uid);
        return within >= 0 ? ChunkStart(number) + within : ~(ChunkStart(number) + ~within);
    }

    public override IEnumerable<MessageState> Enumerate(int fromIndex = 0)
    {
        if (fromIndex >= Count)
        {
            yield break;
        }

        var number = NumberOf(fromIndex);
        var within = fromIndex - ChunkStart(number);
        for (; number < ChunkCount; number++, within = 0)
        {
            var chunk = Chunk(number);
            for (; within < chunk.Count; within++)
            {
                yield return chunk.State(within);
            }
        }
    }

    /// <summary>Calls <paramref name="visit"/> for every message of <paramref name="uids"/>, ascending.</summary>
    public void Visit(UidSet uids, Action<SnapshotChunk, int, int> visit)
    {
        var number = 0;
        foreach (var range in uids.Ranges)
        {
            number = Math.Max(number, ChunkOf(range.First));
            while (number < ChunkCount)
            {
                var chunk = Chunk(number);
                if (chunk.FirstUid > range.Last)
                {
                    break;
                }

                var within = chunk.IndexOf(range.First);
                for (within = within < 0 ? ~within : within; within < chunk.Count && chunk.Uid(within) <= range.Last; within++)
                {
                    visit(chunk, number, within);
                }

                if (chunk.LastUid > range.Last)
                {
                    break;
                }

                number++;
            }
        }
    }

    public override int FirstUnseen()
    {
        for (var number = 0; number < ChunkCount; number++)
        {
            var chunk = Chunk(number);
            if (chunk.UnseenCount == 0)
            {
                continue;
            }

            for (var i = 0; i < chunk.Count; i++)
            {
                if ((chunk.Flags(i) & MessageFlags.Seen.Bits) == 0)
                {
                    return ChunkStart(number) + i;
                }
            }
        }

        return -1;
    }

    public override SnapshotDifference Compare(FolderSnapshot newer) =>
        ReferenceEquals(this, newer) ? SnapshotDifference.None : SnapshotComparison.Compare(this, (ChunkedSnapshot)newer);

    private SnapshotChunk Locate(int index, out int within)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        var number = NumberOf(index);
        within = index - ChunkStart(number);
        return Chunk(number);
    }

    private int NumberOf(int index)
    {
        if (index >= _tailStart)
        {
            return _closed;
        }

        int low = 0, high = _closed - 1;
        while (low < high)
        {
            var middle = (low + high + 1) >>> 1;
            if (_table[middle].Start <= index)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    private readonly record struct Entry(SnapshotChunk Chunk, int Start);
}

/// <summary>What a folder has beside its messages, at one commit.</summary>
internal readonly record struct FolderHead(
    FolderId Folder, uint UidValidity, uint UidNext, ulong HighestModSeq, int Unseen, int Deleted, long TotalSize, FolderKeywords Keywords);
