using System.IO.Compression;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace MailAdmin.Testing;

/// <summary>
/// A client that knows no protocol: sends octets as told, reads lines. Text is Latin-1 in both directions, so that each character is one octet.
/// </summary>
public sealed class RawClient : IAsyncDisposable
{
    private readonly Socket _socket;
    private Stream _input, _output;
    private byte[] _buffer = new byte[16 * 1024];
    private int _start, _end;
    private Task<int>? _filling;

    private RawClient(Socket socket)
    {
        _socket = socket;
        _input = _output = new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>The client's own port.</summary>
    public IPEndPoint Local => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Sends each octet by itself.</summary>
    public bool ByteByByte { get; set; }

    /// <summary>Connects; where <paramref name="tls"/>, begins TLS at once.</summary>
    public static async Task<RawClient> ConnectAsync(IPEndPoint endPoint, bool tls = false)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await Eventually.Within(socket.ConnectAsync(endPoint), $"a connection to {endPoint}");
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var client = new RawClient(socket);
        if (tls)
        {
            await client.StartTlsAsync();
        }

        return client;
    }

    /// <summary>Begins TLS now; any certificate will do.</summary>
    public async Task StartTlsAsync(SslProtocols protocols = SslProtocols.None)
    {
        var tls = new SslStream(_input, leaveInnerStreamOpen: false);
#pragma warning disable CA5359 // A test's client looks at the certificate afterwards; it trusts nobody with anything.
        await Eventually.Within(
            tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                EnabledSslProtocols = protocols,
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    Certificate = certificate is null ? null : System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
                    return true;
                },
            }),
            "the TLS handshake");
#pragma warning restore CA5359
        _input = _output = tls;
        _start = _end = 0;
    }

    /// <summary>The server's certificate, after TLS began.</summary>
    public System.Security.Cryptography.X509Certificates.X509Certificate2? Certificate { get; private set; }

    /// <summary>Compresses from now on (RFC 4978).</summary>
    public void StartCompression()
    {
        _input = new DeflateStream(_input, CompressionMode.Decompress, leaveOpen: true);
        _output = new DeflateStream(_output, CompressionLevel.Fastest, leaveOpen: true);
        _start = _end = 0;
    }

    /// <summary>Sends a line; CRLF is added.</summary>
    public Task SendLineAsync(string line) => SendAsync(line + "\r\n");

    /// <summary>Sends several lines at once, in one write.</summary>
    public Task SendLinesAsync(params string[] lines) => SendAsync(string.Concat(lines.Select(l => l + "\r\n")));

    /// <summary>Sends octets as they are.</summary>
    public Task SendAsync(string octets) => SendAsync(Encoding.Latin1.GetBytes(octets));

    /// <summary>Sends octets as they are.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> octets)
    {
        for (var i = 0; ByteByByte && i < octets.Length; i++)
        {
            await _output.WriteAsync(octets.Slice(i, 1));
            await _output.FlushAsync();
        }

        if (!ByteByByte)
        {
            await _output.WriteAsync(octets);
            await _output.FlushAsync();
        }
    }

    /// <summary>Reads one line, without its CRLF; null at the server's end.</summary>
    public async Task<string?> ReadLineAsync()
    {
        while (true)
        {
            var at = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (at >= 0)
            {
                var line = Encoding.Latin1.GetString(_buffer, _start, at);
                _start += at + 1;
                return line.EndsWith('\r') ? line[..^1] : line + "<bare LF>";
            }

            if (await FillAsync() == 0)
            {
                return _start == _end ? null : Encoding.Latin1.GetString(_buffer, _start, (_start = _end) - _start) + "<no line end>";
            }
        }
    }

    /// <summary>Waits until the server says something more, or ends; takes nothing, and may be left alone. For how long is the caller's concern.</summary>
    public Task HearAsync()
    {
        if (_start < _end)
        {
            return Task.CompletedTask;
        }

        if (_filling is { IsCompletedSuccessfully: true, Result: > 0 })
        {
            // What it brought has been read since, and says nothing of what comes next.
            _filling = null;
        }

        return _filling ??= FillNowAsync();
    }

    /// <summary>Reads exactly so many octets.</summary>
    public async Task<byte[]> ReadAsync(int count)
    {
        while (_end - _start < count)
        {
            if (await FillAsync() == 0)
            {
                throw new EndOfStreamException($"{_end - _start} of {count} octets came.");
            }
        }

        var octets = _buffer.AsSpan(_start, count).ToArray();
        _start += count;
        return octets;
    }

    /// <summary>Reads lines until one begins with <paramref name="prefix"/>; returns all of them.</summary>
    public async Task<IReadOnlyList<string>> ReadUntilAsync(string prefix)
    {
        var lines = new List<string>();
        do
        {
            lines.Add(await ReadLineAsync() ?? throw new EndOfStreamException($"The server closed before '{prefix}'; it had said: {string.Join(" | ", lines)}"));
        }
        while (!lines[^1].StartsWith(prefix, StringComparison.Ordinal));
        return lines;
    }

    /// <summary>Reads a line and checks that it begins with <paramref name="prefix"/>.</summary>
    public async Task<string> ExpectAsync(string prefix)
    {
        var line = await ReadLineAsync();
        return line is not null && line.StartsWith(prefix, StringComparison.Ordinal)
            ? line
            : throw new InvalidOperationException($"Expected '{prefix}…', got {(line is null ? "the end" : $"'{line}'")}.");
    }

    /// <summary>Reads to the server's end; returns what it still said. A reset counts as an end.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var text = new StringBuilder();
        do
        {
            text.Append(Encoding.Latin1.GetString(_buffer, _start, _end - _start));
            _start = _end = 0;
        }
        while (await FillAsync() > 0);
        return text.ToString();
    }

    /// <summary>Ends the client's direction and leaves the other open.</summary>
    public void EndOutput() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Breaks the connection off with a reset.</summary>
    public void Reset() => _socket.Close(0);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _output.DisposeAsync();
            await _input.DisposeAsync();
        }
        catch (IOException)
        {
            // The server was gone first.
        }

        _socket.Dispose();
    }

    private async Task<int> FillAsync()
    {
        // A read that HearAsync began is taken over, so that there is never more than one.
        var filling = _filling ??= FillNowAsync();
        var count = await Eventually.Within(filling, "octets from the server");
        _filling = null;
        return count;
    }

    private async Task<int> FillNowAsync()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        try
        {
            var count = await _input.ReadAsync(_buffer.AsMemory(_end));
            _end += count;
            return count;
        }
        catch (IOException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            return 0;
        }
    }
}
