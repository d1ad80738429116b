using System.Net;

namespace MailAdmin;

/// <summary>What is spoken at an endpoint or by a session.</summary>
public enum MailProtocol
{
    /// <summary>Mail from other servers (port 25). RFC 5321.</summary>
    Smtp,
    /// <summary>Mail from this server's own users (587; with implicit TLS 465). RFC 6409, RFC 8314.</summary>
    Submission,
    /// <summary>Mail kept on the server (143, 993). RFC 9051, RFC 3501.</summary>
    Imap,
    /// <summary>Mail fetched from the server (110, 995). RFC 1939.</summary>
    Pop3,
}

/// <summary>How an endpoint comes to TLS.</summary>
public enum MailTlsMode
{
    /// <summary>Plaintext only.</summary>
    None,
    /// <summary>Plaintext first, upgraded by STARTTLS or STLS.</summary>
    StartTls,
    /// <summary>TLS from the first octet. RFC 8314.</summary>
    Implicit,
}

/// <summary>One address and port that a server listens on.</summary>
/// <param name="Protocol">What is spoken there.</param>
/// <param name="Address">The local address.</param>
/// <param name="Port">The port in use; never 0 on a running server.</param>
/// <param name="TlsMode">How it comes to TLS.</param>
public sealed record MailEndpoint(MailProtocol Protocol, string Address, int Port, MailTlsMode TlsMode)
{
    /// <summary>The field's name for it: smtp, submission, submissions, imap, imaps, pop3, pop3s.</summary>
    public string Service => Protocol switch
    {
        MailProtocol.Smtp => "smtp",
        MailProtocol.Submission => TlsMode == MailTlsMode.Implicit ? "submissions" : "submission",
        MailProtocol.Imap => TlsMode == MailTlsMode.Implicit ? "imaps" : "imap",
        _ => TlsMode == MailTlsMode.Implicit ? "pop3s" : "pop3",
    };

    /// <summary>The address to reach it by on this machine: where it listens on every address, the loopback one of that family.</summary>
    // Some systems connect to 0.0.0.0 as to themselves; Windows does not.
    public string GetLocalAddress() => !IPAddress.TryParse(Address, out var ip) ? Address
        : ip.Equals(IPAddress.Any) ? IPAddress.Loopback.ToString()
        : ip.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback.ToString()
        : Address;

    /// <summary><c>imaps 127.0.0.1:2993</c></summary>
    public override string ToString() => $"{Service} {(IPAddress.TryParse(Address, out var ip) ? new IPEndPoint(ip, Port).ToString() : $"{Address}:{Port}")}";
}
