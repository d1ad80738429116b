using MailAdmin.Errors;
using MailAdmin.Store;

namespace MailAdmin.Server.Imap;

/// <summary>Telling the client what changed in its folder.</summary>
internal sealed partial class ImapSession
{
    /// <summary>Ranges of a set written before the output is given the chance to go out: 22 octets each at most.</summary>
    private const int RangesAtOnce = 1000;

    /// <summary>
    /// Tells what changed since <see cref="SelectedFolder.View"/>: messages gone, then the new count, then flags. Where messages went and the
    /// command forbids to say so, all of it waits for the next one: a count cannot be told without them.
    /// </summary>
    public async ValueTask SyncAsync(ImapSync mode)
    {
        if (mode == ImapSync.None || Selected is not { } selected)
        {
            return;
        }

        FolderSnapshot latest;
        try
        {
            latest = await Store.Messages.GetSnapshotAsync(selected.Folder.Id);
        }
        catch (MailAdminException failure) when (failure.ErrorId == "FolderNotFound")
        {
            // RFC 2683 §3.1.3 leaves it open; a client that is told BYE comes back and sees the folders anew.
            End("Selected folder was deleted");
            return;
        }

        if (ReferenceEquals(latest, selected.View))
        {
            return;
        }

        var difference = selected.View.Compare(latest);
        if (mode == ImapSync.WithoutExpunge && !difference.Expunged.IsEmpty)
        {
            selected.Lag(latest);
            // Flags are given out as they stand there, and their names with them.
            TellNewKeywords(selected, latest.Keywords);
            return;
        }

        if (!difference.Added.IsEmpty && !Rev2)
        {
            var first = selected.IsReadOnly
                ? await Store.Messages.PeekRecentAsync(selected.Folder.Id)
                : await Store.Messages.ClaimRecentAsync(selected.Folder.Id);
            selected.Recent = selected.Recent.Union(UidSet.Range(Math.Max(first, difference.Added.First), difference.Added.Last));
        }

        await TellAsync(selected, latest, difference);
    }

    /// <summary>
    /// At the end of a command, to a client that resynchronises by mod-sequences: how far it knows everything, where it may think it knows more, and
    /// again when it does. RFC 7162 §3.1.2.
    /// </summary>
    public void TellCoverage()
    {
        if (CondStore && Selected?.TakeCoverage() is { } modSeq)
        {
            Untagged($"OK [HIGHESTMODSEQ {modSeq}] Everything up to here is told");
        }
    }

    private async ValueTask TellAsync(SelectedFolder selected, FolderSnapshot latest, SnapshotDifference difference)
    {
        var before = selected.View;
        if (!difference.Expunged.IsEmpty)
        {
            await TellExpungedAsync(before, difference.Expunged);
        }

        var changes = new List<MessageState>();
        foreach (var uid in difference.Changed)
        {
            var index = latest.IndexOf(uid);
            if (index >= 0 && !selected.IsOwnChange(latest[index].ModSeq))
            {
                changes.Add(latest[index]);
            }
        }

        var recent = selected.Recent;
        selected.Advance(latest, difference);
        if (!difference.Added.IsEmpty)
        {
            TellCount(selected, latest);
        }
        else if (!Rev2 && !selected.Recent.Equals(recent))
        {
            // RFC 3501 §7.3.2: RECENT comes where the size changed; a client that adds up its sessions' counts would be out otherwise.
            TellRecent(selected, latest);
        }

        TellNewKeywords(selected, latest.Keywords);
        foreach (var message in changes)
        {
            TellFlags(selected, message, withUid: NamesUids, withFlags: true);
            await FlushIfFullAsync();
        }
    }

    /// <summary>VANISHED where QRESYNC is on, else EXPUNGE for each. RFC 7162 §3.2.10, RFC 9051 §7.5.1.</summary>
    private async ValueTask TellExpungedAsync(FolderSnapshot before, UidSet expunged)
    {
        if (QResync)
        {
            await TellVanishedAsync(expunged, earlier: false);
            return;
        }

        var gone = 0;
        foreach (var uid in expunged)
        {
            var index = before.IndexOf(uid);
            if (index >= 0)
            {
                TellExpunge((uint)(index + 1 - gone++));
                await FlushIfFullAsync();
            }
        }
    }

    private void TellExpunge(uint sequence)
    {
        var encoder = Encode();
        encoder.Raw("* "u8);
        encoder.Number(sequence);
        encoder.Raw(" EXPUNGE\r\n"u8);
        encoder.Commit();
    }

    /// <summary>
    /// UIDs that went after a mod-sequence and that the view does not have. What went since the view was taken the client counts: that is told
    /// with the next VANISHED, not as EARLIER, or its numbers would be out.
    /// </summary>
    public async ValueTask<UidSet> GoneEarlierAsync(SelectedFolder selected, ulong modSeq)
    {
        var gone = await Store.Messages.GetExpungedSinceAsync(selected.Folder.Id, modSeq);
        // Asked second, so that it has all that the first answer had.
        var later = await Store.Messages.GetExpungedSinceAsync(selected.Folder.Id, selected.View.HighestModSeq);
        return gone.Except(later);
    }

    /// <summary><c>* VANISHED (EARLIER) 1:4,7</c></summary>
    public async ValueTask TellVanishedAsync(UidSet uids, bool earlier)
    {
        if (uids.IsEmpty)
        {
            return;
        }

        Write(earlier ? "* VANISHED (EARLIER) "u8 : "* VANISHED "u8);
        for (var from = 0; from < uids.Ranges.Length; from += RangesAtOnce)
        {
            TellRanges(uids, from);
            await FlushIfFullAsync();
        }

        Write("\r\n"u8);
    }

    private void TellRanges(UidSet uids, int from)
    {
        var encoder = Encode();
        UidSets.Write(ref encoder, uids, from, RangesAtOnce);
        encoder.Commit();
    }

    private void TellCount(SelectedFolder selected, FolderSnapshot latest)
    {
        var encoder = Encode();
        encoder.Raw("* "u8);
        encoder.Number(latest.Count);
        encoder.Raw(" EXISTS\r\n"u8);
        encoder.Commit();
        if (!Rev2)
        {
            TellRecent(selected, latest);
        }
    }

    private void TellRecent(SelectedFolder selected, FolderSnapshot latest)
    {
        var encoder = Encode();
        encoder.Raw("* "u8);
        encoder.Number(latest.CountBetween(selected.Recent));
        encoder.Raw(" RECENT\r\n"u8);
        encoder.Commit();
    }

    /// <summary>Tells of keywords that the client has not heard of yet; before the first FETCH that has one.</summary>
    public void TellNewKeywords(SelectedFolder selected, FolderKeywords keywords)
    {
        if (keywords.Count > selected.Keywords.Count)
        {
            selected.Keywords = keywords;
            TellKeywords(keywords, selected.IsReadOnly);
        }
    }

    /// <summary>FLAGS and PERMANENTFLAGS, at SELECT and when a keyword came that the client does not know.</summary>
    public void TellKeywords(FolderKeywords keywords, bool isReadOnly)
    {
        var encoder = Encode();
        encoder.Raw("* FLAGS "u8);
        ImapFlags.WriteAll(ref encoder, keywords, permanent: false);
        encoder.Raw("\r\n* OK [PERMANENTFLAGS "u8);
        if (isReadOnly)
        {
            encoder.Raw("()] No flag can be changed\r\n"u8);
        }
        else
        {
            ImapFlags.WriteAll(ref encoder, keywords, permanent: true);
            encoder.Raw("] Flags that are kept\r\n"u8);
        }

        encoder.Commit();
    }

    /// <summary>
    /// <c>* 3 FETCH (UID 7 FLAGS (\Seen) MODSEQ (12))</c> of a message in the view; nothing where there is nothing to say.
    /// </summary>
    public void TellFlags(SelectedFolder selected, in MessageState message, bool withUid, bool withFlags)
    {
        var sequence = selected.SequenceOf(message.Uid);
        if (sequence == 0 || !withFlags && !CondStore)
        {
            return;
        }

        var encoder = Encode();
        encoder.Raw("* "u8);
        encoder.Number(sequence);
        encoder.Raw(" FETCH ("u8);
        if (withUid)
        {
            encoder.Raw("UID "u8);
            encoder.Number(message.Uid);
            encoder.Space();
        }

        if (withFlags)
        {
            encoder.Raw("FLAGS "u8);
            ImapFlags.Write(ref encoder, message.Flags, selected.Keywords, selected.Recent.Contains(message.Uid) && !Rev2);
        }

        if (CondStore)
        {
            selected.NoteTold(message.ModSeq);
            encoder.Raw(withFlags ? " MODSEQ ("u8 : "MODSEQ ("u8);
            encoder.Number(message.ModSeq);
            encoder.Close();
        }

        encoder.Raw(")\r\n"u8);
        encoder.Commit();
    }
}
