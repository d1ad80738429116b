using System.Security.Authentication;
using MailAdmin.Server.Sasl;
using MailAdmin.Store;

namespace MailAdmin.Server.Imap;

/// <summary>What LOGIN, AUTHENTICATE, STARTTLS and COMPRESS change in the session.</summary>
internal sealed partial class ImapSession
{
    private int _loginFailures;

    /// <summary>COMPRESS=DEFLATE is on.</summary>
    public bool IsCompressed { get; private set; }

    /// <summary>The reply to the end of a login. RFC 5530 §3 for the codes.</summary>
    public ImapResult Finish(AuthenticationStatus status, MailboxRecord? mailbox)
    {
        if (status == AuthenticationStatus.Succeeded && mailbox is not null)
        {
            LogIn(mailbox);
            return ImapResult.Ok(ImapCapabilities.For(this), "Logged in");
        }

        if (++_loginFailures >= Connection.Limits.MaxLoginFailures)
        {
            End("Too many failed logins");
        }

        return status switch
        {
            AuthenticationStatus.Disabled => ImapResult.No("Logins are switched off for this mailbox", "CONTACTADMIN"),
            AuthenticationStatus.TemporaryFailure => ImapResult.No("Cannot check logins now, try again", "UNAVAILABLE"),
            _ => ImapResult.No("Wrong name or password", "AUTHENTICATIONFAILED"),
        };
    }

    /// <summary>Answers OK and begins TLS; nothing that came in plaintext behind the command survives.</summary>
    public async ValueTask UpgradeToTlsAsync()
    {
        var injected = HasInput;
        Reply(_tag, "OK", null, "Begin TLS");
        await FlushAsync();
        Release();
        try
        {
            injected |= await Connection.UpgradeToTlsAsync(Connection.Aborted) > 0;
        }
        catch (AuthenticationException)
        {
            // The handshake failed: there is no channel left to say it on.
            _ended = true;
            return;
        }

        if (injected)
        {
            // RFC 9051 §6.2.1: input behind STARTTLS is discarded; who sent it tried to inject commands (CVE-2011-0411).
            End("Input behind STARTTLS");
        }
    }

    /// <summary>Answers OK and compresses from then on. RFC 4978.</summary>
    public async ValueTask CompressAsync()
    {
        Reply(_tag, "OK", null, "Compression is on");
        await FlushAsync();
        Release();
        Connection.StartCompression();
        IsCompressed = true;
    }
}
