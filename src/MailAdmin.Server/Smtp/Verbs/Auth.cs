using System.Text;
using MailAdmin.Protocol.Lines;
using MailAdmin.Server.Sasl;

namespace MailAdmin.Server.Smtp.Verbs;

/// <summary>AUTH: logs in. RFC 4954 §4.</summary>
internal sealed class Auth : ISmtpCommand
{
    public async ValueTask<SmtpNext> RunAsync(SmtpSession session, ReadOnlyMemory<byte> argument)
    {
        if (!session.IsExtended || !session.Context.Offers(Capabilities.Auth))
        {
            return session.ReplyBad("503 5.5.1 AUTH is not offered here");
        }

        if (session.Mailbox is not null)
        {
            return session.ReplyBad("503 5.5.1 Logged in already");
        }

        var space = argument.Span.IndexOf((byte)' ');
        var name = Encoding.ASCII.GetString(space < 0 ? argument.Span : argument.Span[..space]);
        if (name.Length is 0 or > 20)
        {
            return session.ReplyBad("501 5.5.4 Syntax: AUTH mechanism [initial-response]");
        }

        if (!SaslExchange.TryBegin(session.Context, session.Connection, name, out var exchange, out var needsTls))
        {
            return session.ReplyBad(needsTls ? "538 5.7.11 This mechanism needs TLS" : "504 5.5.4 Mechanism is not known");
        }

        // The line's memory does not outlive the next read.
        ReadOnlyMemory<byte>? initial = space < 0 ? (ReadOnlyMemory<byte>?)null : argument[(space + 1)..].Trim((byte)' ').ToArray();
        var reply = await exchange.StartAsync(initial, session.Connection.Aborted);
        while (reply.Kind == SaslReplyKind.Challenge)
        {
            session.Reply($"334 {reply.Challenge}");
            if (await session.Input.ReadLineAsync(session.Limits.SmtpIdleTimeout) is not { } line)
            {
                return SmtpNext.Close;
            }

            session.Connection.Transcript.Add(TranscriptDirection.Client, "[left out]");
            if (line.Status != LineStatus.Line)
            {
                exchange.Abandon();
                return session.ReplyBad("500 5.5.6 Line too long or with a bare CR or LF");
            }

            reply = await exchange.NextAsync(line.Octets, session.Connection.Aborted);
        }

        return End(session, reply);
    }

    private static SmtpNext End(SmtpSession session, SaslReply reply)
    {
        switch (reply.Kind)
        {
            case SaslReplyKind.Succeeded:
                session.SetMailbox(reply.Mailbox!);
                session.Reply("235 2.7.0 Logged in");
                return SmtpNext.Continue;
            case SaslReplyKind.TemporaryFailure:
                session.Reply("454 4.7.0 Logins cannot be checked now, try again later");
                return SmtpNext.Continue;
            case SaslReplyKind.Cancelled:
                return session.ReplyBad("501 5.7.0 Cancelled");
            case SaslReplyKind.Malformed:
                return session.ReplyBad("501 5.5.2 That is not a response of this mechanism");
        }

        if (++session.LoginFailures >= session.Limits.MaxLoginFailures)
        {
            session.Reply("421 4.7.0 Too many failed logins, closing");
            return SmtpNext.Close;
        }

        session.Reply(reply.Kind == SaslReplyKind.Disabled ? "535 5.7.13 Logins are switched off for this mailbox" : "535 5.7.8 Wrong name or password");
        return SmtpNext.Continue;
    }
}
