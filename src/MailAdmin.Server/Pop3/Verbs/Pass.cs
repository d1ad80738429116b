using System.Text;
using MailAdmin.Server.Sasl;

namespace MailAdmin.Server.Pop3.Verbs;

/// <summary>PASS: the password, spaces and all; logs in. RFC 1939 §7.</summary>
internal sealed class Pass : IPop3Command
{
    public async ValueTask<Pop3Next> RunAsync(Pop3Session session, ReadOnlyMemory<byte> argument)
    {
        if (session.UserName is not { } name)
        {
            return session.ReplyBad("-ERR Send USER first");
        }

        session.UserName = null;
        if (argument.IsEmpty || !System.Text.Unicode.Utf8.IsValid(argument.Span))
        {
            return session.ReplyBad("-ERR PASS takes a password");
        }

        var outcome = await session.Context.Authenticator.AuthenticateAsync(
            name, Encoding.UTF8.GetString(argument.Span), session.Connection, session.Connection.Aborted);
        return outcome.Status switch
        {
            AuthenticationStatus.Succeeded => await session.OpenAsync(outcome.Mailbox!),
            AuthenticationStatus.TemporaryFailure => Unavailable(session),
            _ => Fail(session, outcome.Status == AuthenticationStatus.Disabled),
        };
    }

    /// <summary>A login failed. RFC 3206 §4.</summary>
    public static Pop3Next Fail(Pop3Session session, bool disabled)
    {
        if (++session.LoginFailures >= session.Limits.MaxLoginFailures)
        {
            session.Reply("-ERR [AUTH] Too many failed logins, closing");
            return Pop3Next.Close;
        }

        session.Reply(disabled ? "-ERR [AUTH] Logins are switched off for this mailbox" : "-ERR [AUTH] Wrong name or password");
        return Pop3Next.Continue;
    }

    /// <summary>The store cannot tell.</summary>
    public static Pop3Next Unavailable(Pop3Session session)
    {
        session.Reply("-ERR [SYS/TEMP] Logins cannot be checked now, try again later");
        return Pop3Next.Continue;
    }
}
