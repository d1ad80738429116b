using System.Net.Sockets;
using MailAdmin.Server.Connections;
using MailAdmin.Server.Diagnostics;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Connections;

/// <summary>TLS and DEFLATE hold memory that no collector sees: it is given back when the session ends, and not under a read that goes on.</summary>
public sealed class StreamLifeTests : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConnectionMeter _meter = new(new ProtocolCounters(), new ConnectionClock(TimeProvider.System));
    private readonly WatchedStream _stream = new();

    public void Dispose()
    {
        _socket.Dispose();
        _stream.Dispose();
    }

    [Fact]
    public async Task A_stream_is_disposed_of_with_its_connection()
    {
        var reader = new ConnectionReader(_socket, _meter);
        reader.Switch(_stream, probeFirst: true);
        reader.Close();
        Assert.True(_stream.IsDisposed);
        await using var other = new WatchedStream { FailsAtEnd = true };
        var writer = new ConnectionWriter(_socket, _meter, TimeSpan.FromMinutes(1));
        writer.Switch(other, flushStream: true);
        await writer.EndAsync();
        Assert.True(other.IsDisposed);
    }

    [Fact]
    public async Task A_stream_is_not_disposed_of_under_a_read()
    {
        var reader = new ConnectionReader(_socket, _meter);
        reader.Switch(_stream, probeFirst: false);
        var reading = reader.ReadAsync(ConnectionClock.Never, isContent: false, CancellationToken.None).AsTask();
        reader.Stop(ReadStop.Aborted, sticky: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        reader.Close();
        Assert.False(_stream.IsDisposed);
        _stream.Came.SetResult(0);
        await Eventually.Holds(() => _stream.IsDisposed, "the end of the stream");
    }

    [Fact]
    public async Task A_handshake_that_fails_says_why_in_the_transcript()
    {
        await using var host = await ProtocolHost.StartAsync(new LineHandler(), MailProtocol.Imap, MailTlsMode.Implicit);
        await using var client = await RawClient.ConnectAsync(host.EndPoint);
        await Eventually.Holds(() => host.Table.All().Any(), "the session");
        var connection = host.Table.All().Single();
        await client.SendAsync("GET / HTTP/1.1\r\n\r\n");
        await Eventually.Within(connection.Completion, "the end");
        Assert.Contains("TLS handshake failed: ", connection.Ring.Lines()[^1].Text, StringComparison.Ordinal);
    }

    private sealed class WatchedStream : MemoryStream
    {
        public bool IsDisposed { get; private set; }
        public bool FailsAtEnd { get; init; }
        public TaskCompletionSource<int> Came { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => await Came.Task;

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }

        // As DEFLATE's: at the first time it still has something to say.
        public override ValueTask DisposeAsync()
        {
            if (FailsAtEnd && !IsDisposed)
            {
                IsDisposed = true;
                throw new IOException("The connection is gone.");
            }

            return base.DisposeAsync();
        }
    }
}
