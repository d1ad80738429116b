using MailAdmin.Protocol.Imap;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>STARTTLS. RFC 9051 §6.2.1.</summary>
internal sealed class StartTlsCommand() : ImapCommand("STARTTLS", ImapStates.NotAuthenticated, capability: "STARTTLS")
{
    public override async ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        if (args.End().Failed)
        {
            return ImapResult.Bad(args.Error);
        }

        if (!session.Connection.CanUpgradeToTls)
        {
            return ImapResult.Bad(session.Connection.IsSecure ? "TLS is on already" : "TLS is not available");
        }

        await session.UpgradeToTlsAsync();
        return ImapResult.Answered;
    }
}
