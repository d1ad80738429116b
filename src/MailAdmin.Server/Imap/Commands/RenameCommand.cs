using MailAdmin.Protocol.Imap;
using MailAdmin.Store;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>RENAME, of a folder and all below it. RFC 9051 §6.3.6.</summary>
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

        if (await session.FindFolderAsync(from) is not { } folder)
        {
            return ImapResult.No("No such mailbox", "NONEXISTENT");
        }

        if (!FolderName.TryNormalize(to, out var normalized))
        {
            return ImapResult.No("Mailbox name is not allowed", "CANNOT");
        }

        await session.Store.Folders.RenameAsync(folder.Id, normalized);
        return ImapResult.Done;
    }
}
