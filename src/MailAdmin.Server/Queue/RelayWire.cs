using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using MailAdmin.Protocol.Pop3;
using MailAdmin.Protocol.Smtp;
using MailAdmin.Store;

namespace MailAdmin.Server.Queue;

/// <summary>The octets of a connection to a next hop: commands out, replies in, content streamed, each wait bounded.</summary>
internal sealed class RelayWire(Socket socket, TimeProvider time, QueueOptions options) : IAsyncDisposable
{
    /// <summary>Longest line of a reply taken. RFC 5321 §4.5.3.1.5 says 512; some servers write whole sentences.</summary>
    private const int MaxLine = 4096;
    private const int Block = 32 * 1024;

    private readonly byte[] _in = new byte[MaxLine];
    private readonly ArrayBufferWriter<byte> _out = new(1024);
    private Stream _stream = new NetworkStream(socket, ownsSocket: true);
    private int _start, _end;

    /// <summary>TLS is on.</summary>
    public bool IsSecure => _stream is SslStream;

    /// <summary>Puts a command into the next write. RFC 2920: several may go together.</summary>
    public void Add(string line)
    {
        if (line.AsSpan().IndexOfAny('\r', '\n') >= 0)
        {
            throw new ArgumentException("A command is one line.", nameof(line));
        }

        _out.Write(Encoding.UTF8.GetBytes(line));
        _out.Write("\r\n"u8);
    }

    /// <summary>Writes what was added. Where that fails it is dropped: a part of it may be out, and nothing may follow that would make it whole.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(_out.WrittenMemory, cancellationToken);
        }
        finally
        {
            _out.ResetWrittenCount();
        }
    }

    /// <summary>Reads a reply.</summary>
    /// <exception cref="IOException">The peer closed or broke off.</exception>
    /// <exception cref="FormatException">It does not speak SMTP.</exception>
    /// <exception cref="TimeoutException">Nothing came in time.</exception>
    public async ValueTask<SmtpReply> ReadAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var reader = new SmtpReplyReader();
        using var patience = new Patience(time, timeout, cancellationToken);
        try
        {
            while (true)
            {
                var length = _in.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
                if (length >= 0)
                {
                    var line = _in.AsSpan(_start, length);
                    _start += length + 1;
                    if (reader.Add(line.EndsWith("\r"u8) ? line[..^1] : line) is { } reply)
                    {
                        return reply;
                    }

                    continue;
                }

                await FillAsync(patience.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }

    /// <summary>Writes the content from an offset on as DATA wants it, its end included. RFC 5321 §4.5.2.</summary>
    public async ValueTask WriteDataAsync(MessageContent content, long from, CancellationToken cancellationToken)
    {
        var encoder = MultilineEncoder.ForMessage();
        var buffer = ArrayPool<byte>.Shared.Rent(Block);
        try
        {
            for (int read; (read = content.Read(from, buffer.AsSpan(0, Block))) > 0; from += read)
            {
                if (encoder.TryPassUnchanged(buffer.AsSpan(0, read)))
                {
                    await WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                    continue;
                }

                encoder.Encode(buffer.AsSpan(0, read), _out);
                await FlushAsync(cancellationToken);
            }

            encoder.Complete(_out);
            await FlushAsync(cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Writes the content from an offset on as it is, for BDAT. RFC 3030 §2.</summary>
    public async ValueTask WriteChunkAsync(MessageContent content, long from, CancellationToken cancellationToken)
    {
        Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"BDAT {content.Length - from} LAST"));
        await FlushAsync(cancellationToken);
        var buffer = ArrayPool<byte>.Shared.Rent(Block);
        try
        {
            for (int read; (read = content.Read(from, buffer.AsSpan(0, Block))) > 0; from += read)
            {
                await WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Goes over to TLS.</summary>
    /// <exception cref="FormatException">Something was sent behind the reply in plaintext: nobody knows by whom.</exception>
    public async ValueTask SecureAsync(SslClientAuthenticationOptions tls, CancellationToken cancellationToken)
    {
        if (_start < _end)
        {
            throw new FormatException("The peer sent on in plaintext after it agreed to TLS.");
        }

        using var patience = new Patience(time, options.ConnectTimeout, cancellationToken);
        var secure = new SslStream(_stream, leaveInnerStreamOpen: false);
        try
        {
            await secure.AuthenticateAsClientAsync(tls, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await secure.DisposeAsync();
            throw new TimeoutException();
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }

        _stream = secure;
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _in.AsSpan(_start, _end - _start).CopyTo(_in);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _in.Length)
        {
            throw new FormatException("The peer's answer is longer than any of SMTP.");
        }

        var read = await _stream.ReadAsync(_in.AsMemory(_end), cancellationToken);
        _end += read > 0 ? read : throw new EndOfStreamException("it closed the connection");
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken)
    {
        using var patience = new Patience(time, options.CommandTimeout, cancellationToken);
        try
        {
            await _stream.WriteAsync(octets, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }

    /// <summary>A token that is cancelled when the caller's is or the time is over.</summary>
    private sealed class Patience : IDisposable
    {
        private readonly CancellationTokenSource _clock;
        private readonly CancellationTokenSource _both;

        public Patience(TimeProvider time, TimeSpan timeout, CancellationToken cancellationToken)
        {
            _clock = new CancellationTokenSource(timeout, time);
            _both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _clock.Token);
        }

        public CancellationToken Token => _both.Token;

        public void Dispose()
        {
            _both.Dispose();
            _clock.Dispose();
        }
    }
}
