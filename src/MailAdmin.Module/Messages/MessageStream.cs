using MailAdmin.Administration;

namespace MailAdmin.Module.Messages;

/// <summary>
/// A message's content as a stream, fetched piece by piece over whichever route is open; never whole in memory. It can be read from any
/// place, so that a parser may leave parts where they are until somebody wants them.
/// </summary>
internal sealed class MessageStream(IMailAdministration administration, MailboxMessage message) : Stream
{
    /// <summary>Octets asked for at once; also what one answer of the control channel carries.</summary>
    private const int PieceOctets = 256 * 1024;

    private byte[] _piece = [];
    private long _pieceStart;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => message.SizeBytes;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _position >= Length)
        {
            return 0;
        }

        if (_position < _pieceStart || _position >= _pieceStart + _piece.Length)
        {
            _piece = await administration.ReadMessageAsync(message.Mailbox, message.Folder, message.Uid, _position, PieceOctets, cancellationToken);
            _pieceStart = _position;
        }

        var at = (int)(_position - _pieceStart);
        var count = Math.Min(buffer.Length, _piece.Length - at);
        _piece.AsSpan(at, count).CopyTo(buffer.Span);
        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // A parser reads synchronously here and there; the pool's thread it runs on has no context to deadlock with.
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
