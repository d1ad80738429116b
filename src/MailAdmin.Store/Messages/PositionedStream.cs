namespace MailAdmin.Store;

/// <summary>Reads octets from an offset; 0 at the end.</summary>
internal delegate int PositionedRead(long offset, Span<byte> destination);

/// <summary>A read-only, seekable stream over what can be read by offset. Disposing it leaves that open.</summary>
internal sealed class PositionedStream(long length, PositionedRead read) : Stream
{
    private long _position;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => length;
    public override long Position { get => _position; set => _position = value; }
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var count = read(_position, buffer);
        _position += count;
        return count;
    }

    public override long Seek(long offset, SeekOrigin origin) => _position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException("A message never changes.");
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A message never changes.");
}
