using MailAdmin.Protocol.Imap;
using MailAdmin.Store;
using MailAdmin.Store.Search;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>SELECT and EXAMINE, with CONDSTORE and QRESYNC. RFC 9051 §6.3.2, RFC 7162 §3.1.8 and §3.2.5.</summary>
internal sealed class SelectCommand(bool readOnly) : ImapCommand(readOnly ? "EXAMINE" : "SELECT", ImapStates.LoggedIn)
{
    public override async ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        args.Space().Mailbox(out var name);
        var condStore = false;
        SelectResync? resync = null;
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

        var selected = await OpenAsync(session, folder);
        session.Select(selected);
        // Whoever selects a folder may come to search it.
        (session.Store as ITextSearchable)?.TextSearch.Request(folder.Id);
        Tell(session, selected);
        if (resync is not null && resync.UidValidity == selected.View.UidValidity && resync.ModSeq < selected.View.HighestModSeq)
        {
            await TellSinceAsync(session, selected, resync);
        }

        return ImapResult.Ok(readOnly ? "READ-ONLY" : "READ-WRITE");
    }

    private async ValueTask<SelectedFolder> OpenAsync(ImapSession session, FolderRecord folder)
    {
        // Watched before it is read, so that no change falls between.
        var watch = session.Store.Watch(folder.Id, session.OnChange);
        try
        {
            // RFC 3501 §6.3.2: EXAMINE must not take \Recent from who selects later.
            var firstRecent = session.Rev2 ? uint.MaxValue
                : readOnly ? await session.Store.Messages.PeekRecentAsync(folder.Id)
                : await session.Store.Messages.ClaimRecentAsync(folder.Id);
            var view = await session.Store.Messages.GetSnapshotAsync(folder.Id);
            return new SelectedFolder(folder, view, readOnly) { Watch = watch, Recent = UidSet.Range(firstRecent, view.UidNext - 1) };
        }
        catch
        {
            // The folder went meanwhile, or cannot be read.
            watch.Dispose();
            throw;
        }
    }

    private static void ReadParameters(ImapSession session, ImapDecoder args, ref bool condStore, ref SelectResync? resync)
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
                resync = SelectResync.Read(args);
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
        encoder.Raw("] Next UID\r\n"u8);
        if (session.Context.Offers("CONDSTORE"))
        {
            encoder.Raw("* OK [HIGHESTMODSEQ "u8);
            encoder.Number(view.HighestModSeq);
            encoder.Raw("] Highest\r\n"u8);
        }

        if (session.Context.Offers("OBJECTID"))
        {
            encoder.Raw("* OK [MAILBOXID ("u8);
            encoder.Text(selected.Folder.Id.ToString());
            encoder.Raw(")] Object id\r\n"u8);
        }

        if (session.Rev2)
        {
            encoder.Raw("* LIST () \"/\" "u8);
            encoder.Mailbox(selected.Folder.Name, utf8: true);
            encoder.Crlf();
        }

        encoder.Commit();
    }

    /// <summary>What went and what changed since the client was last here.</summary>
    private static async ValueTask TellSinceAsync(ImapSession session, SelectedFolder selected, SelectResync resync)
    {
        var view = selected.View;
        var known = resync.KnownUids is null ? UidSet.Range(1, view.UidNext - 1) : UidSets.ToUidSet(resync.KnownUids, view.UidNext - 1);
        var expunged = await session.GoneEarlierAsync(selected, resync.ModSeq);
        if (resync.LastMatch(view) is > 0 and var matched)
        {
            expunged = matched == uint.MaxValue ? UidSet.Empty : expunged.Intersect(UidSet.Range(matched + 1, uint.MaxValue));
        }

        await session.TellVanishedAsync(expunged.Intersect(known), earlier: true);
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
