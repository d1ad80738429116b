using System.Net;
using MailAdmin.Errors;
using MailKit;
using MailKit.Security;

namespace MailAdmin.Client.Connecting;

/// <summary>
/// Connects and logs in one of MailKit's clients under the TLS and certificate policies, each step bounded in time, and turns
/// failures into errors a person can act on.
/// </summary>
internal sealed class ServerSession(MailService client, string host, int port, TimeSpan timeout, CertificatePolicy certificates, TimeProvider time)
{
    /// <summary>Warnings that arose.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Makes a session for a client.</summary>
    public static ServerSession Create(
        MailService client, string host, int port, TlsPolicy tls, TimeSpan timeout, string? thumbprint, bool skipCertificateCheck, TimeProvider time)
    {
        var certificates = new CertificatePolicy(thumbprint, skipCertificateCheck, tls.VerifiesCertificate, time);
        client.ServerCertificateValidationCallback = certificates.Validate;
        // Revocation lists are fetched over the network by each connection and fail soft in every mail client; expiry and chain are checked.
        client.CheckCertificateRevocation = false;
        client.Timeout = SocketTimeout(timeout);
        return new ServerSession(client, host, port, timeout, certificates, time);
    }

    /// <summary>MailKit's own timeout per read and write: later than the step's, which is the one that says what was waited for.</summary>
    public static int SocketTimeout(TimeSpan timeout) => (int)Math.Min(2 * timeout.TotalMilliseconds, int.MaxValue);

    /// <summary>Connects, with TLS as the policy says.</summary>
    public async Task ConnectAsync(TlsPolicy tls, CancellationToken cancellationToken)
    {
        await BoundAsync("connect", token => OpenAsync(tls, token), cancellationToken);
        if (client.IsAuthenticated && tls.Options == SecureSocketOptions.StartTls)
        {
            // RFC 9051 §7.1.4: PREAUTH leaves no state in which STARTTLS may be given; whoever stands between could have sent it to prevent TLS.
            throw new MailAdminException("TlsNotOffered", MailErrorCategory.ConnectionError, $"{host}:{port} greets with PREAUTH before TLS, and plaintext was not allowed.", host,
                "Use the port for TLS from the start (993).");
        }

        if (!client.IsSecure)
        {
            Warnings.Add($"The connection to {host}:{port} is in plaintext: the server offers no STARTTLS or it was not asked for.");
        }
        else if (certificates.AcceptedUntrusted)
        {
            Warnings.Add($"{certificates.Describe()} It was accepted all the same.");
        }
    }

    private async Task OpenAsync(TlsPolicy tls, CancellationToken cancellationToken)
    {
        try
        {
            await client.ConnectAsync(host, port, tls.Options, cancellationToken);
        }
        catch (SslHandshakeException e) when (certificates.AcceptedUntrusted || (certificates.Certificate is not null && !certificates.IsTrusted))
        {
            throw new MailAdminException("CertificateNotTrusted", MailErrorCategory.ConnectionError,
                $"{host}:{port}: {certificates.Describe()}", host,
                $"Check the name and the certificate; to accept this one: -CertificateThumbprint {CertificatePolicy.Thumbprint(certificates.Certificate!)}", e);
        }
        catch (SslHandshakeException e)
        {
            throw new MailAdminException("TlsFailed", MailErrorCategory.ConnectionError, $"TLS with {host}:{port} did not come up.", host,
                "Check that the port and -TlsMode fit together: Implicit at 465, 993 and 995, StartTls elsewhere.", e);
        }
        catch (CommandException e)
        {
            var reply = e is MailKit.Net.Smtp.SmtpCommandException smtp ? $"{(int)smtp.StatusCode} {OneLine(e.Message)}" : OneLine(e.Message);
            throw new MailAdminException("ConnectionRefused", MailErrorCategory.ConnectionError, $"{host}:{port} takes no connection: {reply}", host,
                reply.StartsWith('4') ? "It may take one later: try again in some minutes. Where the server is yours, Get-MailBlock lists whom it refuses." : "Ask who runs the server. Where it is yours, Get-MailBlock lists whom it refuses.", e);
        }
        catch (NotSupportedException e)
        {
            throw new MailAdminException("TlsNotOffered", MailErrorCategory.ConnectionError, $"{host}:{port} does not offer STARTTLS, and plaintext was not allowed.", host,
                "Use the port for TLS from the start (465, 993, 995), or ask the server's admin to enable STARTTLS.", e);
        }
    }

    /// <summary>Logs in; where the server's greeting was PREAUTH, that is done already.</summary>
    public Task LoginAsync(NetworkCredential credential, CancellationToken cancellationToken) =>
        client.IsAuthenticated ? Task.CompletedTask : BoundAsync("log in", token => AuthenticateAsync(credential, token), cancellationToken);

    private async Task AuthenticateAsync(NetworkCredential credential, CancellationToken cancellationToken)
    {
        try
        {
            await client.AuthenticateAsync(credential, cancellationToken);
        }
        catch (MailKit.Security.AuthenticationException e)
        {
            throw new MailAdminException("LoginRefused", MailErrorCategory.AuthenticationError,
                $"{host}:{port} refused the login of '{credential.UserName}': {OneLine(e.Message)}", credential.UserName, "Check user name and password.", e);
        }
        catch (NotSupportedException e)
        {
            throw new MailAdminException("LoginNotOffered", MailErrorCategory.AuthenticationError, $"{host}:{port} offers no way to log in.", host,
                "Use the submission port (587 or 465), or leave out the credential.", e);
        }
    }

    /// <summary>Runs one step within the time allowed and names what the network or the server's refusal made of it; an error that the step itself names stays.</summary>
    public Task<T> BoundAsync<T>(string step, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        BoundAsync(step, (token, _) => work(token), cancellationToken);

    /// <summary>
    /// Runs one step that moves content: the time allowed begins anew with every octet that gets through, so that a large message on a
    /// slow line is not given up while it moves.
    /// </summary>
    public async Task<T> BoundAsync<T>(string step, Func<CancellationToken, TransferWatch, Task<T>> work, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        var watch = new TransferWatch(() => limit.CancelAfter(timeout));
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await work(both.Token, watch);
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw TimedOut(step, e);
        }
        catch (TimeoutException e)
        {
            throw TimedOut(step, e);
        }
        catch (System.Net.Sockets.SocketException e)
        {
            throw new MailAdminException("ServerNotReached", MailErrorCategory.ConnectionError, $"Could not {step} with {host}:{port}: {OneLine(e.Message)}", host,
                "Check name and port, that the server runs, and that no firewall stands between.", e);
        }
        catch (Exception e) when (e is IOException or ProtocolException or ServiceNotConnectedException && !cancellationToken.IsCancellationRequested)
        {
            throw new MailAdminException("ConnectionLost", MailErrorCategory.ConnectionError, $"Could not {step} with {host}:{port}: {OneLine(e.Message)}", host,
                "See the server's log; -Verbose shows the conversation.", e);
        }
        catch (ServiceNotAuthenticatedException e)
        {
            throw new MailAdminException("LoginRequired", MailErrorCategory.AuthenticationError, $"Could not {step} with {host}:{port}: it demands a login first.", host, "Give -Credential.", e);
        }
        catch (Exception e) when (e is CommandException or MessageNotFoundException)
        {
            throw new MailAdminException("CommandRefused", MailErrorCategory.InvalidOperation, $"Could not {step} with {host}:{port}: {OneLine(e.Message)}", host,
                "See the server's log; -Verbose shows the conversation.", e);
        }
    }

    /// <summary>Runs one step without a result; see the other overload.</summary>
    public Task BoundAsync(string step, Func<CancellationToken, Task> work, CancellationToken cancellationToken) =>
        BoundAsync(step, async token =>
        {
            await work(token);
            return true;
        }, cancellationToken);

    /// <summary>Says goodbye; a failure in that is of no account, the work is done.</summary>
    public async Task GoodbyeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await BoundAsync("say goodbye", token => client.DisconnectAsync(true, token), cancellationToken);
        }
        catch (MailAdminException)
        {
            // The peer broke off instead of answering QUIT.
        }
    }

    /// <summary>Tls12, Tls13; null in plaintext.</summary>
    public static string? TlsVersion(MailService client) => client.IsSecure ? client.SslProtocol.ToString() : null;

    /// <summary>A server's text on one line, for a person: line breaks become spaces and no control (C0, C1) is left that a terminal would obey.</summary>
    public static string OneLine(string text) => string.Join(' ',
        text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(l => new string([.. l.Select(c => char.IsControl(c) ? '?' : c)])));

    private MailAdminException TimedOut(string step, Exception cause) =>
        new("OperationTimeout", MailErrorCategory.OperationTimeout,
            FormattableString.Invariant($"Could not {step} with {host}:{port} within {timeout.TotalSeconds:0.#} s."), host,
            "Check name and port, or give more time with -TimeoutSeconds.", cause);
}
