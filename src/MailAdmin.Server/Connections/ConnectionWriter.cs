using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace MailAdmin.Server.Connections;

/// <summary>
/// Output of a connection: collects in rented segments and sends them all at a flush, in plaintext with one system call. Holds nothing after it.
/// </summary>
internal sealed class ConnectionWriter(Socket socket, ConnectionMeter meter, TimeSpan writeTimeout) : PipeWriter
{
    private Stream? _stream;
    private bool _flushStream;
    private BufferSegment? _head, _tail, _spare;
    private int _segmentSize = BufferSegment.SmallSize;
    private long _unflushed;
    private long _deadline = ConnectionClock.Never;
    private volatile bool _closed;

    /// <summary>When the flush under way must be over.</summary>
    public long Deadline => Volatile.Read(ref _deadline);

    /// <inheritdoc/>
    public override bool CanGetUnflushedBytes => true;

    /// <inheritdoc/>
    public override long UnflushedBytes => _unflushed;

    /// <summary>Sends through <paramref name="stream"/> from now on; <paramref name="flushStream"/> where it keeps octets back until it is flushed.</summary>
    public void Switch(Stream stream, bool flushStream)
    {
        _stream = stream;
        _flushStream = flushStream;
    }

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0) => Room(sizeHint).FreeMemory;

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0) => Room(sizeHint).FreeMemory.Span;

    /// <inheritdoc/>
    public override void Advance(int bytes)
    {
        _tail!.Advance(bytes);
        _unflushed += bytes;
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The connection broke.</exception>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_unflushed == 0)
        {
            ReleaseAll();
            return default;
        }

        if (_closed)
        {
            ReleaseAll();
            return ValueTask.FromException<FlushResult>(new IOException("The connection is gone."));
        }

        if (_stream is null && _head == _tail)
        {
            var count = _head!.Written;
            ValueTask<int> sending;
            try
            {
                sending = socket.SendAsync(_head.WrittenArray.AsMemory(), SocketFlags.None, CancellationToken.None);
            }
            catch (ObjectDisposedException e)
            {
                ReleaseAll();
                return ValueTask.FromException<FlushResult>(new IOException("The connection is gone.", e));
            }

            if (!sending.IsCompletedSuccessfully)
            {
                return FinishSingleAsync(sending, count);
            }

            var sent = sending.Result;
            if (sent < count)
            {
                return FinishSingleAsync(new(sent), count);
            }

            meter.Sent(count);
            ReleaseAll();
            return default;
        }

        return FlushAllAsync();
    }

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
    }

    /// <inheritdoc/>
    public override void CancelPendingFlush()
    {
    }

    /// <summary>What is not flushed by now never goes out.</summary>
    public void Close()
    {
        _closed = true;
    }

    /// <summary>The session is over: gives buffers and stream back; no flush is under way and the socket is closed.</summary>
    public async ValueTask EndAsync()
    {
        ReleaseAll();
        if (_stream is null)
        {
            return;
        }

        try
        {
            await _stream.DisposeAsync();
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // DEFLATE has a last block to write, and nobody to write it to; what it holds is given back nonetheless.
        }
    }

    private void ReleaseAll()
    {
        while (_head is { } segment)
        {
            _head = segment.Following;
            segment.Return();
            _spare ??= segment;
        }

        _tail = null;
        // Who sent much has more to send, as a rule: it begins with a large segment next time. Nothing is kept either way.
        _segmentSize = _unflushed >= BufferSegment.LargeSize ? BufferSegment.LargeSize : BufferSegment.SmallSize;
        _unflushed = 0;
    }

    private BufferSegment Room(int sizeHint)
    {
        if (_tail is { } tail && tail.Free >= Math.Max(1, sizeHint))
        {
            return tail;
        }

        var size = Math.Max(sizeHint, _segmentSize);
        _segmentSize = BufferSegment.Grown(_segmentSize);
        BufferSegment segment;
        if (_spare is { } spare)
        {
            _spare = null;
            segment = spare;
            segment.Rent(size);
        }
        else
        {
            segment = new BufferSegment(size);
        }

        if (_tail is null)
        {
            _head = segment;
        }
        else
        {
            _tail.Append(segment);
        }

        _tail = segment;
        return segment;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> FinishSingleAsync(ValueTask<int> sending, int count)
    {
        Volatile.Write(ref _deadline, meter.Clock.After(writeTimeout));
        try
        {
            var sent = await sending;
            while (sent < count)
            {
                sent += await socket.SendAsync(_head!.WrittenArray.AsMemory(sent), SocketFlags.None, CancellationToken.None);
            }

            meter.Sent(count);
            return default;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw new IOException("The connection broke off.", e);
        }
        finally
        {
            Volatile.Write(ref _deadline, ConnectionClock.Never);
            ReleaseAll();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> FlushAllAsync()
    {
        Volatile.Write(ref _deadline, meter.Clock.After(writeTimeout));
        try
        {
            if (_stream is null)
            {
                await SendVectorAsync();
            }
            else
            {
                for (var segment = _head; segment is not null; segment = segment.Following)
                {
                    if (segment.Written > 0)
                    {
                        await _stream.WriteAsync(segment.WrittenArray.AsMemory());
                    }
                }

                if (_flushStream)
                {
                    await _stream.FlushAsync();
                }
            }

            return default;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            throw new IOException("The connection broke off.", e);
        }
        finally
        {
            Volatile.Write(ref _deadline, ConnectionClock.Never);
            ReleaseAll();
        }
    }

    private async ValueTask SendVectorAsync()
    {
        // IOV_MAX is 1024 on Linux; a session flushes long before.
        const int MostParts = 64;
        var parts = new List<ArraySegment<byte>>();
        for (var segment = _head; segment is not null; segment = segment.Following)
        {
            if (segment.Written > 0)
            {
                parts.Add(segment.WrittenArray);
            }

            if (parts.Count == MostParts || segment.Following is null)
            {
                long left = parts.Sum(p => (long)p.Count);
                meter.Sent(left);
                while (left > 0)
                {
                    var sent = await socket.SendAsync(parts, SocketFlags.None);
                    left -= sent;
                    while (left > 0 && sent > 0)
                    {
                        var first = parts[0];
                        var taken = Math.Min(sent, first.Count);
                        sent -= taken;
                        if (taken == first.Count)
                        {
                            parts.RemoveAt(0);
                        }
                        else
                        {
                            parts[0] = first[taken..];
                        }
                    }
                }

                parts.Clear();
            }
        }
    }
}
