using MailAdmin.Protocol.Imap;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>LOGOUT. RFC 9051 §6.1.3.</summary>
internal sealed class LogoutCommand() : ImapCommand("LOGOUT", ImapStates.Any)
{
    public override ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        if (args.End().Failed)
        {
            return new(ImapResult.Bad(args.Error));
        }

        session.End("Logging out");
        return new(ImapResult.Done);
    }
}
