using MailAdmin.Protocol.Imap;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>UNSELECT. RFC 3691, RFC 9051 §6.4.2.</summary>
internal sealed class UnselectCommand() : ImapCommand("UNSELECT", ImapStates.Selected, ImapSync.None, "UNSELECT")
{
    public override ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        if (args.End().Failed)
        {
            return new(ImapResult.Bad(args.Error));
        }

        session.Unselect();
        return new(ImapResult.Done);
    }
}
