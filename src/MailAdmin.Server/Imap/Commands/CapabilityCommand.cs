using MailAdmin.Protocol.Imap;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>CAPABILITY. RFC 9051 §6.1.1.</summary>
internal sealed class CapabilityCommand() : ImapCommand("CAPABILITY", ImapStates.Any)
{
    public override ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        if (args.End().Failed)
        {
            return new(ImapResult.Bad(args.Error));
        }

        session.Untagged(ImapCapabilities.For(session));
        return new(ImapResult.Done);
    }
}
