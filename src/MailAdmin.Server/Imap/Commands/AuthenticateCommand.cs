using MailAdmin.Protocol.Imap;
using MailAdmin.Server.Sasl;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>AUTHENTICATE, with SASL-IR. RFC 9051 §6.2.2, RFC 4959.</summary>
internal sealed class AuthenticateCommand() : ImapCommand("AUTHENTICATE", ImapStates.NotAuthenticated)
{
    public override bool HasSecret => true;

    public override async ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        args.Space().Atom(out string mechanism);
        byte[]? initial = null;
        if (args.Take((byte)' '))
        {
            args.AString(out ReadOnlyMemory<byte> octets);
            initial = octets.ToArray();
        }

        if (args.End().Failed)
        {
            return ImapResult.Bad(args.Error);
        }

        if (!SaslExchange.TryBegin(session.Context, session.Connection, mechanism, out var exchange, out var needsTls))
        {
            return needsTls ? ImapResult.No("Use STARTTLS first", "PRIVACYREQUIRED") : ImapResult.No("Mechanism is not supported", "CANNOT");
        }

        var aborted = session.Connection.Aborted;
        var reply = await exchange.StartAsync(initial is null ? (ReadOnlyMemory<byte>?)null : initial, aborted);
        while (reply.Kind == SaslReplyKind.Challenge)
        {
            session.Continue(reply.Challenge!);
            if (await session.ReadLineAsync(SaslExchange.MaxLine) is not { } line)
            {
                exchange.Abandon();
                return ImapResult.Answered;
            }

            reply = await exchange.NextAsync(line, aborted);
        }

        return reply.Kind switch
        {
            SaslReplyKind.Succeeded => session.Finish(AuthenticationStatus.Succeeded, reply.Mailbox),
            SaslReplyKind.Disabled => session.Finish(AuthenticationStatus.Disabled, null),
            SaslReplyKind.TemporaryFailure => session.Finish(AuthenticationStatus.TemporaryFailure, null),
            SaslReplyKind.Cancelled => ImapResult.Bad("Cancelled"),
            SaslReplyKind.Malformed => ImapResult.Bad("Malformed response"),
            _ => session.Finish(AuthenticationStatus.Failed, null),
        };
    }
}
