using System.Text;
using MailAdmin.Protocol.Lines;
using MailAdmin.Server.Sasl;

namespace MailAdmin.Server.Pop3.Verbs;

/// <summary>AUTH: logs in by SASL. RFC 5034 §4.</summary>
internal sealed class Auth : IPop3Command
{
    public async ValueTask<Pop3Next> RunAsync(Pop3Session session, ReadOnlyMemory<byte> argument)
    {
        var offered = session.Context.Offers("SASL");
        argument = argument.Trim((byte)' ');
        if (argument.IsEmpty)
        {
            // Not in the RFC, and what some clients ask first: the mechanisms, one a line.
            session.Reply("+OK Mechanisms follow");
            foreach (var mechanism in offered ? SaslExchange.Offered(session.Context, session.Connection) : [])
            {
                session.Write(mechanism);
            }

            session.Write(".");
            return Pop3Next.Continue;
        }

        var space = argument.Span.IndexOf((byte)' ');
        var name = Encoding.ASCII.GetString(space < 0 ? argument.Span : argument.Span[..space]);
        if (!offered || name.Length > 20 || !SaslExchange.TryBegin(session.Context, session.Connection, name, out var exchange, out var needsTls))
        {
            return session.ReplyBad("-ERR Mechanism is not offered here");
        }

        // The line's memory does not outlive the next read.
        ReadOnlyMemory<byte>? initial = space < 0 ? (ReadOnlyMemory<byte>?)null : argument[(space + 1)..].Trim((byte)' ').ToArray();
        var reply = await exchange.StartAsync(initial, session.Connection.Aborted);
        while (reply.Kind == SaslReplyKind.Challenge)
        {
            session.Reply($"+ {reply.Challenge}");
            if (await session.Input.ReadLineAsync(session.Limits.Pop3IdleTimeout) is not { } line)
            {
                return Pop3Next.Close;
            }

            session.Connection.Transcript.Add(TranscriptDirection.Client, "[left out]");
            if (line.Status != LineStatus.Line)
            {
                exchange.Abandon();
                return session.ReplyBad("-ERR Line too long or with a bare CR or LF");
            }

            reply = await exchange.NextAsync(line.Octets, session.Connection.Aborted);
        }

        return reply.Kind switch
        {
            SaslReplyKind.Succeeded => await session.OpenAsync(reply.Mailbox!),
            SaslReplyKind.TemporaryFailure => Pass.Unavailable(session),
            SaslReplyKind.Cancelled => session.ReplyBad("-ERR Cancelled"),
            SaslReplyKind.Malformed => session.ReplyBad("-ERR That is not a response of this mechanism"),
            _ => Pass.Fail(session, reply.Kind == SaslReplyKind.Disabled),
        };
    }
}
