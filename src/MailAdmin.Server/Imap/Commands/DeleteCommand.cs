using MailAdmin.Protocol.Imap;
using MailAdmin.Store;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>DELETE. RFC 9051 §6.3.5.</summary>
internal sealed class DeleteCommand() : ImapCommand("DELETE", ImapStates.LoggedIn, ImapSync.Full)
{
    public override async ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        args.Space().Mailbox(out var name);
        if (args.End().Failed)
        {
            return ImapResult.Bad(args.Error);
        }

        if (await session.FindFolderAsync(name) is not { } folder)
        {
            return ImapResult.No("No such mailbox", "NONEXISTENT");
        }

        if (folder.Name == FolderName.Inbox)
        {
            return ImapResult.No("INBOX cannot be deleted", "CANNOT");
        }

        await session.Store.Folders.DeleteAsync(folder.Id);
        if (session.Selected?.Folder.Id == folder.Id)
        {
            session.Unselect();
            session.Untagged("OK [CLOSED] Selected mailbox is gone");
        }

        return ImapResult.Done;
    }
}
