using System.Buffers;
using System.IO.Hashing;

namespace MailAdmin.Store.Content;

/// <summary>A content in a segment; holds the segment open while it lives.</summary>
internal sealed class SegmentContent : MessageContent
{
    private const int VerifyBuffer = 64 * 1024;

    private readonly SegmentHandle _segment;
    private readonly long _start;
    private readonly long _length;
    private int _released;

    private SegmentContent(SegmentHandle segment, long start, long length)
    {
        _segment = segment;
        _start = start;
        _length = length;
    }

    /// <inheritdoc/>
    ~SegmentContent() => Dispose(false);

    public override long Length => _length;

    /// <summary>Opens and, once for each record, verifies. Takes over the caller's reference to the segment, also when it throws.</summary>
    /// <exception cref="InvalidDataException">The record is not there or its checksum does not hold.</exception>
    public static SegmentContent Open(SegmentHandle segment, long key, ContentPlace place, ulong storeTag)
    {
        var content = new SegmentContent(segment, place.Offset + RecordHeader.Size, place.Length);
        try
        {
            if (!segment.IsVerified(place.Offset))
            {
                content.Verify(key, place, storeTag);
                segment.SetVerified(place.Offset);
            }

            return content;
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    public override int Read(long offset, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_released != 0, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        var left = _length - offset;
        return left <= 0 ? 0 : _segment.File.Read(_start + offset, left < destination.Length ? destination[..(int)left] : destination);
    }

    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            _segment.Release();
        }

        base.Dispose(disposing);
    }

    private void Verify(long key, ContentPlace place, ulong storeTag)
    {
        // Header and body in one read where the message is small, which most are.
        var total = RecordHeader.Size + _length;
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(total, VerifyBuffer));
        try
        {
            var read = ReadFully(place.Offset, buffer.AsSpan(0, (int)Math.Min(total, buffer.Length)));
            if (!RecordHeader.TryRead(buffer.AsSpan(0, read), out var header) || header.Kind != RecordKind.Content || header.Key != key
                || header.StoreTag != storeTag || header.BodyLength != _length)
            {
                throw new InvalidDataException("The head of the record is damaged.");
            }

            if (total <= buffer.Length)
            {
                if (read != total || XxHash3.HashToUInt64(buffer.AsSpan(RecordHeader.Size, (int)_length)) != header.BodyChecksum)
                {
                    throw new InvalidDataException("The checksum does not hold.");
                }

                return;
            }

            var hash = new XxHash3();
            hash.Append(buffer.AsSpan(RecordHeader.Size, read - RecordHeader.Size));
            for (long done = read; done < total; done += read)
            {
                read = ReadFully(place.Offset + done, buffer.AsSpan(0, (int)Math.Min(total - done, buffer.Length)));
                if (read == 0)
                {
                    throw new InvalidDataException("The record is cut off.");
                }

                hash.Append(buffer.AsSpan(0, read));
            }

            if (hash.GetCurrentHashAsUInt64() != header.BodyChecksum)
            {
                throw new InvalidDataException("The checksum does not hold.");
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private int ReadFully(long offset, Span<byte> destination)
    {
        var done = 0;
        while (done < destination.Length && _segment.File.Read(offset + done, destination[done..]) is > 0 and var read)
        {
            done += read;
        }

        return done;
    }
}
