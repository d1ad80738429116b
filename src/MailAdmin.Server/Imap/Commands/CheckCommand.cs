using MailAdmin.Protocol.Imap;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>CHECK, of IMAP4rev1: everything is on disk already. RFC 3501 §6.4.1.</summary>
internal sealed class CheckCommand() : ImapCommand("CHECK", ImapStates.Selected, ImapSync.Full)
{
    public override ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args) =>
        new(args.End().Failed ? ImapResult.Bad(args.Error) : ImapResult.Done);
}
