using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace MailAdmin.Store.Sqlite;

/// <summary>A value of the index with its checksum before it: SQLite has none, and an address with a flipped bit is another's.</summary>
internal static class SealedBlob
{
    // Values of before there were seals begin otherwise: a queue entry with its number, whose first octet is even, a summary with its version.
    private const byte Mark = 0xFD;
    // A seal of the same size, with another checksum, of before: its value is taken as it is.
    private const byte EarlierMark = 0xFF;
    private const int HeadSize = 1 + sizeof(ulong);

    public static byte[] Seal(ReadOnlySpan<byte> value)
    {
        var blob = new byte[HeadSize + value.Length];
        blob[0] = Mark;
        BinaryPrimitives.WriteUInt64LittleEndian(blob.AsSpan(1), Checksum(value));
        value.CopyTo(blob.AsSpan(HeadSize));
        return blob;
    }

    /// <summary>The value, a part of the blob; empty where it is not what was stored. One without a seal is given as it is.</summary>
    public static ReadOnlyMemory<byte> Open(byte[] blob)
    {
        if (blob is not [Mark, ..])
        {
            return blob is [EarlierMark, ..] && blob.Length >= HeadSize ? blob.AsMemory(HeadSize) : blob;
        }

        return blob.Length >= HeadSize && BinaryPrimitives.ReadUInt64LittleEndian(blob.AsSpan(1)) == Checksum(blob.AsSpan(HeadSize)) ? blob.AsMemory(HeadSize) : default;
    }

    // Two sums as Fletcher's (IEEE Transactions on Communications, 1982), wide enough to need no modulus here. XxHash3, which contents have, is compiled at its
    // first use and slow until then: the first FETCH of a large folder would take a fifth longer.
    private static ulong Checksum(ReadOnlySpan<byte> value)
    {
        ulong sum = (ulong)value.Length, sums = 0;
        foreach (var word in MemoryMarshal.Cast<byte, uint>(value))
        {
            sum += word;
            sums += sum;
        }

        for (var i = value.Length & ~3; i < value.Length; i++)
        {
            sum += value[i];
            sums += sum;
        }

        return sum ^ BitOperations.RotateLeft(sums, 32);
    }
}
