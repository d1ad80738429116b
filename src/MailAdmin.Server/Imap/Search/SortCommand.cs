using MailAdmin.Protocol.Imap;
using MailAdmin.Protocol.Imap.Search;
using MailAdmin.Store;
using MailAdmin.Store.Summaries;

namespace MailAdmin.Server.Imap.Search;

/// <summary>SORT and UID SORT. RFC 5256 §3, RFC 5957, RFC 5267 (ESORT).</summary>
internal sealed class SortCommand(bool uid)
    : ImapCommand(uid ? "UID SORT" : "SORT", ImapStates.Selected, uid ? ImapSync.Full : ImapSync.WithoutExpunge, capability: "SORT")
{
    public override async ValueTask<ImapResult> RunAsync(ImapSession session, ImapDecoder args)
    {
        var sort = new SearchGrammar(args, TextDecoding.Find).ReadSort();
        if (args.Failed)
        {
            return ImapResult.Bad(args.Error);
        }

        var selected = session.Selected!;
        if (SearchPreparation.Refuse(session, selected, sort.Program, sort.Return, isNamed: true) is { } refused)
        {
            return refused;
        }

        await session.SyncAsync(ImapSync.WithoutExpunge);
        var run = new SearchRun(session, selected);
        var found = await run.FindAsync(sort.Program);
        var sorted = await SortAsync(run, selected, found, sort.Criteria);
        SearchPreparation.Save(selected, sort.Return, sorted);
        var reply = new SearchReply(session, selected, uid);
        if (sort.Return is { } options)
        {
            await reply.ExtendedAsync(options, sorted, sort.Program.UsesModSeq);
        }
        else
        {
            await reply.PlainAsync("SORT", sorted, sort.Program.UsesModSeq);
        }

        return run.Result;
    }

    private static async ValueTask<List<int>> SortAsync(SearchRun run, SelectedFolder selected, List<int> found, IReadOnlyList<SortCriterion> criteria)
    {
        var items = new List<Item>(found.Count);
        if (criteria.All(c => c.Key is SortKey.Arrival or SortKey.Size))
        {
            items.AddRange(found.Select(index => new Item(index, Keys(criteria, selected.View[index], null))));
        }
        else
        {
            await foreach (var (index, row) in run.ReadAsync(found))
            {
                items.Add(new Item(index, Keys(criteria, selected.View[index], row.Summary)));
            }
        }

        items.Sort((a, b) =>
        {
            for (var i = 0; i < criteria.Count; i++)
            {
                var order = a.Keys[i].CompareTo(b.Keys[i]);
                if (order != 0)
                {
                    return criteria[i].Reverse ? -order : order;
                }
            }

            // RFC 5256 §3: at last by sequence number, REVERSE or not.
            return a.Index.CompareTo(b.Index);
        });
        return [.. items.Select(i => i.Index)];
    }

    private static Key[] Keys(IReadOnlyList<SortCriterion> criteria, in MessageState state, MessageSummary? summary)
    {
        var keys = new Key[criteria.Count];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = criteria[i].Key switch
            {
                SortKey.Arrival => new Key(null, state.ReceivedSeconds),
                SortKey.Size => new Key(null, state.Size),
                SortKey.Date => new Key(null, SentSeconds(summary!, state)),
                SortKey.Subject => new Key(summary!.SubjectKey(out _), 0),
                SortKey.From => Text(summary!.FirstMailbox("From"u8)),
                SortKey.To => Text(summary!.FirstMailbox("To"u8)),
                SortKey.Cc => Text(summary!.FirstMailbox("Cc"u8)),
                SortKey.DisplayFrom => Text(summary!.FirstDisplay("From"u8)),
                _ => Text(summary!.FirstDisplay("To"u8)),
            };
        }

        return keys;
    }

    /// <summary>The sent date in UTC; INTERNALDATE where there is none. RFC 5256 §2.2.</summary>
    internal static long SentSeconds(MessageSummary summary, in MessageState state) => summary.Date?.ToUnixTimeSeconds() ?? state.ReceivedSeconds;

    private static Key Text(string text) => new(UnicodeCaseMap.Key(text), 0);

    private readonly record struct Item(int Index, Key[] Keys);

    private readonly record struct Key(string? Text, long Number)
    {
        public int CompareTo(in Key other) => Text is null ? Number.CompareTo(other.Number) : string.CompareOrdinal(Text, other.Text);
    }
}
