using System.Buffers;
using System.IO.Hashing;
using MailAdmin.Store.Content;
using MailAdmin.Store.IO;

namespace MailAdmin.Store.Recovery;

/// <summary>Reads a segment record by record and stops at the first that is not whole and sound.</summary>
internal static class LogScanner
{
    private const int BufferSize = 256 * 1024;

    /// <summary>A journal record larger than this is damage: an operation's events are bounded by its messages.</summary>
    private const long MaxJournal = 1L << 30;

    /// <summary>Scans from an offset; returns the end of the last sound record.</summary>
    public static long Scan(IStoreFile file, long from, ulong storeTag, Action<RecordHeader, long, byte[]?> visit)
    {
        var (end, length) = (from, file.Length);
        Span<byte> head = stackalloc byte[RecordHeader.Size];
        while (true)
        {
            // The padding belongs to a record: the next one begins behind it.
            if (ReadFully(file, end, head) < RecordHeader.Size || !RecordHeader.TryRead(head, out var header) || header.StoreTag != storeTag || end + header.TotalLength > length
                || !TryReadBody(file, end + RecordHeader.Size, header, out var body))
            {
                return end;
            }

            visit(header, end, body);
            end += header.TotalLength;
        }
    }

    /// <summary>True where the body's checksum holds; gives the body of a journal record.</summary>
    public static bool TryReadBody(IStoreFile file, long offset, in RecordHeader header, out byte[]? body)
    {
        body = null;
        if (header.Kind == RecordKind.Journal)
        {
            if (header.BodyLength > MaxJournal)
            {
                return false;
            }

            body = new byte[header.BodyLength];
            return ReadFully(file, offset, body) == body.Length && XxHash3.HashToUInt64(body) == header.BodyChecksum;
        }

        var hash = new XxHash3();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (long done = 0; done < header.BodyLength;)
            {
                var read = file.Read(offset + done, buffer.AsSpan(0, (int)Math.Min(buffer.Length, header.BodyLength - done)));
                if (read <= 0)
                {
                    return false;
                }

                hash.Append(buffer.AsSpan(0, read));
                done += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return hash.GetCurrentHashAsUInt64() == header.BodyChecksum;
    }

    public static int ReadFully(IStoreFile file, long offset, Span<byte> destination)
    {
        var done = 0;
        while (done < destination.Length && file.Read(offset + done, destination[done..]) is > 0 and var read)
        {
            done += read;
        }

        return done;
    }
}
