using MailAdmin.Protocol.Imap;
using MailAdmin.Store;

namespace MailAdmin.Server.Imap.Commands;

/// <summary>STORE and UID STORE, with UNCHANGEDSINCE. RFC 9051 §6.4.6, RFC 7162 §3.1.3.</summary>
internal sealed class StoreCommand(bool uid)
    : ImapCommand(uid ? "UID STORE" : "STORE", ImapStates.Selected, uid ? ImapSync.Full : ImapSync.WithoutExpunge)
{
    public override async ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        args.Space().SequenceSet(out var set).Space();
        ulong? unchangedSince = null;
        if (args.TryOpen())
        {
            if (!args.TakeWord("UNCHANGEDSINCE"u8) || !session.Context.Offers("CONDSTORE"))
            {
                args.Fail("Unknown modifier");
            }

            args.Space().Number64(out var modSeq).Close().Space();
            unchangedSince = modSeq;
        }

        var mode = args.Take((byte)'+') ? FlagsMode.Add : args.Take((byte)'-') ? FlagsMode.Remove : FlagsMode.Replace;
        var silent = args.TakeWord("FLAGS.SILENT"u8);
        if (!silent && !args.TakeWord("FLAGS"u8))
        {
            args.Fail("FLAGS expected");
        }

        args.Space().StoreFlags(out var flags);
        if (args.End().Failed)
        {
            return ImapResult.Bad(args.Error);
        }

        var selected = session.Selected!;
        if (unchangedSince is not null)
        {
            session.EnableCondStore();
        }

        if (selected.Resolve(set, uid) is not { } uids)
        {
            return ImapResult.Bad("No such message");
        }

        if (selected.IsReadOnly)
        {
            return ImapResult.No("Mailbox is selected read-only", "CANNOT");
        }

        if (uids.IsEmpty)
        {
            return ImapResult.Done;
        }

        var change = new FlagsChange(mode, flags.System.ToMessageFlags(), flags.Keywords);
        var result = await session.Store.Messages.ChangeFlagsAsync(selected.Folder.Id, uids, change, unchangedSince);
        var gone = await TellAsync(session, selected, uids, change, result, silent);
        // RFC 2180 §4.2: what is gone cannot be changed; the client is told of it when EXPUNGE may be sent. A silent STORE that changed all others is OK.
        if (gone && !uid)
        {
            return !result.Modified.IsEmpty ? ImapResult.No(ImapErrors.Gone, $"MODIFIED {Show(selected, result.Modified)}")
                : silent ? ImapResult.Ok("EXPUNGEISSUED", ImapErrors.Gone)
                : ImapResult.No(ImapErrors.Gone, "EXPUNGEISSUED");
        }

        return result.Modified.IsEmpty ? ImapResult.Done : ImapResult.Ok($"MODIFIED {Show(selected, result.Modified)}", "Conditional STORE failed for some");
    }

    /// <summary>Tells the new flags; returns whether some messages were gone.</summary>
    private static async ValueTask<bool> TellAsync(ImapSession session, SelectedFolder selected, UidSet uids, FlagsChange change, FlagsResult result, bool silent)
    {
        var latest = await session.Store.Messages.GetSnapshotAsync(selected.Folder.Id);
        selected.Look(latest);
        session.TellNewKeywords(selected, latest.Keywords);
        if (!result.Changed.IsEmpty)
        {
            selected.NoteOwnChange(result.ModSeq);
        }

        var bits = Bits(change, latest.Keywords);
        var told = result.Modified.IsEmpty ? uids : uids.Except(result.Modified);
        // With some gone the reply may be NO, and the client cannot reckon what was done to the others: they are told.
        var gone = told.Any(uid => latest.IndexOf(uid) < 0);
        foreach (var number in told)
        {
            var index = latest.IndexOf(number);
            if (index < 0)
            {
                continue;
            }

            var message = latest[index];
            // .SILENT keeps back what the client can work out itself, not what somebody else changed meanwhile (RFC 9051 §6.4.6).
            var before = selected.View[selected.View.IndexOf(number)];
            var withFlags = !silent || gone || selected.IsLagging || message.Flags.Bits != Expected(before.Flags.Bits, change.Mode, bits);
            // RFC 7162 §3.1.3: the mod-sequence is told in any case, also where somebody else made the same change first.
            if (withFlags || message.ModSeq != before.ModSeq)
            {
                session.TellFlags(selected, message, session.NamesUids, withFlags);
                await session.FlushIfFullAsync();
            }
        }

        return gone;
    }

    private static ulong Expected(ulong before, FlagsMode mode, ulong bits) => mode switch
    {
        FlagsMode.Add => before | bits,
        FlagsMode.Remove => before & ~bits,
        _ => bits,
    };

    private static ulong Bits(FlagsChange change, FolderKeywords keywords)
    {
        var bits = change.Flags.Bits;
        foreach (var keyword in change.Keywords)
        {
            var number = keywords.IndexOf(keyword);
            bits |= number < 0 ? 0 : MessageFlags.Keyword(number).Bits;
        }

        return bits;
    }

    private string Show(SelectedFolder selected, UidSet uids) =>
        uid ? uids.ToString() : UidSet.Of(uids.Select(selected.SequenceOf).Where(s => s > 0)).ToString();
}
