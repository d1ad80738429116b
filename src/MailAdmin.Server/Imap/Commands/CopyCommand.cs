using MailAdmin.Protocol.Imap;
using MailAdmin.Store;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>COPY, MOVE and their UID forms: whole or not at all. RFC 9051 §6.4.7, RFC 6851, RFC 4315 §3.</summary>
internal sealed class CopyCommand(bool move, bool uid)
    : ImapCommand($"{(uid ? "UID " : "")}{(move ? "MOVE" : "COPY")}", ImapStates.Selected, ImapSync.Full, move ? "MOVE" : null)
{
    public override async ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        args.Space().SequenceSet(out var set).Space().Mailbox(out var name);
        if (args.End().Failed)
        {
            return ImapResult.Bad(args.Error);
        }

        var selected = session.Selected!;
        if (selected.Resolve(set, uid) is not { } uids)
        {
            return ImapResult.Bad("No such message");
        }

        if (move && selected.IsReadOnly)
        {
            return ImapResult.No("Mailbox is selected read-only", "CANNOT");
        }

        if (await session.FindFolderAsync(name) is not { } target)
        {
            // RFC 9051 §6.4.7: the client may create it and try again.
            return ImapResult.No("No such mailbox", FolderName.TryNormalize(name, out _) ? "TRYCREATE" : "CANNOT");
        }

        if (uids.IsEmpty)
        {
            return ImapResult.Done;
        }

        // By sequence number the client counts on each of them; by UID those that are gone are passed over.
        var messages = session.Store.Messages;
        var result = move
            ? await messages.MoveAsync(selected.Folder.Id, uids, target.Id, whole: !uid)
            : await messages.CopyAsync(selected.Folder.Id, uids, target.Id, whole: !uid);
        if (result.Source.IsEmpty)
        {
            return ImapResult.Done;
        }

        var code = session.Context.Offers("UIDPLUS") ? $"COPYUID {result.TargetUidValidity} {result.Source} {result.Target}" : null;
        if (!move)
        {
            return ImapResult.Ok(code);
        }

        // RFC 6851 §4.3: COPYUID comes before the EXPUNGE responses.
        if (code is not null)
        {
            session.Untagged($"OK [{code}] Moved");
        }

        await session.SyncAsync(ImapSync.Full);
        return ImapResult.Ok(session.QResync ? $"HIGHESTMODSEQ {selected.View.HighestModSeq}" : null);
    }
}
