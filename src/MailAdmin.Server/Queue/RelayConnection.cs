using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using MailAdmin.Protocol.Smtp;
using MailKit.Security;

namespace MailAdmin.Server.Queue;

/// <summary>What a connection is made with.</summary>
/// <param name="HostName">Ours, for EHLO.</param>
/// <param name="Tls">How TLS is used.</param>
/// <param name="Credential">To log in with; null for none.</param>
/// <param name="Validate">Judges certificates where they are asked for; null: the system's rules.</param>
/// <param name="Time">Clock of the timeouts.</param>
/// <param name="Options">The timeouts.</param>
internal sealed record RelaySettings(string HostName, MailRouteTlsMode Tls, NetworkCredential? Credential, RemoteCertificateValidationCallback? Validate, TimeProvider Time, QueueOptions Options);

/// <summary>
/// One SMTP connection to a next hop, the client's side of RFC 5321: opened and greeted, secured as the route wants, logged in, then any number of messages. What
/// breaks it is a <see cref="RelayException"/>; what the peer refuses is a result.
/// </summary>
internal sealed partial class RelayConnection : IAsyncDisposable
{
    private readonly RelayHost _host;
    private readonly RelaySettings _settings;
    private readonly RelayWire _wire;
    private readonly Dictionary<string, string> _extensions = new(StringComparer.OrdinalIgnoreCase);

    private RelayConnection(RelayHost host, RelaySettings settings, RelayWire wire)
    {
        _host = host;
        _settings = settings;
        _wire = wire;
    }

    /// <summary>Name of the host.</summary>
    public string Host => _host.Name;
    /// <summary>Messages sent over it.</summary>
    public int Messages { get; private set; }
    /// <summary>False once it broke or the peer said that it closes (421).</summary>
    public bool IsOpen { get; private set; } = true;
    /// <summary>TLS is on.</summary>
    public bool IsSecure => _wire.IsSecure;

    private TimeSpan CommandTimeout => _settings.Options.CommandTimeout;

    /// <summary>Connects to one address of a host and comes as far as messages can be sent.</summary>
    /// <exception cref="RelayException"></exception>
    public static async Task<RelayConnection> OpenAsync(RelayHost host, IPAddress address, RelaySettings settings, CancellationToken cancellationToken)
    {
        try
        {
            return await OpenAsync(host, address, settings, settings.Tls, cancellationToken);
        }
        catch (RelayException e) when (settings.Tls == MailRouteTlsMode.Opportunistic && e.InnerException is TlsFailedException && !IsPasswordAtRisk(host, settings))
        {
            // RFC 7435 §3: some protection where it can be had, and the mail in any case.
            return await OpenAsync(host, address, settings, MailRouteTlsMode.None, cancellationToken);
        }
    }

    /// <summary>Says goodbye, where the peer still listens.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (IsOpen)
            {
                using var patience = new CancellationTokenSource(_settings.Options.QuitTimeout, _settings.Time);
                _wire.Add("QUIT");
                await _wire.FlushAsync(patience.Token);
            }
        }
        catch (Exception e) when (IsBroken(e) || e is OperationCanceledException)
        {
            // It left first, or does not listen.
        }

        await _wire.DisposeAsync();
    }

    private static async Task<RelayConnection> OpenAsync(RelayHost host, IPAddress address, RelaySettings settings, MailRouteTlsMode tls, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        RelayConnection? connection = null;
        try
        {
            await ConnectAsync(socket, new IPEndPoint(address, host.Port), settings, cancellationToken);
            connection = new RelayConnection(host, settings, new RelayWire(socket, settings.Time, settings.Options));
            await connection.BeginAsync(tls, cancellationToken);
            return connection;
        }
        catch (Exception e)
        {
            // Whatever it was: the socket goes, and what a peer can cause is told in one kind.
            if (connection is null)
            {
                socket.Dispose();
            }
            else
            {
                connection.IsOpen = e is RelayException && connection.IsOpen;
                await connection.DisposeAsync();
            }

            if (IsBroken(e))
            {
                throw Broken(e, $"{host.Name}[{address}]", isBeforeContent: true);
            }

            throw;
        }
    }

    private static async ValueTask ConnectAsync(Socket socket, IPEndPoint target, RelaySettings settings, CancellationToken cancellationToken)
    {
        using var clock = new CancellationTokenSource(settings.Options.ConnectTimeout, settings.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, clock.Token);
        try
        {
            await socket.ConnectAsync(target, both.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }

    private async ValueTask BeginAsync(MailRouteTlsMode tls, CancellationToken cancellationToken)
    {
        if (tls == MailRouteTlsMode.Implicit)
        {
            await SecureAsync(isChecked: true, cancellationToken);
        }

        var greeting = await _wire.ReadAsync(CommandTimeout, cancellationToken);
        Require(greeting, greeting.IsPositive);
        await GreetAsync(cancellationToken);
        if (tls is MailRouteTlsMode.Opportunistic or MailRouteTlsMode.Required)
        {
            await StartTlsAsync(tls == MailRouteTlsMode.Required, cancellationToken);
        }

        if (_settings.Credential is { } credential)
        {
            await LogInAsync(credential, cancellationToken);
        }
    }

    // RFC 5321 §3.2: HELO where EHLO is not known.
    private async ValueTask GreetAsync(CancellationToken cancellationToken)
    {
        _extensions.Clear();
        var reply = await AskAsync("EHLO " + _settings.HostName, cancellationToken);
        if (reply.IsPermanent)
        {
            reply = await AskAsync("HELO " + _settings.HostName, cancellationToken);
            Require(reply, reply.IsPositive);
            return;
        }

        Require(reply, reply.IsPositive);
        foreach (var line in reply.Lines.Skip(1))
        {
            var words = line.Split(' ', 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0)
            {
                _extensions[words[0]] = words.Length > 1 ? words[1] : "";
            }
        }
    }

    private async ValueTask StartTlsAsync(bool isRequired, CancellationToken cancellationToken)
    {
        if (_extensions.ContainsKey("STARTTLS"))
        {
            var reply = await AskAsync("STARTTLS", cancellationToken);
            if (reply.IsPositive)
            {
                await SecureAsync(isRequired || IsPasswordAtRisk(_host, _settings), cancellationToken);
                // RFC 3207 §4.2: what was said before counts for nothing.
                await GreetAsync(cancellationToken);
                return;
            }
        }

        if (isRequired)
        {
            throw new RelayException($"{Host} offers no TLS, which its route requires", isBeforeContent: true);
        }
    }

    private async ValueTask SecureAsync(bool isChecked, CancellationToken cancellationToken)
    {
        var tls = new SslClientAuthenticationOptions
        {
            TargetHost = Host,
#pragma warning disable CA5359 // Opportunistic: the alternative is plaintext, and a certificate nobody asked for is as good as none. RFC 7435 §1.2.
            RemoteCertificateValidationCallback = isChecked ? _settings.Validate : (_, _, _, _) => true,
#pragma warning restore CA5359
        };
        try
        {
            await _wire.SecureAsync(tls, cancellationToken);
        }
        catch (Exception e) when (e is System.Security.Authentication.AuthenticationException or IOException or TimeoutException)
        {
            throw new TlsFailedException(e);
        }
    }

    /// <summary>There is a password, and a network on which somebody could stand between: it goes to nobody whose certificate does not hold.</summary>
    private static bool IsPasswordAtRisk(RelayHost host, RelaySettings settings) => settings.Credential is not null && !RelayRoutes.IsLoopback(host.Name);

    private async ValueTask LogInAsync(NetworkCredential credential, CancellationToken cancellationToken)
    {
        if (!IsSecure && IsPasswordAtRisk(_host, _settings))
        {
            throw new RelayException($"{Host} offers no TLS; the route's password does not cross a network without it", isBeforeContent: true);
        }

        var offered = _extensions.GetValueOrDefault("AUTH", "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var mechanism = offered.Contains("SCRAM-SHA-256", StringComparer.OrdinalIgnoreCase) ? new SaslMechanismScramSha256(credential)
            : offered.Contains("PLAIN", StringComparer.OrdinalIgnoreCase) ? new SaslMechanismPlain(credential)
            : offered.Contains("LOGIN", StringComparer.OrdinalIgnoreCase) ? new SaslMechanismLogin(credential)
            : (SaslMechanism?)null;
        if (mechanism is null)
        {
            throw new RelayException($"{Host} offers no login that this server knows", isBeforeContent: true);
        }

        try
        {
            var first = mechanism.SupportsInitialResponse ? await mechanism.ChallengeAsync(null, cancellationToken) : null;
            var reply = await AskAsync($"AUTH {mechanism.MechanismName}{(first is null ? "" : first.Length == 0 ? " =" : " " + first)}", cancellationToken);
            while (reply.Code == 334)
            {
                reply = await AskAsync(await mechanism.ChallengeAsync(string.Concat(reply.Lines).Trim(), cancellationToken), cancellationToken);
            }

            Require(reply, reply.IsPositive);
        }
        catch (SaslException e)
        {
            throw new RelayException($"{Host} did not prove that it knows the password: {e.Message}", isBeforeContent: true, e);
        }
    }

    private async ValueTask<SmtpReply> AskAsync(string command, CancellationToken cancellationToken)
    {
        _wire.Add(command);
        await _wire.FlushAsync(cancellationToken);
        return await ReadAsync(CommandTimeout, cancellationToken);
    }

    private async ValueTask<SmtpReply> ReadAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var reply = await _wire.ReadAsync(timeout, cancellationToken);
        if (reply.Code == 421)
        {
            // RFC 5321 §3.8: it closes behind this.
            IsOpen = false;
        }

        return reply;
    }

    private void Require(SmtpReply reply, bool isGood)
    {
        if (!isGood)
        {
            throw new RelayException($"{Host} said: {reply}", isBeforeContent: true);
        }
    }

    /// <summary>What a peer or the network can do to a connection.</summary>
    private static bool IsBroken(Exception e) => e is IOException or SocketException or FormatException or TimeoutException or TlsFailedException or ObjectDisposedException;

    private static RelayException Broken(Exception e, string host, bool isBeforeContent) => new(
        e switch
        {
            TimeoutException => $"{host} did not answer in time",
            SocketException s => $"{host} cannot be reached: {s.Message}",
            TlsFailedException => $"{host}: TLS failed: {e.InnerException!.Message}",
            EndOfStreamException => $"{host} closed the connection",
            _ => $"{host}: {e.Message}",
        },
        isBeforeContent, e);

    private sealed class TlsFailedException(Exception cause) : Exception(cause.Message, cause);
}
