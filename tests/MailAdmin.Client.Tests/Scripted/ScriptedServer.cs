using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace MailAdmin.Client.Tests.Scripted;

/// <summary>A loopback listener that answers each connection as a script says: the odd and hostile servers that a client meets.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<ScriptedConnection, Task> _script;
    private readonly Task _accepting;

    private ScriptedServer(Func<ScriptedConnection, Task> script)
    {
        _script = script;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Every line that clients sent, content included.</summary>
    public ConcurrentQueue<string> Received { get; } = [];

    public static ScriptedServer Start(Func<ScriptedConnection, Task> script) => new(script);

    /// <summary>A port where nothing listens.</summary>
    public static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                serving.Add(ServeAsync(client));
            }
        }
        finally
        {
            await Task.WhenAll(serving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            await _script(new ScriptedConnection(client.GetStream(), Received, _stop.Token));
        }
    }
}

/// <summary>The server's end of one connection.</summary>
internal sealed class ScriptedConnection(Stream stream, ConcurrentQueue<string> received, CancellationToken stop)
{
    private Stream _stream = stream;

    public CancellationToken Stopping => stop;

    public bool IsSecure => _stream is SslStream;

    public async Task SendAsync(params string[] lines) => await _stream.WriteAsync(Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l + "\r\n"))), stop);

    /// <summary>The next line of the client, or null at its end.</summary>
    public async Task<string?> ReadAsync()
    {
        var line = new List<byte>();
        var octet = new byte[1];
        while (await _stream.ReadAsync(octet, stop) == 1)
        {
            if (octet[0] == '\n')
            {
                var text = Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
                received.Enqueue(text);
                return text;
            }

            line.Add(octet[0]);
        }

        return null;
    }

    public async Task TlsAsync(X509Certificate2 certificate)
    {
        var tls = new SslStream(_stream);
        _stream = tls;
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, stop);
    }

    /// <summary>Stays silent until the client leaves or the test ends.</summary>
    public async Task SilenceAsync()
    {
        while (await ReadAsync() is not null)
        {
        }
    }
}
