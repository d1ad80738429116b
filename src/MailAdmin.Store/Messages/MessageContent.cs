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
    /// <param name="writer">Where they go.</param>
    /// <param name="offset">The first one.</param>
    /// <param name="count">How many.</param>
    /// <param name="nul">What stands in for NUL where it cannot be sent; 0 for NUL itself.</param>
    public void CopyTo(IBufferWriter<byte> writer, long offset, int count, byte nul = 0)
    {
        while (count > 0)
        {
            var span = writer.GetSpan(Math.Min(count, 16 * 1024));
            var read = Read(offset, span.Length > count ? span[..count] : span);
            if (read <= 0)
            {
                throw new EndOfStreamException();
            }

            if (nul != 0)
            {
                span[..read].Replace((byte)0, nul);
            }

            writer.Advance(read);
            offset += read;
            count -= read;
        }
    }

    /// <summary>A read-only, seekable stream over it; disposing the stream leaves the content open.</summary>
    public Stream OpenStream() => new PositionedStream(Length, Read);

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
}
