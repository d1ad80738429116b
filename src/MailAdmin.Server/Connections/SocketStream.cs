using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace MailAdmin.Server.Connections;

/// <summary>
/// The socket as the stream below TLS; counts what crosses it, and gives first what was read from it before. Asynchronous only, as SslStream and
/// DeflateStream use it here.
/// </summary>
internal sealed class SocketStream(Socket socket, ConnectionMeter meter, ReadOnlyMemory<byte> early) : Stream
{
    private ReadOnlyMemory<byte> _early = early;

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_early.IsEmpty)
        {
            var taken = Math.Min(_early.Length, buffer.Length);
            _early.Span[..taken].CopyTo(buffer.Span);
            _early = _early[taken..];
            return new(taken);
        }

        var reading = socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);
        if (!reading.IsCompletedSuccessfully)
        {
            return FinishReadAsync(reading);
        }

        var count = reading.Result;
        if (count > 0)
        {
            meter.Received(count);
        }

        return new(count);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var sending = socket.SendAsync(buffer, SocketFlags.None, cancellationToken);
        if (!sending.IsCompletedSuccessfully)
        {
            return FinishWriteAsync(sending, buffer, cancellationToken);
        }

        var sent = sending.Result;
        if (sent < buffer.Length)
        {
            return FinishWriteAsync(new(sent), buffer, cancellationToken);
        }

        meter.Sent(sent);
        return default;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> FinishReadAsync(ValueTask<int> reading)
    {
        try
        {
            var count = await reading;
            if (count > 0)
            {
                meter.Received(count);
            }

            return count;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw new IOException("The connection broke off.", e);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FinishWriteAsync(ValueTask<int> sending, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            var sent = await sending;
            while (sent < buffer.Length)
            {
                sent += await socket.SendAsync(buffer[sent..], SocketFlags.None, cancellationToken);
            }

            meter.Sent(buffer.Length);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw new IOException("The connection broke off.", e);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Connections are asynchronous.");
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Connections are asynchronous.");
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
