using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Queue;

/// <summary>A message that the remote server took.</summary>
internal sealed record RemoteMessage(string Mail, IReadOnlyList<string> Recipients, byte[] Octets, bool WasSecure, int Connection)
{
    public string Text => Encoding.UTF8.GetString(Octets);
}

/// <summary>
/// Another mail server on loopback that does as it is told: <see cref="Answer"/> sees each step (CONNECT, each command, "." for the end of the content) and may give
/// another reply, or <see cref="Drop"/>, or <see cref="Hang"/>, or <see cref="Stall"/> for DATA.
/// </summary>
internal sealed class RemoteServer : IAsyncDisposable
{
    public const string Drop = "drop";
    public const string Hang = "hang";
    /// <summary>Asks for the content and reads none of it.</summary>
    public const string Stall = "stall";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<RemoteMessage> _messages = Channel.CreateUnbounded<RemoteMessage>();
    private readonly Task _accepting;
    private int _connections, _open, _mostOpen;

    public RemoteServer(params string[] extensions)
    {
        Extensions = extensions.Length > 0 ? extensions : ["PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 10000000", "ENHANCEDSTATUSCODES"];
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string[] Extensions { get; set; }
    public Func<string, string?> Answer { get; set; } = _ => null;
    public X509Certificate2? Certificate { get; set; }
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;
    public int Connections => Volatile.Read(ref _connections);
    public int MostOpen => Volatile.Read(ref _mostOpen);
    public List<string> Commands { get; } = [];

    public Task<RemoteMessage> NextAsync() => Eventually.Within(_messages.Reader.ReadAsync().AsTask(), "a message at the remote server");

    public bool HasMore => _messages.Reader.Count > 0;

    public static X509Certificate2 MakeCertificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        // Through PFX: some platforms want the key persisted.
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
        Certificate?.Dispose();
    }

    private async Task AcceptAsync()
    {
        var sessions = new List<Task>();
        try
        {
            while (true)
            {
                sessions.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token), Interlocked.Increment(ref _connections)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(sessions);
        }
    }

    private async Task ServeAsync(TcpClient client, int number)
    {
        var open = Interlocked.Increment(ref _open);
        for (int most; (most = MostOpen) < open && Interlocked.CompareExchange(ref _mostOpen, open, most) != most;)
        {
        }

        try
        {
            using (client)
            {
                await SessionAsync(client.GetStream(), number);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The client went, or the test ended.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task SessionAsync(Stream stream, int number)
    {
        var (isSecure, mail, recipients) = (false, "", new List<string>());
        if (!await ReplyAsync("CONNECT", "220 remote.test ESMTP"))
        {
            return;
        }

        while (await LineAsync() is { } line)
        {
            lock (Commands)
            {
                Commands.Add(line);
            }

            var verb = line.Split(' ', ':')[0].ToUpperInvariant();
            switch (verb)
            {
                case "EHLO":
                    string[] lines = ["remote.test", .. Extensions, .. Certificate is not null && !isSecure ? ["STARTTLS"] : Array.Empty<string>()];
                    if (!await ReplyAsync(line, string.Join("\r\n", lines.Select((l, i) => $"250{(i == lines.Length - 1 ? ' ' : '-')}{l}"))))
                    {
                        return;
                    }

                    break;
                case "STARTTLS":
                    if (!await ReplyAsync(line, "220 2.0.0 go on"))
                    {
                        return;
                    }

                    if (Certificate is null)
                    {
                        return;
                    }

                    var secure = new SslStream(stream);
                    await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = Certificate }, _stop.Token);
                    (stream, isSecure) = (secure, true);
                    break;
                case "MAIL":
                    var taken = Answer(line) ?? "250 2.1.0 ok";
                    (mail, recipients) = (taken.StartsWith('2') ? line : "", []);
                    if (!await SendAsync(taken))
                    {
                        return;
                    }

                    break;
                case "RCPT":
                    var reply = mail.Length == 0 ? "503 5.5.1 no sender" : Answer(line) ?? "250 2.1.5 ok";
                    if (reply.StartsWith('2'))
                    {
                        recipients.Add(line);
                    }

                    if (!await SendAsync(reply))
                    {
                        return;
                    }

                    break;
                case "DATA":
                    var go = Answer(line) ?? (recipients.Count > 0 ? "354 go on" : "503 5.5.1 no recipients");
                    if (!await SendAsync(go))
                    {
                        return;
                    }

                    if (go.StartsWith('3') && !await TakeAsync(await DataAsync()))
                    {
                        return;
                    }

                    break;
                case "BDAT":
                    if (!await TakeAsync(await OctetsAsync(int.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture))))
                    {
                        return;
                    }

                    break;
                case "QUIT":
                    await SendAsync("221 2.0.0 bye");
                    return;
                default:
                    if (!await ReplyAsync(line, verb == "AUTH" ? "235 2.7.0 welcome" : "250 2.0.0 ok"))
                    {
                        return;
                    }

                    break;
            }
        }

        async Task<bool> TakeAsync(byte[] octets)
        {
            var reply = Answer(".") ?? "250 2.0.0 taken";
            if (reply.StartsWith('2') && recipients.Count > 0)
            {
                _messages.Writer.TryWrite(new RemoteMessage(mail, [.. recipients], octets, isSecure, number));
            }

            return await SendAsync(reply);
        }

        Task<bool> ReplyAsync(string step, string usual) => SendAsync(Answer(step) ?? usual);

        async Task<bool> SendAsync(string reply)
        {
            if (reply is Hang or Stall)
            {
                await stream.WriteAsync(reply == Stall ? "354 go on\r\n"u8.ToArray() : ReadOnlyMemory<byte>.Empty, _stop.Token);
                await Task.Delay(Timeout.Infinite, _stop.Token);
            }

            if (reply == Drop)
            {
                return false;
            }

            await stream.WriteAsync(Encoding.UTF8.GetBytes(reply + "\r\n"), _stop.Token);
            return !reply.StartsWith("421", StringComparison.Ordinal);
        }

        async Task<string?> LineAsync()
        {
            var line = new List<byte>();
            for (var one = new byte[1]; await stream.ReadAsync(one, _stop.Token) > 0;)
            {
                if (one[0] == '\n')
                {
                    return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
                }

                line.Add(one[0]);
            }

            return null;
        }

        async Task<byte[]> DataAsync()
        {
            var octets = new List<byte>();
            while (await LineBytesAsync() is { } line && !line.AsSpan().SequenceEqual(".\r\n"u8))
            {
                octets.AddRange(line[0] == '.' ? line[1..] : line);
            }

            return [.. octets];
        }

        async Task<byte[]?> LineBytesAsync()
        {
            var line = new List<byte>();
            for (var one = new byte[1]; await stream.ReadAsync(one, _stop.Token) > 0;)
            {
                line.Add(one[0]);
                if (one[0] == '\n')
                {
                    return [.. line];
                }
            }

            return null;
        }

        async Task<byte[]> OctetsAsync(int count)
        {
            var octets = new byte[count];
            await stream.ReadExactlyAsync(octets, _stop.Token);
            return octets;
        }
    }
}
