using MailAdmin.Administration;

namespace MailAdmin.Module.Messages;

/// <summary>A message's content as a stream, fetched piece by piece over whichever route is open; never whole in memory.</summary>
internal sealed class MessageStream(IMailAdministration administration, string mailbox, string folder, uint uid) : Stream
{
    /// <summary>Octets asked for at once; also what one answer of the control channel carries.</summary>
    private const int PieceOctets = 256 * 1024;

    private byte[] _piece = [];
    private int _at;
    private long _offset;
    private bool _ended;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_at == _piece.Length && !_ended)
        {
            _piece = await administration.ReadMessageAsync(mailbox, folder, uid, _offset, PieceOctets, cancellationToken);
            _offset += _piece.Length;
            _at = 0;
            _ended = _piece.Length == 0;
        }

        var count = Math.Min(buffer.Length, _piece.Length - _at);
        _piece.AsSpan(_at, count).CopyTo(buffer.Span);
        _at += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // A parser reads the header synchronously here and there; the pool's thread it runs on has no context to deadlock with.
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
