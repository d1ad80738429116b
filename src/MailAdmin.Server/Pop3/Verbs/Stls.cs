using System.Security.Authentication;

namespace MailAdmin.Server.Pop3.Verbs;

/// <summary>STLS: begins TLS and begins anew. RFC 2595 §4.</summary>
internal sealed class Stls : IPop3Command
{
    public async ValueTask<Pop3Next> RunAsync(Pop3Session session, ReadOnlyMemory<byte> argument)
    {
        var connection = session.Connection;
        if (!argument.IsEmpty)
        {
            return session.ReplyBad("-ERR STLS takes no argument");
        }

        if (connection.IsSecure || !connection.CanUpgradeToTls || !session.Context.Offers(Capabilities.Stls))
        {
            return session.ReplyBad(connection.IsSecure ? "-ERR TLS is on already" : "-ERR TLS is not offered here");
        }

        if (session.Input.HasBuffered)
        {
            // Said in plaintext, perhaps by somebody else (CVE-2011-0411): thrown away, and the session ends.
            session.Reply("-ERR Nothing may follow STLS, closing");
            return Pop3Next.Close;
        }

        session.Reply("+OK Begin TLS");
        await connection.Output.FlushAsync();
        session.Input.Release();
        session.UserName = null;
        long injected;
        try
        {
            injected = await connection.UpgradeToTlsAsync(connection.Aborted);
        }
        catch (AuthenticationException)
        {
            // No handshake, no session; the connection's log has the cause.
            return Pop3Next.Close;
        }

        if (injected > 0)
        {
            session.Reply("-ERR Nothing may follow STLS, closing");
            return Pop3Next.Close;
        }

        return Pop3Next.Continue;
    }
}
