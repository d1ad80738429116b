using MailAdmin.Protocol.Imap;
using MailAdmin.Protocol.Imap.Search;
using MailAdmin.Store;
using MailAdmin.Store.Summaries;

namespace MailAdmin.Server.Imap.Search;

/// <summary>SEARCH and UID SEARCH. RFC 9051 §6.4.4, RFC 4731, RFC 5182.</summary>
internal sealed class SearchCommand(bool uid) : ImapCommand(uid ? "UID SEARCH" : "SEARCH", ImapStates.Selected, uid ? ImapSync.Full : ImapSync.WithoutExpunge)
{
    public override async ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        var search = new SearchGrammar(args, TextDecoding.Find).ReadSearch();
        if (args.Failed)
        {
            return ImapResult.Bad(args.Error);
        }

        var selected = session.Selected!;
        if (SearchPreparation.Refuse(session, selected, search.Program, search.Return, isNamed: false) is { } refused)
        {
            return refused;
        }

        await session.SyncAsync(ImapSync.WithoutExpunge);
        var run = new SearchRun(session, selected);
        var found = await run.FindAsync(search.Program);
        SearchPreparation.Save(selected, search.Return, found);
        var reply = new SearchReply(session, selected, uid);
        // RFC 9051 §6.4.4: rev2 answers with ESEARCH in any case.
        if (search.Return is { } options || session.Rev2)
        {
            await reply.ExtendedAsync(search.Return ?? new SearchReturn { All = true }, found, search.Program.UsesModSeq);
        }
        else
        {
            await reply.PlainAsync("SEARCH", found, search.Program.UsesModSeq);
        }

        return run.Result;
    }
}

/// <summary>What SEARCH, SORT and THREAD share before and after they look.</summary>
internal static class SearchPreparation
{
    /// <summary>NO or BAD for what cannot be asked; null where all is well.</summary>
    /// <param name="session">The session.</param>
    /// <param name="selected">Its folder.</param>
    /// <param name="program">What is looked for.</param>
    /// <param name="options">Result options; null where none were given.</param>
    /// <param name="isNamed">The command has to name a charset: SORT, THREAD.</param>
    public static ImapResult? Refuse(ImapSession session, SelectedFolder selected, SearchProgram program, SearchReturn? options, bool isNamed)
    {
        if (options is not null && !session.Context.Offers("ESEARCH") && !session.Rev2)
        {
            return ImapResult.Bad("Unknown search key");
        }

        if (options is { Partial: not null } && (options.All || !session.Context.Offers("PARTIAL")))
        {
            // RFC 9394 §3.1: PARTIAL and ALL exclude each other.
            return ImapResult.Bad("PARTIAL is not possible here");
        }

        if (session.Utf8Accept && program.Charset is { } charset && !(isNamed && IsUtf8(charset)))
        {
            // RFC 6855 §3 with erratum 4029: all strings are UTF-8 now, a charset can only contradict that.
            return ImapResult.Bad("No charset but UTF-8 after ENABLE UTF8=ACCEPT");
        }

        if (!program.IsCharsetKnown)
        {
            if (options is { Save: true })
            {
                // RFC 5182 §2.1: a SEARCH that fails leaves an empty result.
                selected.SavedResult = UidSet.Empty;
            }

            return ImapResult.No("Charset is not known", "BADCHARSET (US-ASCII UTF-8)");
        }

        if (program.UsesModSeq)
        {
            session.EnableCondStore();
        }

        return null;
    }

    // US-ASCII is UTF-8 as well; MailKit names it where a text is no more.
    private static bool IsUtf8(string charset) =>
        charset.Equals("UTF-8", StringComparison.OrdinalIgnoreCase) || charset.Equals("US-ASCII", StringComparison.OrdinalIgnoreCase);

    /// <summary>Keeps the result as <c>$</c>. With only MIN and MAX it is those messages alone. RFC 5182 §2.4.</summary>
    public static void Save(SelectedFolder selected, SearchReturn? options, List<int> found)
    {
        if (options is not { Save: true })
        {
            return;
        }

        var uids = new List<uint>();
        if ((options.Min || options.Max) && !options.All && !options.Count && options.Partial is null)
        {
            if (options.Min && found.Count > 0)
            {
                uids.Add(selected.View[found[0]].Uid);
            }

            if (options.Max && found.Count > 0)
            {
                uids.Add(selected.View[found[^1]].Uid);
            }
        }
        else
        {
            uids.AddRange(found.Select(i => selected.View[i].Uid));
        }

        selected.SavedResult = UidSet.Of(uids);
    }
}
