using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace MailAdmin.Store.Snapshots;

/// <summary>
/// Up to <see cref="Capacity"/> consecutive messages of a folder as columns, 30 octets a message, 32 where dates have zones. Immutable to whoever holds it.
/// </summary>
/// <remarks>
/// UIDs, mod-sequences and content keys are kept as differences to the chunk's base; where one does not fit, a new chunk begins.
/// An append gives a new chunk that shares the columns of the old one and fills a slot behind the old one's count, which no holder of the
/// old chunk looks at. That is sound because one writer appends, and always to the newest chunk: a slot filled by an operation that was
/// rolled back is simply filled again. Every other change makes new columns.
/// </remarks>
internal sealed class SnapshotChunk
{
    public const int Capacity = 512;
    private const int FirstAllocation = 8;
    private const int BlobHead = 32;
    private const int OctetsPerRow = 2 + 4 + 8 + 4 + 4 + 4 + 4;
    /// <summary>Without, and with, a column of zones: mail that is delivered has none, and most chunks neither.</summary>
    private const byte BlobVersion = 1, ZonedBlobVersion = 2;

    private readonly ushort[] _uids;
    private readonly uint[] _sizes;
    private readonly ulong[] _flags;
    private readonly uint[] _modSeqs;
    private readonly uint[] _received;
    private readonly uint[] _saved;
    private readonly uint[] _contents;
    private readonly short[]? _zones;
    private readonly ulong _modSeqBase;
    private readonly long _contentBase;

    private SnapshotChunk(uint firstUid, ulong modSeqBase, long contentBase, int allocation, bool isZoned)
    {
        FirstUid = firstUid;
        _modSeqBase = modSeqBase;
        _contentBase = contentBase;
        _uids = new ushort[allocation];
        _sizes = new uint[allocation];
        _flags = new ulong[allocation];
        _modSeqs = new uint[allocation];
        _received = new uint[allocation];
        _saved = new uint[allocation];
        _contents = new uint[allocation];
        _zones = isZoned ? new short[allocation] : null;
    }

    private SnapshotChunk(SnapshotChunk from, int count, int unseen, ulong maxModSeq, ulong[]? flags = null, uint[]? modSeqs = null)
    {
        FirstUid = from.FirstUid;
        _modSeqBase = from._modSeqBase;
        _contentBase = from._contentBase;
        _uids = from._uids;
        _sizes = from._sizes;
        _flags = flags ?? from._flags;
        _modSeqs = modSeqs ?? from._modSeqs;
        _received = from._received;
        _saved = from._saved;
        _contents = from._contents;
        _zones = from._zones;
        Count = count;
        UnseenCount = unseen;
        MaxModSeq = maxModSeq;
    }

    public int Count { get; private init; }
    public uint FirstUid { get; }
    public uint LastUid => FirstUid + _uids[Count - 1];
    /// <summary>Messages without \Seen, so that a search for the first passes over whole chunks.</summary>
    public int UnseenCount { get; private init; }
    /// <summary>Highest mod-sequence in it, so that a search for changes passes over whole chunks.</summary>
    public ulong MaxModSeq { get; private init; }

    /// <summary>A chunk with one message.</summary>
    public static SnapshotChunk Start(in MessageRow row)
    {
        // Copies bring older contents behind newer ones, and a flag change makes any message the newest: the bases leave room on both sides.
        var chunk = new SnapshotChunk(row.Uid, row.ModSeq > int.MaxValue ? row.ModSeq - int.MaxValue : 0, Math.Max(0, row.Content - int.MaxValue), FirstAllocation, row.ReceivedZone != 0);
        chunk.Set(0, row);
        return new SnapshotChunk(chunk, 1, Unseen(row.Flags), row.ModSeq);
    }

    /// <summary>This chunk with one message more; null where it does not fit.</summary>
    public SnapshotChunk? Append(in MessageRow row)
    {
        if (Count == Capacity || row.Uid - FirstUid > ushort.MaxValue || row.ModSeq < _modSeqBase || row.ModSeq - _modSeqBase > uint.MaxValue
            || row.Content < _contentBase || row.Content - _contentBase > uint.MaxValue)
        {
            return null;
        }

        var target = this;
        var lacksZones = _zones is null && row.ReceivedZone != 0;
        if (Count == _uids.Length || lacksZones)
        {
            target = new SnapshotChunk(
                FirstUid, _modSeqBase, _contentBase, Count == _uids.Length ? Math.Min(Capacity, Count * 4) : _uids.Length, _zones is not null || lacksZones);
            CopyTo(target);
        }

        target.Set(Count, row);
        return new SnapshotChunk(target, Count + 1, UnseenCount + Unseen(row.Flags), Math.Max(MaxModSeq, row.ModSeq));
    }

    /// <summary>This chunk with other flags and mod-sequences; null where a mod-sequence does not fit.</summary>
    public SnapshotChunk? WithFlags(ReadOnlySpan<(int Index, ulong Flags)> changes, ulong modSeq)
    {
        if (modSeq < _modSeqBase || modSeq - _modSeqBase > uint.MaxValue)
        {
            return null;
        }

        var flags = new ulong[Count];
        var modSeqs = new uint[Count];
        Array.Copy(_flags, flags, Count);
        Array.Copy(_modSeqs, modSeqs, Count);
        var unseen = UnseenCount;
        foreach (var (index, value) in changes)
        {
            unseen += Unseen(value) - Unseen(flags[index]);
            flags[index] = value;
            modSeqs[index] = (uint)(modSeq - _modSeqBase);
        }

        if (_uids.Length == Count)
        {
            return new SnapshotChunk(this, Count, unseen, Math.Max(MaxModSeq, modSeq), flags, modSeqs);
        }

        // A chunk that may still grow: all its columns must have one length, and its slots one owner.
        var copy = new SnapshotChunk(FirstUid, _modSeqBase, _contentBase, _uids.Length, _zones is not null);
        CopyTo(copy);
        flags.CopyTo(copy._flags, 0);
        modSeqs.CopyTo(copy._modSeqs, 0);
        return new SnapshotChunk(copy, Count, unseen, Math.Max(MaxModSeq, modSeq));
    }

    public uint Uid(int index) => FirstUid + _uids[index];
    public ulong Flags(int index) => _flags[index];
    public ulong ModSeq(int index) => _modSeqBase + _modSeqs[index];
    public uint Size(int index) => _sizes[index];
    public long Content(int index) => _contentBase + _contents[index];
    public MessageState State(int index) => new(Uid(index), _sizes[index], new MessageFlags(_flags[index]), ModSeq(index), _received[index], Zone(index));
    public MessageRow Row(int index) => new(Uid(index), _sizes[index], _flags[index], ModSeq(index), _received[index], _saved[index], Content(index), Zone(index));

    /// <summary>True where both chunks show the same messages as far as both reach.</summary>
    public bool SharesColumnsWith(SnapshotChunk other) =>
        ReferenceEquals(_uids, other._uids) && ReferenceEquals(_flags, other._flags) && ReferenceEquals(_modSeqs, other._modSeqs);

    /// <summary>Index of a UID, or the complement of the index of the next higher one.</summary>
    public int IndexOf(uint uid)
    {
        if (uid < FirstUid)
        {
            return ~0;
        }

        var offset = uid - FirstUid;
        return offset > ushort.MaxValue ? ~Count : _uids.AsSpan(0, Count).BinarySearch((ushort)offset);
    }

    /// <summary>As the index keeps it.</summary>
    public byte[] Encode()
    {
        var blob = new byte[BlobHead + (Count * (OctetsPerRow + (_zones is null ? 0 : sizeof(short)))) + sizeof(ulong)];
        var span = blob.AsSpan();
        span[0] = _zones is null ? BlobVersion : ZonedBlobVersion;
        BinaryPrimitives.WriteUInt16LittleEndian(span[2..], (ushort)Count);
        BinaryPrimitives.WriteUInt32LittleEndian(span[4..], FirstUid);
        BinaryPrimitives.WriteUInt64LittleEndian(span[8..], _modSeqBase);
        BinaryPrimitives.WriteInt64LittleEndian(span[16..], _contentBase);
        var rest = span[BlobHead..];
        Put<ushort>(_uids, ref rest);
        Put<uint>(_sizes, ref rest);
        Put<ulong>(_flags, ref rest);
        Put<uint>(_modSeqs, ref rest);
        Put<uint>(_received, ref rest);
        Put<uint>(_saved, ref rest);
        Put<uint>(_contents, ref rest);
        if (_zones is not null)
        {
            Put(_zones, ref rest);
        }

        BinaryPrimitives.WriteUInt64LittleEndian(rest, XxHash3.HashToUInt64(span[..^sizeof(ulong)]));
        return blob;
    }

    /// <summary>Reads what <see cref="Encode"/> wrote; null where it is damaged.</summary>
    public static SnapshotChunk? Decode(ReadOnlySpan<byte> blob)
    {
        if (blob.Length < BlobHead + sizeof(ulong) || blob[0] is not (BlobVersion or ZonedBlobVersion)
            || BinaryPrimitives.ReadUInt64LittleEndian(blob[^sizeof(ulong)..]) != XxHash3.HashToUInt64(blob[..^sizeof(ulong)]))
        {
            return null;
        }

        int count = BinaryPrimitives.ReadUInt16LittleEndian(blob[2..]);
        var isZoned = blob[0] == ZonedBlobVersion;
        if (count is 0 or > Capacity || blob.Length != BlobHead + (count * (OctetsPerRow + (isZoned ? sizeof(short) : 0))) + sizeof(ulong))
        {
            return null;
        }

        var chunk = new SnapshotChunk(
            BinaryPrimitives.ReadUInt32LittleEndian(blob[4..]), BinaryPrimitives.ReadUInt64LittleEndian(blob[8..]), BinaryPrimitives.ReadInt64LittleEndian(blob[16..]), count, isZoned);
        var rest = blob[BlobHead..];
        Get<ushort>(chunk._uids, ref rest);
        Get<uint>(chunk._sizes, ref rest);
        Get<ulong>(chunk._flags, ref rest);
        Get<uint>(chunk._modSeqs, ref rest);
        Get<uint>(chunk._received, ref rest);
        Get<uint>(chunk._saved, ref rest);
        Get<uint>(chunk._contents, ref rest);
        if (chunk._zones is not null)
        {
            Get(chunk._zones, ref rest);
        }

        var unseen = 0;
        var highest = 0U;
        for (var i = 0; i < count; i++)
        {
            unseen += Unseen(chunk._flags[i]);
            highest = Math.Max(highest, chunk._modSeqs[i]);
        }

        return new SnapshotChunk(chunk, count, unseen, chunk._modSeqBase + highest);
    }

    private short Zone(int index) => _zones is null ? (short)0 : _zones[index];

    private static int Unseen(ulong flags) => (flags & MessageFlags.Seen.Bits) == 0 ? 1 : 0;

    private void Set(int index, in MessageRow row)
    {
        _uids[index] = (ushort)(row.Uid - FirstUid);
        _sizes[index] = row.Size;
        _flags[index] = row.Flags;
        _modSeqs[index] = (uint)(row.ModSeq - _modSeqBase);
        _received[index] = row.Received;
        _saved[index] = row.Saved;
        _contents[index] = (uint)(row.Content - _contentBase);
        if (_zones is not null)
        {
            _zones[index] = row.ReceivedZone;
        }
    }

    private void CopyTo(SnapshotChunk target)
    {
        Array.Copy(_uids, target._uids, Count);
        Array.Copy(_sizes, target._sizes, Count);
        Array.Copy(_flags, target._flags, Count);
        Array.Copy(_modSeqs, target._modSeqs, Count);
        Array.Copy(_received, target._received, Count);
        Array.Copy(_saved, target._saved, Count);
        Array.Copy(_contents, target._contents, Count);
        _zones?.AsSpan(0, Count).CopyTo(target._zones);
    }

    private void Put<T>(T[] column, ref Span<byte> rest)
        where T : unmanaged
    {
        var octets = MemoryMarshal.AsBytes(column.AsSpan(0, Count));
        octets.CopyTo(rest);
        rest = rest[octets.Length..];
    }

    private static void Get<T>(T[] column, ref ReadOnlySpan<byte> rest)
        where T : unmanaged
    {
        var octets = MemoryMarshal.AsBytes(column.AsSpan());
        rest[..octets.Length].CopyTo(octets);
        rest = rest[octets.Length..];
    }
}
