using System.Buffers;
using MailAdmin.Protocol.Lines;

namespace MailAdmin.Server.Connections;

/// <summary>
/// Input of a protocol that speaks in lines (SMTP, POP3): command lines, and stretches of content between them. Output is flushed exactly when
/// the session would have to wait, so that pipelined commands are answered in one send (RFC 2920 §3.2).
/// </summary>
/// <remarks>What it hands out stays valid until its next member is called.</remarks>
internal sealed class LineInput(ClientConnection connection, TimeProvider time, int maxLine)
{
    /// <summary>Output above this is flushed also while commands wait: a client that pipelines RETRs gets its mail while they are read.</summary>
    private const int FlushAbove = 128 * 1024;

    private ReadOnlySequence<byte> _buffer;
    private bool _held;
    private bool _ended;
    private LineFramer _framer = new(maxLine);

    /// <summary>Octets came behind the last line that were not looked at yet.</summary>
    public bool HasBuffered => !_buffer.IsEmpty;

    /// <summary>
    /// The next command line, which must be whole within <paramref name="timeout"/>. Null at the client's end; its status is never NeedMore.
    /// </summary>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="inContent">A message's content goes on behind the line; see <see cref="ClientConnection.ReadContentAsync"/>.</param>
    /// <exception cref="TimeoutException">It was not.</exception>
    public async ValueTask<InputLine?> ReadLineAsync(TimeSpan timeout, bool inContent = false)
    {
        long? started = null;
        if (connection.Output.UnflushedBytes > FlushAbove)
        {
            await connection.Output.FlushAsync();
        }

        while (true)
        {
            var status = _framer.Read(ref _buffer, out var line);
            if (status != LineStatus.NeedMore)
            {
                return new InputLine(status, line.IsSingleSegment ? line.First : line.ToArray());
            }

            // One octet a minute must not hold a session for ever: the wait is for the line, not for its next octet.
            var left = started is { } since ? timeout - time.GetElapsedTime(since) : timeout;
            started ??= time.GetTimestamp();
            if (_ended || !await WaitAsync(left > TimeSpan.Zero ? left : throw new TimeoutException(), inContent))
            {
                return null;
            }
        }
    }

    /// <summary>The next stretch of octets, whatever they are; empty at the client's end. Say with <see cref="Consume"/> how many were used.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadChunkAsync(TimeSpan timeout)
    {
        while (_buffer.IsEmpty)
        {
            if (_ended || !await WaitAsync(timeout, inContent: true))
            {
                return default;
            }
        }

        foreach (var segment in _buffer)
        {
            if (!segment.IsEmpty)
            {
                return segment;
            }
        }

        return default;
    }

    /// <summary>Uses up octets of the last chunk.</summary>
    public void Consume(int count) => _buffer = _buffer.Slice(count);

    /// <summary>Gives everything unread back to the connection, which is about to begin TLS and will throw it away.</summary>
    public void Release()
    {
        if (_held)
        {
            connection.AdvanceTo(_buffer.Start);
            _held = false;
        }

        _buffer = default;
        _framer = new LineFramer(maxLine);
    }

    // False at the client's end, when nothing more will come.
    private async ValueTask<bool> WaitAsync(TimeSpan timeout, bool inContent)
    {
        var before = _buffer.Length;
        if (_held)
        {
            connection.AdvanceTo(_buffer.Start, _buffer.End);
            _held = false;
        }

        if (connection.Output.UnflushedBytes > 0)
        {
            await connection.Output.FlushAsync();
        }

        var result = await (inContent ? connection.ReadContentAsync(timeout) : connection.ReadAsync(timeout));
        _buffer = result.Buffer;
        _held = true;
        _ended = result.IsCompleted;
        return _buffer.Length > before;
    }
}

/// <summary>A line as it came, without its end.</summary>
internal readonly record struct InputLine(LineStatus Status, ReadOnlyMemory<byte> Octets);
