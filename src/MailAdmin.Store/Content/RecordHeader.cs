using System.Buffers.Binary;
using System.IO.Hashing;

namespace MailAdmin.Store.Content;

/// <summary>What a record of a segment is.</summary>
internal enum RecordKind : byte
{
    /// <summary>A raw message; Key is its content key.</summary>
    Content = 1,
    /// <summary>The events of one operation; Key is its sequence number.</summary>
    Journal = 2,
}

/// <summary>
/// Head of every record in a segment, little endian, 56 octets; the body follows, padded to 8 octets.
/// </summary>
/// <remarks>
/// <code>
///  0 magic 'MAR1'   4 version   5 kind   6 header length   8 body length   16 key   24 time (Unix ms)   32 store tag   40 body checksum   48 header checksum
/// </code>
/// Both checksums are XxHash3. The store tag keeps a record of another store, or of an earlier life of the disk's blocks, from being taken for ours.
/// </remarks>
internal readonly record struct RecordHeader(RecordKind Kind, long BodyLength, long Key, long Time, ulong StoreTag, ulong BodyChecksum)
{
    public const int Size = 56;
    public const byte Version = 1;
    /// <summary>No record is longer; a length above it is damage, not a message.</summary>
    public const long MaxBodyLength = 1L << 40;

    private const uint Magic = 0x3152414D;

    /// <summary>Octets of a record with a body of this length.</summary>
    public static long RecordLength(long bodyLength) => (Size + bodyLength + 7) & ~7L;

    public long TotalLength => RecordLength(BodyLength);

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Magic);
        destination[4] = Version;
        destination[5] = (byte)Kind;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[6..], Size);
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], BodyLength);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], Key);
        BinaryPrimitives.WriteInt64LittleEndian(destination[24..], Time);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[32..], StoreTag);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[40..], BodyChecksum);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[48..], XxHash3.HashToUInt64(destination[..48]));
    }

    /// <summary>False for anything that is not a whole, sound header.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out RecordHeader header)
    {
        header = default;
        if (source.Length < Size || BinaryPrimitives.ReadUInt32LittleEndian(source) != Magic || source[4] != Version
            || BinaryPrimitives.ReadUInt64LittleEndian(source[48..]) != XxHash3.HashToUInt64(source[..48]))
        {
            return false;
        }

        header = new RecordHeader(
            (RecordKind)source[5], BinaryPrimitives.ReadInt64LittleEndian(source[8..]), BinaryPrimitives.ReadInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[24..]), BinaryPrimitives.ReadUInt64LittleEndian(source[32..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[40..]));
        return header.Kind is RecordKind.Content or RecordKind.Journal && header.BodyLength is >= 0 and <= MaxBodyLength;
    }
}
