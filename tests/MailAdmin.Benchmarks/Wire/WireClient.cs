using System.Buffers.Text;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace MailAdmin.Benchmarks.Wire;

/// <summary>
/// A client that costs as little as it can: it counts octets up to the line that ends a reply and keeps only what is asked for, so that
/// the server is what is measured. Speaks to any server by host and port.
/// </summary>
internal sealed class WireClient : IDisposable
{
    private static int _calls;

    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly byte[] _buffer;
    private int _start, _end, _tag;

    private WireClient(Socket socket, Stream stream, int bufferSize)
    {
        _socket = socket;
        _stream = stream;
        _buffer = new byte[bufferSize];
    }

    /// <summary>Octets received.</summary>
    public long Received { get; private set; }

    public static async Task<WireClient> ConnectAsync(BenchmarkOptions options, int defaultPort, int bufferSize = 256 * 1024)
    {
        var host = options.Text("host", "127.0.0.1");
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (options.Switch("spread"))
        {
            // One address has 28,000 ports to call from; the other loopback addresses have as many each.
            socket.Bind(new IPEndPoint(new IPAddress([127, 0, 0, (byte)(1 + Interlocked.Increment(ref _calls) % 250)]), 0));
        }

        await socket.ConnectAsync(host, (int)options.Number("port", defaultPort));
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (options.Switch("tls"))
        {
            // The peers in a lab have certificates of their own making; what is measured here is speed.
            var tls = new SslStream(stream, false, (_, _, _, _) => true);
            await tls.AuthenticateAsClientAsync(host);
            stream = tls;
        }

        var client = new WireClient(socket, stream, bufferSize);
        await client.ReadLineAsync();
        return client;
    }

    public async Task<WireClient> LoginImapAsync(string user, string password)
    {
        await CommandAsync($"LOGIN \"{user}\" \"{password}\"");
        return this;
    }

    public ValueTask SendAsync(string text) => _stream.WriteAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>One line without its CRLF.</summary>
    public async ValueTask<string> ReadLineAsync()
    {
        while (true)
        {
            var at = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (at >= 0)
            {
                var line = Encoding.Latin1.GetString(_buffer, _start, at > 0 && _buffer[_start + at - 1] == '\r' ? at - 1 : at);
                _start += at + 1;
                return line;
            }

            await FillAsync();
        }
    }

    /// <summary>Sends an IMAP command and waits for its tagged reply. Lines are collected where asked for; literals are passed over uncounted for lines.</summary>
    public async Task<List<string>> CommandAsync(string command, bool keep = false)
    {
        var tag = $"w{++_tag} ";
        await SendAsync(tag + command + "\r\n");
        return await CompleteAsync(tag, keep, command);
    }

    public async Task<List<string>> CompleteAsync(string tag, bool keep, string command)
    {
        List<string> lines = [];
        var tagOctets = Encoding.ASCII.GetBytes(tag);
        while (true)
        {
            int at;
            while ((at = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n')) < 0)
            {
                await FillAsync();
            }

            var line = _buffer.AsMemory(_start, at + 1);
            _start += at + 1;
            if (line.Span.StartsWith(tagOctets))
            {
                var reply = Encoding.Latin1.GetString(line.Span);
                return reply.AsSpan(tag.Length).StartsWith("OK") ? lines : throw new InvalidOperationException($"{command} -> {reply.TrimEnd()}");
            }

            if (keep)
            {
                lines.Add(Encoding.Latin1.GetString(line.Span).TrimEnd());
            }

            await SkipAsync(LiteralLength(line.Span));
        }
    }

    /// <summary>Passes over a POP3 multi-line reply; its octets.</summary>
    public async Task<long> SkipDotEndedAsync()
    {
        var before = Received - (_end - _start);
        while (true)
        {
            var at = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n.\r\n"u8);
            if (at >= 0)
            {
                _start += at + 5;
                return Received - (_end - _start) - before;
            }

            // Keep what may be the beginning of the end.
            _start = Math.Max(_start, _end - 4);
            await FillAsync();
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }

    private static long LiteralLength(ReadOnlySpan<byte> line)
    {
        line = line.TrimEnd("\r\n"u8);
        if (line.Length < 3 || line[^1] != '}')
        {
            return 0;
        }

        var open = line.LastIndexOf((byte)'{');
        return open >= 0 && Utf8Parser.TryParse(line[(open + 1)..^1], out long length, out _) ? length : 0;
    }

    private async ValueTask SkipAsync(long octets)
    {
        while (octets > 0)
        {
            var there = Math.Min(octets, _end - _start);
            _start += (int)there;
            octets -= there;
            if (octets > 0)
            {
                await FillAsync();
            }
        }
    }

    private async ValueTask FillAsync()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_start > 0 && _end == _buffer.Length)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            throw new InvalidOperationException("A line of the server is longer than the buffer.");
        }

        var read = await _stream.ReadAsync(_buffer.AsMemory(_end));
        if (read == 0)
        {
            throw new EndOfStreamException("The server closed the connection.");
        }

        _end += read;
        Received += read;
    }
}
