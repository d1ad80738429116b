using MailAdmin.Protocol.Imap;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>IDLE. RFC 2177, RFC 9051 §6.3.13. Allowed with no folder selected, where nothing comes.</summary>
internal sealed class IdleCommand() : ImapCommand("IDLE", ImapStates.LoggedIn, ImapSync.Full, "IDLE")
{
    public override ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args) =>
        args.End().Failed ? new(ImapResult.Bad(args.Error)) : session.IdleAsync();
}
