using MailAdmin.Protocol.Imap;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>NOOP: the client asks what is new. RFC 9051 §6.1.2.</summary>
internal sealed class NoopCommand() : ImapCommand("NOOP", ImapStates.Any, ImapSync.Full)
{
    public override ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args) =>
        new(args.End().Failed ? ImapResult.Bad(args.Error) : ImapResult.Done);
}
