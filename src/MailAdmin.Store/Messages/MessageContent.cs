using System.Buffers;

namespace MailAdmin.Store;

/// <summary>The octets of a stored message, exactly as they came in. Positions are offsets from its first octet.</summary>
public abstract class MessageContent : IDisposable
{
    /// <summary>Octets in all.</summary>
    public abstract long Length { get; }

    /// <summary>Reads up to destination's length; 0 at the end. From the page cache in the common case, so synchronous.</summary>
    public abstract int Read(long offset, Span<byte> destination);

    /// <summary>Writes octets <paramref name="offset"/> .. +<paramref name="count"/> to a buffer writer (a PipeWriter without flushing), at most a pipe's segment at a time.</summary>
    public void CopyTo(IBufferWriter<byte> writer, long offset, int count)
    {
        while (count > 0)
        {
            var span = writer.GetSpan(Math.Min(count, 16 * 1024));
            var read = Read(offset, span.Length > count ? span[..count] : span);
            if (read <= 0)
            {
                throw new EndOfStreamException();
            }

            writer.Advance(read);
            offset += read;
            count -= read;
        }
    }

    /// <summary>A read-only, seekable stream over it; disposing the stream leaves the content open.</summary>
    public Stream OpenStream() => new ContentStream(this);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets the store reclaim the place.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }

    private sealed class ContentStream(MessageContent content) : Stream
    {
        private long _position;

        public override bool CanRead => true;
        public override bool CanSeek => true;
        public override bool CanWrite => false;
        public override long Length => content.Length;
        public override long Position { get => _position; set => _position = value; }
        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var read = content.Read(_position, buffer);
            _position += read;
            return read;
        }

        public override long Seek(long offset, SeekOrigin origin) => _position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => _position + offset,
            _ => Length + offset,
        };

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException("A stored message never changes.");
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A stored message never changes.");
    }
}
