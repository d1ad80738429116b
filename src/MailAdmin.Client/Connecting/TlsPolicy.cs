using System.Net;
using MailAdmin.Errors;
using MailKit.Security;

namespace MailAdmin.Client.Connecting;

/// <summary>
/// Decides how a connection comes to TLS. The rule: a password, or a demand for TLS, never travels in plaintext to another machine;
/// plaintext is taken only where nothing asked for more, and then it is said.
/// </summary>
/// <param name="Options">What MailKit is asked for.</param>
/// <param name="VerifiesCertificate">False on opportunistic TLS to this machine itself, where plaintext would do as well.</param>
internal readonly record struct TlsPolicy(SecureSocketOptions Options, bool VerifiesCertificate)
{
    /// <summary>Decides.</summary>
    /// <exception cref="MailAdminException">Plaintext was asked for together with TLS, or with a login at another machine.</exception>
    public static TlsPolicy Decide(string host, int port, MailTlsMode? mode, bool demanded, bool hasCredential)
    {
        var loopback = IsLoopback(host);
        switch (mode)
        {
            case MailTlsMode.Implicit:
                return new(SecureSocketOptions.SslOnConnect, true);
            case MailTlsMode.StartTls:
                return new(SecureSocketOptions.StartTls, true);
            case MailTlsMode.None when demanded:
                throw new MailAdminException("PlaintextRefused", MailErrorCategory.InvalidArgument,
                    $"-UseSsl demands TLS with {host}, and -TlsMode None forbids it.", host, "Leave out one of them.");
            case MailTlsMode.None when hasCredential && !loopback:
                throw new MailAdminException("PlaintextLoginRefused", MailErrorCategory.InvalidArgument,
                    $"The login would go to {host} in plaintext.", host, "Leave out -TlsMode None, or send without a credential.");
            case MailTlsMode.None:
                return new(SecureSocketOptions.None, true);
        }

        // RFC 8314 §3: TLS from the first octet at these ports; the second row is this server's development ports.
        if (port is 465 or 993 or 995 or 2465 or 2993 or 2995)
        {
            return new(SecureSocketOptions.SslOnConnect, true);
        }

        // A login to this machine itself never leaves it, so the lack of STARTTLS does not forbid it.
        return demanded || (hasCredential && !loopback)
            ? new(SecureSocketOptions.StartTls, true)
            : new(SecureSocketOptions.StartTlsWhenAvailable, !loopback);
    }

    /// <summary>True for this machine's own loopback names and addresses.</summary>
    public static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
