using MailAdmin.Protocol.Imap;
using MailAdmin.Store;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>CLOSE: expunges without telling, then leaves the folder. RFC 9051 §6.4.1.</summary>
internal sealed class CloseCommand() : ImapCommand("CLOSE", ImapStates.Selected)
{
    public override async ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        if (args.End().Failed)
        {
            return ImapResult.Bad(args.Error);
        }

        string? code = null;
        var selected = session.Selected!;
        if (!selected.IsReadOnly)
        {
            var result = await session.Store.Messages.ExpungeAsync(selected.Folder.Id, null, onlyDeleted: true);
            if (session.QResync && !result.Expunged.IsEmpty)
            {
                code = await CodeAsync(session, selected, result);
            }
        }

        session.Unselect();
        return ImapResult.Ok(code);
    }

    /// <summary>
    /// RFC 7162 §3.2.8: the mod-sequence goes with the reply, but only where the client then knows all there is up to it: what other sessions
    /// changed and this one was not told of must be found at the next resynchronisation.
    /// </summary>
    private static async ValueTask<string?> CodeAsync(ImapSession session, SelectedFolder selected, ExpungeResult result)
    {
        var latest = await session.Store.Messages.GetSnapshotAsync(selected.Folder.Id);
        var difference = selected.View.Compare(latest);
        // The client takes those it knows to be \Deleted for gone: one that another session marked is not among them.
        var isKnown = result.Expunged.All(uid => selected.View.IndexOf(uid) is >= 0 and var index && selected.View[index].Flags.Has(MessageFlags.Deleted));
        return isKnown && difference.Added.IsEmpty && difference.Changed.IsEmpty && difference.Expunged.Except(result.Expunged).IsEmpty
            ? $"HIGHESTMODSEQ {latest.HighestModSeq}"
            : null;
    }
}
