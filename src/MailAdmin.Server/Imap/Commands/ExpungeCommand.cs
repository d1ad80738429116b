using MailAdmin.Protocol.Imap;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>EXPUNGE, and UID EXPUNGE of UIDPLUS. RFC 9051 §6.4.3, RFC 4315 §2.1.</summary>
internal sealed class ExpungeCommand(bool uid)
    : ImapCommand(uid ? "UID EXPUNGE" : "EXPUNGE", ImapStates.Selected, ImapSync.Full, uid ? "UIDPLUS" : null)
{
    public override async ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        SequenceSet? set = null;
        if (uid)
        {
            args.Space().SequenceSet(out set);
        }

        if (args.End().Failed)
        {
            return ImapResult.Bad(args.Error);
        }

        var selected = session.Selected!;
        if (selected.IsReadOnly)
        {
            return ImapResult.No("Mailbox is selected read-only", "CANNOT");
        }

        var uids = set is null ? null : selected.Resolve(set, uid: true);
        if (uids is { IsEmpty: true })
        {
            return ImapResult.Done;
        }

        var result = await session.Store.Messages.ExpungeAsync(selected.Folder.Id, uids, onlyDeleted: true);
        if (!session.QResync || result.Expunged.IsEmpty)
        {
            return ImapResult.Done;
        }

        // RFC 7162 §3.2.7: told first, so that the mod-sequence covers nothing the client has not heard.
        await session.SyncAsync(ImapSync.Full);
        return ImapResult.Ok($"HIGHESTMODSEQ {selected.View.HighestModSeq}");
    }
}
