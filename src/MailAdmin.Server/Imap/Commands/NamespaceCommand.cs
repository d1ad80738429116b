using MailAdmin.Protocol.Imap;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>NAMESPACE: one personal namespace, no others. RFC 2342.</summary>
internal sealed class NamespaceCommand() : ImapCommand("NAMESPACE", ImapStates.LoggedIn, ImapSync.Full, "NAMESPACE")
{
    public override ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        if (args.End().Failed)
        {
            return new(ImapResult.Bad(args.Error));
        }

        session.Untagged("NAMESPACE ((\"\" \"/\")) NIL NIL");
        return new(ImapResult.Done);
    }
}
