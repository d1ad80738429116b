using MailAdmin.Protocol.Imap;
using MailAdmin.Server.Sasl;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>LOGIN. RFC 9051 §6.2.3.</summary>
internal sealed class LoginCommand() : ImapCommand("LOGIN", ImapStates.NotAuthenticated)
{
    public override bool HasSecret => true;

    public override async ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        args.Space().AString(out string user).Space().AString(out string password).End();
        if (args.Failed)
        {
            return ImapResult.Bad(args.Error);
        }

        if (!SaslExchange.AllowsPassword(session.Context, session.Connection))
        {
            return ImapResult.No("Use STARTTLS first", "PRIVACYREQUIRED");
        }

        var outcome = await session.Context.Authenticator.AuthenticateAsync(user, password, session.Connection, session.Connection.Aborted);
        return session.Finish(outcome.Status, outcome.Mailbox);
    }
}
