using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MailAdmin.Client.Connecting;
using MailAdmin.Client.Transcripts;
using MailAdmin.Clients;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Net.Pop3;
using MailKit.Net.Smtp;
using MailKit.Security;

namespace MailAdmin.Client.Probing;

/// <summary>Tests one endpoint, from its name to the login.</summary>
internal sealed partial class EndpointProbe(ProtocolTestRequest request, MailEndpoint endpoint, INameResolver names, TimeProvider time)
{
    private readonly EndpointReport _report = new(request.ComputerName, endpoint);
    private readonly CertificatePolicy _certificates = new(request.CertificateThumbprint, skip: true, verify: false, time);

    /// <summary>Runs the checks; only cancellation by the caller throws.</summary>
    public async Task<EndpointReport> RunAsync(CancellationToken cancellationToken)
    {
        var (host, addresses) = await ResolveAsync(cancellationToken);
        if (addresses.Count == 0)
        {
            return _report;
        }

        using var socket = await OpenAsync(host, addresses, cancellationToken);
        if (socket is not null)
        {
            await ConverseAsync(host, socket, cancellationToken);
        }

        return _report;
    }

    private async Task<(string Host, IReadOnlyList<IPAddress> Addresses)> ResolveAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var host = endpoint.Address;
        try
        {
            if (endpoint.Protocol == MailProtocol.Smtp && request.Endpoints is null && request.Port is null && IsDomain(host))
            {
                var mailHosts = await WithinAsync(token => names.GetMailHostsAsync(host, token), cancellationToken);
                if (mailHosts is [""])
                {
                    _report.Fail(ProtocolCheck.Resolve, time.GetElapsedTime(started), $"{host} says by its MX record that it takes no mail (RFC 7505).",
                        "Use another domain, or change its MX record.");
                    return (host, []);
                }

                host = mailHosts.Count > 0 ? mailHosts[0] : host;
            }

            var addresses = await WithinAsync(token => names.GetAddressesAsync(host, token), cancellationToken);
            if (addresses.Count == 0)
            {
                _report.Fail(ProtocolCheck.Resolve, time.GetElapsedTime(started), $"{host} has no address.", "Check the spelling, and the DNS settings of this machine.");
            }
            else
            {
                _report.Success(ProtocolCheck.Resolve, time.GetElapsedTime(started),
                    (host == request.ComputerName ? "" : $"{host}: ") + string.Join(", ", addresses.Take(4)));
            }

            return (host, addresses);
        }
        catch (Exception e) when (Expected(e, cancellationToken))
        {
            _report.Fail(ProtocolCheck.Resolve, time.GetElapsedTime(started), Say(e), "Check the DNS settings of this machine.");
            return (host, []);
        }
    }

    private async Task<Socket?> OpenAsync(string host, IReadOnlyList<IPAddress> addresses, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        Exception? failure = null;
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await WithinAsync(async token =>
                {
                    await socket.ConnectAsync(new IPEndPoint(address, endpoint.Port), token);
                    return true;
                }, cancellationToken);
                _report.Address = address;
                _report.Success(ProtocolCheck.Connect, time.GetElapsedTime(started), new IPEndPoint(address, endpoint.Port).ToString());
                return socket;
            }
            catch (Exception e) when (Expected(e, cancellationToken))
            {
                socket.Dispose();
                failure = e;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        _report.Fail(ProtocolCheck.Connect, time.GetElapsedTime(started), Say(failure!),
            failure is SocketException { SocketErrorCode: SocketError.ConnectionRefused }
                ? $"Nothing listens at {host}:{endpoint.Port}: start the service, or test the port it uses."
                : "Check that the server runs and that no firewall stands between; many networks block port 25.");
        return null;
    }

    private async Task ConverseAsync(string host, Socket socket, CancellationToken cancellationToken)
    {
        using var logger = new TranscriptLogger(endpoint.Protocol, time);
        using var client = CreateClient(logger);
        client.ServerCertificateValidationCallback = _certificates.Validate;
        client.CheckCertificateRevocation = false; // see ServerSession
        client.Timeout = ServerSession.SocketTimeout(request.Timeout);
        var connectedAt = time.GetUtcNow();
        Exception? failure = null;
        try
        {
            var options = endpoint.TlsMode switch
            {
                MailTlsMode.Implicit => SecureSocketOptions.SslOnConnect,
                MailTlsMode.StartTls => SecureSocketOptions.StartTlsWhenAvailable,
                _ => SecureSocketOptions.None,
            };
            // The certificate is judged by the name asked for, not by the address the socket is at.
            var name = request.Endpoints is null ? host : request.ComputerName;
            await WithinAsync(async token =>
            {
                await client.ConnectAsync(socket, name, endpoint.Port, options, token);
                return true;
            }, cancellationToken);
        }
        catch (Exception e) when (Expected(e, cancellationToken))
        {
            failure = e;
        }

        if (!ReportOpening(client, logger, connectedAt, time.GetUtcNow(), failure))
        {
            return;
        }

        _report.SeenThumbprint = client.IsSecure && _certificates.Certificate is { } seen ? CertificatePolicy.Thumbprint(seen) : null;
        await LoginAsync(client, cancellationToken);
        try
        {
            await WithinAsync(async token =>
            {
                await client.DisconnectAsync(true, token);
                return true;
            }, cancellationToken);
        }
        catch (Exception e) when (Expected(e, cancellationToken))
        {
            // All checks are made; a server that breaks off instead of answering QUIT changes none of them.
        }
    }

    private async Task LoginAsync(MailService client, CancellationToken cancellationToken)
    {
        var loopback = IPAddress.IsLoopback(_report.Address!);
        var relay = endpoint.Protocol == MailProtocol.Smtp && client.AuthenticationMechanisms.Count == 0;
        var obstacle = request.Credential is null ? "no credential was given"
            : !client.IsSecure && !loopback ? "the password would travel in plaintext"
            : client.IsSecure && !_certificates.IsTrusted && !request.SkipCertificateCheck ? "the certificate is not trusted"
            : null;
        if (relay || obstacle is not null)
        {
            _report.Skip(ProtocolCheck.Login, relay ? "this port takes mail without a login" : obstacle!);
            // Port 25 takes mail for its own mailboxes from anybody; that is what the round trip tests there.
            _report.IsUsable = endpoint.Protocol == MailProtocol.Smtp && obstacle is null;
            _report.WhyNot = obstacle ?? _report.WhyNot;
            return;
        }

        if (client.IsAuthenticated)
        {
            _report.Success(ProtocolCheck.Login, null, "by the server itself (PREAUTH)");
            _report.IsUsable = _report.LogsIn = true;
            return;
        }

        var started = time.GetTimestamp();
        try
        {
            await WithinAsync(async token =>
            {
                await client.AuthenticateAsync(request.Credential!, token);
                return true;
            }, cancellationToken);
            _report.Success(ProtocolCheck.Login, time.GetElapsedTime(started), $"as {request.Credential!.UserName}");
            _report.IsUsable = _report.LogsIn = true;
        }
        catch (Exception e) when (e is MailKit.Security.AuthenticationException)
        {
            _report.WhyNot = "the login was refused";
            _report.Fail(ProtocolCheck.Login, time.GetElapsedTime(started), $"The login of '{request.Credential!.UserName}' was refused: {ServerSession.OneLine(e.Message)}",
                "Check user name and password.");
        }
        catch (Exception e) when (Expected(e, cancellationToken))
        {
            _report.WhyNot = "the login failed";
            _report.Fail(ProtocolCheck.Login, time.GetElapsedTime(started), Say(e), "See the server's log.");
        }
    }

    private MailService CreateClient(TranscriptLogger logger) => endpoint.Protocol switch
    {
        MailProtocol.Imap => new ImapClient(logger),
        MailProtocol.Pop3 => new Pop3Client(logger),
        _ => new SmtpClient(logger),
    };

    private async Task<T> WithinAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(request.Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // WaitAsync: the system's resolver, for one, may not hear the token.
            return await work(both.Token).WaitAsync(both.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"No answer within {request.Timeout.TotalSeconds:0.#} s."), e);
        }
    }

    // What a peer or the network can cause; anything else is a defect here and should be seen as one.
    private static bool Expected(Exception e, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested
        && e is SocketException or IOException or TimeoutException or ProtocolException or SslHandshakeException or System.Security.Authentication.AuthenticationException
            or CommandException or NotSupportedException or ServiceNotConnectedException or ServiceNotAuthenticatedException or ObjectDisposedException or OperationCanceledException;

    private static string Say(Exception e) => EndpointReport.Sentence(ServerSession.OneLine(e.Message));

    private static bool IsDomain(string host) =>
        !IPAddress.TryParse(host, out _) && host.Contains('.', StringComparison.Ordinal) && !TlsPolicy.IsLoopback(host);
}
