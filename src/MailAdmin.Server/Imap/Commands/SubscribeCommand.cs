using MailAdmin.Protocol.Imap;
using MailAdmin.Store;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>SUBSCRIBE and UNSUBSCRIBE: names, whether a folder has them or not. RFC 9051 §6.3.7 and §6.3.8.</summary>
internal sealed class SubscribeCommand(bool subscribe) : ImapCommand(subscribe ? "SUBSCRIBE" : "UNSUBSCRIBE", ImapStates.LoggedIn, ImapSync.Full)
{
    public override async ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        args.Space().Mailbox(out var name);
        if (args.End().Failed)
        {
            return ImapResult.Bad(args.Error);
        }

        if (name.Length > 1 && name[^1] == FolderName.Separator)
        {
            name = name[..^1];
        }

        if (!FolderName.TryNormalize(name, out var normalized))
        {
            return ImapResult.No("Mailbox name is not allowed", "CANNOT");
        }

        await session.Store.Folders.SubscribeAsync(session.Mailbox!.Id, normalized, subscribe);
        return ImapResult.Done;
    }
}
