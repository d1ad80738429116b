using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using MailAdmin.Store.IO;

namespace MailAdmin.Store.Search;

/// <summary>
/// A sealed file of the text index: for every bucket the contents that have it. Layout, little-endian: magic, store tag, count, keys; the start of
/// each bucket's list and the end of the last; the lists (places, as differences, base-128); a checksum of all before it. Never changed once written.
/// </summary>
internal sealed class TrigramBlock
{
    private const ulong Magic = 0x0131_4952_5441_4D; // "MATRI1" and the version
    private const int HeadLength = 24;

    /// <summary>What the name of a block ends in while it is written.</summary>
    public const string Unfinished = ".tmp";

    private readonly IStoreIO _io;
    private readonly string _path;
    private readonly int _listStart;
    private bool _isChecked;

    private TrigramBlock(IStoreIO io, string path, long[] keys)
    {
        _io = io;
        _path = path;
        Keys = keys;
        _listStart = HeadLength + (keys.Length * 8);
    }

    /// <summary>Contents, by their places in the block.</summary>
    public long[] Keys { get; }
    public string Path => _path;

    /// <summary>Writes a block of contents with their buckets.</summary>
    public static TrigramBlock Write(IStoreIO io, string path, ulong storeTag, IReadOnlyList<(long Key, ushort[] Buckets)> contents)
    {
        var lists = new ArrayBufferWriter<byte>[TrigramSet.Buckets];
        var last = new int[TrigramSet.Buckets];
        for (var place = 0; place < contents.Count; place++)
        {
            foreach (var bucket in contents[place].Buckets)
            {
                var list = lists[bucket] ??= new ArrayBufferWriter<byte>(16);
                Summaries.PartTable.Number(list, place - last[bucket]);
                last[bucket] = place;
            }
        }

        var start = HeadLength + (contents.Count * 8) + ((TrigramSet.Buckets + 1) * 4);
        var octets = new byte[start + lists.Sum(l => (long)(l?.WrittenCount ?? 0)) + 8];
        BinaryPrimitives.WriteUInt64LittleEndian(octets, Magic);
        BinaryPrimitives.WriteUInt64LittleEndian(octets.AsSpan(8), storeTag);
        BinaryPrimitives.WriteInt64LittleEndian(octets.AsSpan(16), contents.Count);
        for (var place = 0; place < contents.Count; place++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(octets.AsSpan(HeadLength + (place * 8)), contents[place].Key);
        }

        var at = start;
        for (var bucket = 0; bucket < lists.Length; bucket++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(octets.AsSpan(start - ((TrigramSet.Buckets + 1 - bucket) * 4)), at);
            if (lists[bucket] is { } list)
            {
                list.WrittenSpan.CopyTo(octets.AsSpan(at));
                at += list.WrittenCount;
            }
        }

        BinaryPrimitives.WriteInt32LittleEndian(octets.AsSpan(start - 4), at);
        BinaryPrimitives.WriteUInt64LittleEndian(octets.AsSpan(at), XxHash3.HashToUInt64(octets.AsSpan(0, at)));
        var temporary = path + Unfinished;
        if (io.Exists(temporary))
        {
            io.Delete(temporary);
        }

        using (var file = io.Create(temporary))
        {
            file.Write(0, octets);
        }

        // No flush: a block that a crash spoils fails its checksum and is made again.
        io.Move(temporary, path);
        return new TrigramBlock(io, path, [.. contents.Select(c => c.Key)]) { _isChecked = true };
    }

    /// <summary>Opens a block; null where it is not one of this store.</summary>
    public static TrigramBlock? Open(IStoreIO io, string path, ulong storeTag)
    {
        using var file = io.Open(path, write: false);
        Span<byte> head = stackalloc byte[HeadLength];
        if (!Fill(file, 0, head) || BinaryPrimitives.ReadUInt64LittleEndian(head) != Magic || BinaryPrimitives.ReadUInt64LittleEndian(head[8..]) != storeTag)
        {
            return null;
        }

        var count = BinaryPrimitives.ReadInt64LittleEndian(head[16..]);
        if (count is < 0 or > TextIndex.BlockContents || file.Length < HeadLength + (count * 8))
        {
            return null;
        }

        var keys = new long[count];
        return Fill(file, HeadLength, MemoryMarshal.AsBytes(keys.AsSpan())) ? new TrigramBlock(io, path, keys) : null;
    }

    /// <summary>The contents that have all of the buckets. The first question also holds the checksum against the file.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public List<long> Find(ReadOnlySpan<ushort> buckets)
    {
        using var file = _io.Open(_path, write: false);
        if (!_isChecked)
        {
            Check(file);
            _isChecked = true;
        }

        var hits = new byte[Keys.Length];
        Span<byte> bounds = stackalloc byte[8];
        for (var n = 0; n < buckets.Length; n++)
        {
            if (!Fill(file, _listStart + (buckets[n] * 4), bounds))
            {
                throw new InvalidDataException(_path);
            }

            var start = BinaryPrimitives.ReadInt32LittleEndian(bounds);
            var length = BinaryPrimitives.ReadInt32LittleEndian(bounds[4..]) - start;
            if (length == 0)
            {
                return [];
            }

            var rented = ArrayPool<byte>.Shared.Rent(length);
            try
            {
                if (length < 0 || !Fill(file, start, rented.AsSpan(0, length)))
                {
                    throw new InvalidDataException(_path);
                }

                ReadOnlySpan<byte> list = rented.AsSpan(0, length);
                for (long place = 0; !list.IsEmpty;)
                {
                    place += Summaries.PartTable.Number(ref list);
                    if (hits[place] == n)
                    {
                        hits[place]++;
                    }
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }

        var found = new List<long>();
        for (var place = 0; place < hits.Length; place++)
        {
            if (hits[place] == buckets.Length)
            {
                found.Add(Keys[place]);
            }
        }

        return found;
    }

    private void Check(IStoreFile file)
    {
        var hash = new XxHash3();
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            var end = file.Length - 8;
            for (long at = 0; at < end;)
            {
                var read = file.Read(at, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at)));
                if (read <= 0)
                {
                    throw new InvalidDataException(_path);
                }

                hash.Append(buffer.AsSpan(0, read));
                at += read;
            }

            Span<byte> kept = stackalloc byte[8];
            if (end < _listStart || !Fill(file, end, kept) || BinaryPrimitives.ReadUInt64LittleEndian(kept) != hash.GetCurrentHashAsUInt64())
            {
                throw new InvalidDataException(_path);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool Fill(IStoreFile file, long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            var read = file.Read(offset, destination);
            if (read <= 0)
            {
                return false;
            }

            offset += read;
            destination = destination[read..];
        }

        return true;
    }
}
