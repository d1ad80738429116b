using System.Buffers.Binary;
using System.IO.Hashing;

namespace MailAdmin.Store.Sqlite;

/// <summary>A value of the index with its checksum (XxHash3) before it: SQLite has none, and an address with a flipped bit is another's.</summary>
internal static class SealedBlob
{
    // Values of before there were seals begin otherwise: a queue entry with its number, whose first octet is even, a summary with its version.
    private const byte Mark = 0xFF;
    private const int HeadSize = 1 + sizeof(ulong);

    public static byte[] Seal(ReadOnlySpan<byte> value)
    {
        var blob = new byte[HeadSize + value.Length];
        blob[0] = Mark;
        BinaryPrimitives.WriteUInt64LittleEndian(blob.AsSpan(1), XxHash3.HashToUInt64(value));
        value.CopyTo(blob.AsSpan(HeadSize));
        return blob;
    }

    /// <summary>The value, or null where it is not what was stored. One without a seal is given as it is.</summary>
    public static byte[]? Open(byte[] blob)
    {
        if (blob is not [Mark, ..])
        {
            return blob;
        }

        return blob.Length >= HeadSize && BinaryPrimitives.ReadUInt64LittleEndian(blob.AsSpan(1)) == XxHash3.HashToUInt64(blob.AsSpan(HeadSize)) ? blob[HeadSize..] : null;
    }
}
