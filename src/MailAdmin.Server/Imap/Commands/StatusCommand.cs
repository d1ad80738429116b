using MailAdmin.Protocol.Imap;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>STATUS. RFC 9051 §6.3.11.</summary>
internal sealed class StatusCommand() : ImapCommand("STATUS", ImapStates.LoggedIn, ImapSync.Full)
{
    public override async ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        args.Space().Mailbox(out var name).Space();
        var items = StatusResponse.Read(session, args);
        if (args.End().Failed)
        {
            return ImapResult.Bad(args.Error);
        }

        if (await session.FindFolderAsync(name) is not { } folder)
        {
            return ImapResult.No("No such mailbox", "NONEXISTENT");
        }

        await StatusResponse.WriteAsync(session, folder, items);
        return ImapResult.Done;
    }
}
