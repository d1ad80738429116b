using System.Globalization;
using System.Security.Authentication;
using System.Security.Cryptography;
using MailAdmin.Client.Transcripts;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Net.Pop3;
using MailKit.Net.Smtp;
using MailKit.Security;

namespace MailAdmin.Client.Probing;

/// <summary>What the opening of a connection showed: greeting, TLS, certificate, capabilities, ways to log in.</summary>
internal sealed partial class EndpointProbe
{
    /// <summary>A certificate that ends sooner gets a warning; renewals are usually due at 30 days.</summary>
    private const int ExpiryWarningDays = 21;

    // MailKit opens a connection in one call; the transcript's times tell its stages apart.
    private bool ReportOpening(MailService client, TranscriptLogger logger, DateTimeOffset connectedAt, DateTimeOffset readyAt, Exception? failure)
    {
        var implicitTls = endpoint.TlsMode == MailTlsMode.Implicit;
        var tlsBegan = logger.Lines.LastOrDefault(l => l.Direction == TranscriptDirection.Server && l.At <= _certificates.ShownAt)?.At ?? connectedAt;
        var tlsLatency = _certificates.ShownAt - (implicitTls ? connectedAt : tlsBegan);

        if (implicitTls)
        {
            ReportTls(client, failure, tlsLatency);
        }

        if (implicitTls && _certificates.Certificate is null && failure is not null)
        {
            return false;
        }

        if (logger.Greeting is not { } greeting)
        {
            _report.Fail(ProtocolCheck.Greeting, readyAt - connectedAt, failure is null ? "No greeting came." : Say(failure),
                implicitTls ? "See the server's log." : "Check that this port speaks the protocol without TLS at first; ports 465, 993 and 995 need -TlsMode Implicit.");
            return false;
        }

        var greetingLatency = greeting.At - (implicitTls ? _certificates.ShownAt ?? connectedAt : connectedAt);
        var good = endpoint.Protocol switch
        {
            MailProtocol.Imap => greeting.Text.StartsWith("* OK", StringComparison.OrdinalIgnoreCase) || greeting.Text.StartsWith("* PREAUTH", StringComparison.OrdinalIgnoreCase),
            MailProtocol.Pop3 => greeting.Text.StartsWith("+OK", StringComparison.OrdinalIgnoreCase),
            _ => greeting.Text.StartsWith("220", StringComparison.Ordinal),
        };
        if (!good)
        {
            _report.Fail(ProtocolCheck.Greeting, greetingLatency, $"The server greets with: {greeting.Text}",
                "Check that this port speaks this protocol and that the server takes connections from here.");
            return false;
        }

        _report.Success(ProtocolCheck.Greeting, greetingLatency, greeting.Text);
        if (!implicitTls)
        {
            ReportTls(client, failure, tlsLatency);
        }

        if (failure is not null)
        {
            if (failure is not SslHandshakeException)
            {
                _report.Fail(ProtocolCheck.Capabilities, readyAt - greeting.At, Say(failure), "See the server's log.");
            }

            return false;
        }

        _report.Success(ProtocolCheck.Capabilities, readyAt - (_certificates.ShownAt > greeting.At ? _certificates.ShownAt : greeting.At), Capabilities(client));
        ReportMechanisms(client);
        return true;
    }

    private void ReportTls(MailService client, Exception? failure, TimeSpan? latency)
    {
        if (client.IsSecure)
        {
            var detail = $"{client.SslProtocol}, {client.SslCipherSuite}";
#pragma warning disable SYSLIB0039, CA5397 // Named only to warn about them.
            if (client.SslProtocol is SslProtocols.Tls or SslProtocols.Tls11)
#pragma warning restore SYSLIB0039, CA5397
            {
                _report.Warn(ProtocolCheck.Tls, latency, detail, "Enable TLS 1.2 and 1.3 on the server; older versions are withdrawn (RFC 8996).");
            }
            else
            {
                _report.Success(ProtocolCheck.Tls, latency, detail);
            }

            ReportCertificate();
        }
        else if (failure is not null && (endpoint.TlsMode == MailTlsMode.Implicit || failure is SslHandshakeException))
        {
            _report.Fail(ProtocolCheck.Tls, null, Say(failure),
                endpoint.TlsMode == MailTlsMode.Implicit ? "Check that this port speaks TLS from the start; ports 25, 587, 143 and 110 need -TlsMode StartTls." : "Check the server's certificate and TLS settings.");
        }
        else if (endpoint.TlsMode == MailTlsMode.None)
        {
            _report.Skip(ProtocolCheck.Tls, "Plaintext was asked for.");
        }
        else if (failure is null && endpoint.Protocol == MailProtocol.Smtp)
        {
            _report.Warn(ProtocolCheck.Tls, null, "STARTTLS is not offered.", "Give the server a certificate and enable STARTTLS, so that mail from other servers is encrypted.");
        }
        else if (failure is null)
        {
            _report.Fail(ProtocolCheck.Tls, null, "STARTTLS is not offered: passwords and mail travel in plaintext.", "Give the server a certificate and enable STARTTLS, or close this port (RFC 8314).");
        }
    }

    private void ReportCertificate()
    {
        if (_certificates.Certificate is not { } certificate)
        {
            return;
        }

        var now = time.GetUtcNow();
        var ends = new DateTimeOffset(certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero);
        var days = (int)Math.Floor((ends - now).TotalDays);
        var detail = string.Create(CultureInfo.InvariantCulture,
            $"{certificate.GetNameInfo(System.Security.Cryptography.X509Certificates.X509NameType.SimpleName, false)}, ends {ends:yyyy-MM-dd} ({days} days)");
        if (_certificates.IsPinned)
        {
            detail += ", pinned";
        }

        if (ends <= now)
        {
            _report.Fail(ProtocolCheck.Certificate, null, $"The certificate ended on {ends.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}.", "Renew it.");
        }
        else if (!_certificates.IsTrusted && request.SkipCertificateCheck)
        {
            _report.Warn(ProtocolCheck.Certificate, null, $"{detail}. {_certificates.Describe()}", "Its check was skipped; mail clients will ask or refuse.");
        }
        else if (!_certificates.IsTrusted)
        {
            _report.Fail(ProtocolCheck.Certificate, null, $"{detail}. {_certificates.Describe()}",
                $"Use a certificate for {request.ComputerName} from a trusted authority; to go on with this one: -CertificateThumbprint {certificate.GetCertHashString(HashAlgorithmName.SHA256)}");
        }
        else if (days < ExpiryWarningDays)
        {
            _report.Warn(ProtocolCheck.Certificate, null, detail, "Renew it now.");
        }
        else
        {
            _report.Success(ProtocolCheck.Certificate, null, detail);
        }
    }

    private void ReportMechanisms(MailService client)
    {
        var mechanisms = client.AuthenticationMechanisms.Order(StringComparer.Ordinal).ToList();
        switch (client)
        {
            case ImapClient imap when !imap.Capabilities.HasFlag(ImapCapabilities.LoginDisabled):
                mechanisms.Add("LOGIN command");
                break;
            case Pop3Client pop3 when pop3.Capabilities.HasFlag(Pop3Capabilities.User):
                mechanisms.Add("USER/PASS");
                break;
        }

        var list = string.Join(", ", mechanisms);
        var inPlaintext = !client.IsSecure && !System.Net.IPAddress.IsLoopback(_report.Address!)
            && mechanisms.Any(m => m is "PLAIN" or "LOGIN" or "LOGIN command" or "USER/PASS");
        if (inPlaintext)
        {
            _report.Warn(ProtocolCheck.Authentication, null, $"{list}, without TLS", "Offer passwords only after TLS (RFC 8314 §4).");
        }
        else if (mechanisms.Count > 0)
        {
            _report.Success(ProtocolCheck.Authentication, null, list);
        }
        else if (endpoint.Protocol == MailProtocol.Smtp)
        {
            _report.Success(ProtocolCheck.Authentication, null, "none, as is usual at this port");
        }
        else
        {
            _report.Fail(ProtocolCheck.Authentication, null, "No way to log in is offered.", "Enable AUTH on this port, over TLS.");
        }
    }

    private static string Capabilities(MailService client)
    {
        var text = client switch
        {
            ImapClient imap => imap.Capabilities.ToString(),
            Pop3Client pop3 => pop3.Capabilities.ToString(),
            _ => ((SmtpClient)client).Capabilities.ToString(),
        };
        return text == "None" ? "none" : text;
    }
}
