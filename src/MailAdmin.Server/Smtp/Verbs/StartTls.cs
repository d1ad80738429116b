using System.Security.Authentication;

namespace MailAdmin.Server.Smtp.Verbs;

/// <summary>STARTTLS: begins TLS and begins anew. RFC 3207 §4.</summary>
internal sealed class StartTls : ISmtpCommand
{
    public async ValueTask<SmtpNext> RunAsync(SmtpSession session, ReadOnlyMemory<byte> argument)
    {
        var connection = session.Connection;
        if (!argument.IsEmpty)
        {
            return session.ReplyBad("501 5.5.4 STARTTLS takes no argument");
        }

        if (connection.IsSecure)
        {
            return session.ReplyBad("503 5.5.1 TLS is on already");
        }

        if (!connection.CanUpgradeToTls || !session.Context.Offers(Capabilities.StartTls))
        {
            return session.ReplyBad("502 5.5.1 TLS is not offered here");
        }

        if (session.Input.HasBuffered)
        {
            // Whatever came in the same breath was said in plaintext, perhaps by somebody else (CVE-2011-0411): it is thrown away and the session ends.
            session.Reply("421 4.7.0 Nothing may follow STARTTLS, closing");
            return SmtpNext.Close;
        }

        session.Reply("220 2.0.0 Begin TLS");
        await connection.Output.FlushAsync();
        session.Input.Release();
        long injected;
        try
        {
            injected = await connection.UpgradeToTlsAsync(connection.Aborted);
        }
        catch (AuthenticationException)
        {
            // No handshake, no session; the connection's log has the cause.
            return SmtpNext.Close;
        }

        if (injected > 0)
        {
            session.Reply("421 4.7.0 Nothing may follow STARTTLS, closing");
            return SmtpNext.Close;
        }

        session.Restart();
        return SmtpNext.Continue;
    }
}
