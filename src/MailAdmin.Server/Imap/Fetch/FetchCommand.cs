using MailAdmin.Errors;
using MailAdmin.Protocol.Imap;
using MailAdmin.Protocol.Imap.Fetch;
using MailAdmin.Store;

namespace MailAdmin.Server.Imap.Fetch;

/// <summary>FETCH and UID FETCH. RFC 9051 §6.4.5, §6.4.9.</summary>
internal sealed class FetchCommand(bool uid) : ImapCommand(uid ? "UID FETCH" : "FETCH", ImapStates.Selected, uid ? ImapSync.Full : ImapSync.WithoutExpunge)
{
    public override async ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        var fetch = FetchGrammar.Read(args);
        if (args.Failed)
        {
            return ImapResult.Bad(args.Error);
        }

        foreach (var item in fetch.Items)
        {
            if (CapabilityOf(item.Kind) is { } capability && !session.Context.Offers(capability))
            {
                return ImapResult.Bad("Unknown FETCH item");
            }
        }

        if (fetch.Vanished && !(uid && session.QResync))
        {
            // RFC 7162 §3.2.6
            return ImapResult.Bad("VANISHED needs UID FETCH and QRESYNC");
        }

        if (uid || session.QResync)
        {
            // RFC 7162 §3.2: such a client keeps what it is told by UID, and the answer may tell of a change (\Seen).
            fetch = FetchGrammar.WithUid(fetch);
        }

        var selected = session.Selected!;
        if (fetch.ChangedSince is not null || fetch.Items.Any(i => i.Kind == FetchKind.ModSeq))
        {
            session.EnableCondStore();
        }

        // What changed but did not go is told first, so that the answers are of now.
        await session.SyncAsync(ImapSync.WithoutExpunge);
        if (selected.Locate(fetch.Set, uid) is not { } places)
        {
            return ImapResult.Bad("No such message");
        }

        if (fetch.Vanished)
        {
            await TellVanishedAsync(session, selected, fetch);
        }

        var plan = new FetchPlan(session, selected, fetch);
        // The change is told within the responses; noted as told only where none of them is left out.
        var marked = plan.SetsSeen ? await MarkSeenAsync(session, selected, plan, places) : null;
        if (!plan.NeedsRows)
        {
            await plan.TellStatesAsync(places);
            return ImapResult.Done;
        }

        var outcome = await plan.TellMessagesAsync(places);
        if (marked is { } modSeq && outcome is FetchOutcome.Done or FetchOutcome.SomeExpunged)
        {
            selected.NoteOwnChange(modSeq);
        }

        return outcome switch
        {
            // By sequence number the client counts on messages that are gone now; it learns so at its next NOOP. RFC 5530 §3.
            FetchOutcome.SomeExpunged when !uid => ImapResult.No(ImapErrors.Gone, "EXPUNGEISSUED"),
            FetchOutcome.SomeDamaged => ImapResult.No("Some of the messages are damaged", "SERVERBUG"),
            FetchOutcome.UnknownEncoding => ImapResult.No("The part's transfer encoding is not known", "UNKNOWN-CTE"),
            _ => ImapResult.Done,
        };
    }

    private static string? CapabilityOf(FetchKind kind) => kind switch
    {
        FetchKind.Binary or FetchKind.BinarySize => "BINARY",
        FetchKind.Preview => "PREVIEW",
        FetchKind.SaveDate => "SAVEDATE",
        FetchKind.EmailId or FetchKind.ThreadId => "OBJECTID",
        FetchKind.ModSeq => "CONDSTORE",
        _ => null,
    };

    /// <summary>VANISHED (EARLIER): what went after the client's mod-sequence, and of that only what the set names. RFC 7162 §3.2.6.</summary>
    private static async ValueTask TellVanishedAsync(ImapSession session, SelectedFolder selected, FetchArguments fetch)
    {
        var gone = await session.GoneEarlierAsync(selected, fetch.ChangedSince!.Value);
        // '*' is the highest UID there ever was: a client that asks for 1:* wants to hear of the last ones too.
        var asked = fetch.Set.IsSaved ? selected.SavedResult : UidSets.ToUidSet(fetch.Set, Math.Max(1, selected.View.UidNext - 1));
        await session.TellVanishedAsync(gone.Intersect(asked), earlier: true);
    }

    /// <summary>
    /// Sets \Seen on all messages of the command in one commit; returns the change's mod-sequence, null where nothing changed. RFC 9051 §6.4.5: the
    /// change is told within the FETCH responses.
    /// </summary>
    private static async ValueTask<ulong?> MarkSeenAsync(ImapSession session, SelectedFolder selected, FetchPlan plan, List<Range> places)
    {
        var unseen = new UidSet.Builder();
        foreach (var message in plan.States(places))
        {
            if (!message.State.Flags.Has(MessageFlags.Seen))
            {
                unseen.Add(message.State.Uid);
            }
        }

        if (unseen.IsEmpty)
        {
            return null;
        }

        try
        {
            var result = await session.Store.Messages.ChangeFlagsAsync(selected.Folder.Id, unseen.Build(), new FlagsChange(FlagsMode.Add, MessageFlags.Seen, []));
            if (result.Changed.IsEmpty)
            {
                return null;
            }

            var after = await session.Store.Messages.GetSnapshotAsync(selected.Folder.Id);
            selected.Look(after);
            session.TellNewKeywords(selected, after.Keywords);
            plan.NoteSeen(result.Changed, after);
            return result.ModSeq;
        }
        catch (MailAdminException failure) when (ImapErrors.IsOfStorage(failure))
        {
            // A store that cannot write can still be read: the mail is given out and stays unseen.
            session.TellFailure(failure, inPart: true);
            return null;
        }
    }
}
