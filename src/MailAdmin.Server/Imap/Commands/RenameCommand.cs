using MailAdmin.Protocol.Imap;
using MailAdmin.Store;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>RENAME, of a folder and all below it, also of a name that is only a parent. RFC 9051 §6.3.6.</summary>
internal sealed class RenameCommand() : ImapCommand("RENAME", ImapStates.LoggedIn, ImapSync.Full)
{
    public override async ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        args.Space().Mailbox(out var from).Space().Mailbox(out var to);
        if (args.End().Failed)
        {
            return ImapResult.Bad(args.Error);
        }

        if (to.Length > 1 && to[^1] == FolderName.Separator)
        {
            to = to[..^1];
        }

        var folder = await session.FindFolderAsync(from);
        if (folder is null && !FolderName.TryNormalize(from, out from))
        {
            return ImapResult.No("No such mailbox", "NONEXISTENT");
        }

        if (!FolderName.TryNormalize(to, out to))
        {
            return ImapResult.No("Mailbox name is not allowed", "CANNOT");
        }

        if (folder is not null)
        {
            await session.Store.Folders.RenameAsync(folder.Id, to);
        }
        else
        {
            await session.Store.Folders.RenameParentAsync(session.Mailbox!.Id, from, to);
        }

        return ImapResult.Done;
    }
}
