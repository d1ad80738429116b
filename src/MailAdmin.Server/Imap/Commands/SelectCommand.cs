using MailAdmin.Protocol.Imap;
using MailAdmin.Store;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>SELECT and EXAMINE, with CONDSTORE and QRESYNC. RFC 9051 §6.3.2, RFC 7162 §3.1.8 and §3.2.5.</summary>
internal sealed class SelectCommand(bool readOnly) : ImapCommand(readOnly ? "EXAMINE" : "SELECT", ImapStates.LoggedIn)
{
    private sealed record Resync(uint UidValidity, ulong ModSeq, SequenceSet? KnownUids);

    public override async ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        args.Space().Mailbox(out var name);
        var condStore = false;
        Resync? resync = null;
        if (args.Take((byte)' '))
        {
            ReadParameters(session, args, ref condStore, ref resync);
        }

        if (args.End().Failed)
        {
            return ImapResult.Bad(args.Error);
        }

        // RFC 9051 §6.3.2: the folder selected before is left even where the new one cannot be selected.
        if (session.Selected is not null)
        {
            session.Unselect();
            session.Untagged("OK [CLOSED] Previous mailbox is closed");
        }

        if (await session.FindFolderAsync(name) is not { } folder)
        {
            return ImapResult.No("No such mailbox", "NONEXISTENT");
        }

        if (condStore || resync is not null)
        {
            session.EnableCondStore();
        }

        // Watched before it is read, so that no change falls between.
        var watch = session.Store.Watch(folder.Id, session.OnChange);
        // RFC 3501 §6.3.2: EXAMINE must not take \Recent from who selects later.
        var firstRecent = session.Rev2 ? uint.MaxValue
            : readOnly ? await session.Store.Messages.PeekRecentAsync(folder.Id)
            : await session.Store.Messages.ClaimRecentAsync(folder.Id);
        var view = await session.Store.Messages.GetSnapshotAsync(folder.Id);
        var selected = new SelectedFolder(folder, view, readOnly) { Watch = watch, Recent = UidSet.Range(firstRecent, view.UidNext - 1) };
        session.Select(selected);
        Tell(session, selected);
        if (resync is not null && resync.UidValidity == view.UidValidity && resync.ModSeq < view.HighestModSeq)
        {
            await TellSinceAsync(session, selected, resync);
        }

        return ImapResult.Ok(readOnly ? "READ-ONLY" : "READ-WRITE");
    }

    private static void ReadParameters(ImapSession session, ImapDecoder args, ref bool condStore, ref Resync? resync)
    {
        args.Open();
        do
        {
            if (args.TakeWord("CONDSTORE"u8) && session.Context.Offers("CONDSTORE"))
            {
                condStore = true;
            }
            else if (args.TakeWord("QRESYNC"u8) && session.QResync)
            {
                resync = ReadResync(args);
            }
            else
            {
                // RFC 7162 §3.2.5: QRESYNC without ENABLE QRESYNC is BAD.
                args.Fail("Unknown or not enabled parameter");
            }
        }
        while (args.Take((byte)' '));
        args.Close();
    }

    private static Resync ReadResync(ImapDecoder args)
    {
        args.Space().Open().NonZero(out var uidValidity).Space().Number64(out var modSeq);
        SequenceSet? known = null;
        if (args.Take((byte)' '))
        {
            if (args.Peek() != '(')
            {
                args.SequenceSet(out known);
            }

            // The sequence match data only lets a server that forgets expunges say less; this one remembers them all.
            if (known is null || args.Take((byte)' '))
            {
                args.Open().SequenceSet(out _).Space().SequenceSet(out _).Close();
            }
        }

        if (modSeq == 0 || known is { IsSaved: true } or { HasStar: true })
        {
            args.Fail("Bad QRESYNC parameter");
        }

        args.Close();
        return new Resync(uidValidity, modSeq, known);
    }

    private static void Tell(ImapSession session, SelectedFolder selected)
    {
        var view = selected.View;
        session.TellKeywords(view.Keywords, selected.IsReadOnly);
        var encoder = session.Encode();
        encoder.Raw("* "u8);
        encoder.Number(view.Count);
        encoder.Raw(" EXISTS\r\n"u8);
        if (!session.Rev2)
        {
            encoder.Raw("* "u8);
            encoder.Number(view.CountBetween(selected.Recent));
            encoder.Raw(" RECENT\r\n"u8);
            if (view.UnseenCount > 0)
            {
                encoder.Raw("* OK [UNSEEN "u8);
                encoder.Number(view.FirstUnseen() + 1);
                encoder.Raw("] First unseen\r\n"u8);
            }
        }

        encoder.Raw("* OK [UIDVALIDITY "u8);
        encoder.Number(view.UidValidity);
        encoder.Raw("] UIDs are valid\r\n* OK [UIDNEXT "u8);
        encoder.Number(view.UidNext);
        encoder.Raw("] Next UID\r\n* OK [HIGHESTMODSEQ "u8);
        encoder.Number(view.HighestModSeq);
        encoder.Raw("] Highest\r\n* OK [MAILBOXID ("u8);
        encoder.Text(selected.Folder.Id.ToString());
        encoder.Raw(")] Object id\r\n"u8);
        if (session.Rev2)
        {
            encoder.Raw("* LIST () \"/\" "u8);
            encoder.Mailbox(selected.Folder.Name, utf8: true);
            encoder.Crlf();
        }

        encoder.Commit();
    }

    /// <summary>What went and what changed since the client was last here.</summary>
    private static async ValueTask TellSinceAsync(ImapSession session, SelectedFolder selected, Resync resync)
    {
        var view = selected.View;
        var known = resync.KnownUids is null ? UidSet.Range(1, view.UidNext - 1) : UidSets.ToUidSet(resync.KnownUids, view.UidNext - 1);
        var expunged = await session.Store.Messages.GetExpungedSinceAsync(selected.Folder.Id, resync.ModSeq);
        session.TellVanished(expunged.Intersect(known), earlier: true);
        foreach (var message in view.Enumerate())
        {
            if (message.ModSeq > resync.ModSeq && known.Contains(message.Uid))
            {
                session.TellFlags(selected, message, withUid: true, withFlags: true);
                await session.FlushIfFullAsync();
            }
        }
    }
}
