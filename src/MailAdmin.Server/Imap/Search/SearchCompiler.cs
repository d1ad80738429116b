using MailAdmin.Protocol.Imap.Search;
using MailAdmin.Store;
using MailAdmin.Store.Search;

namespace MailAdmin.Server.Imap.Search;

/// <summary>Turns search keys into tests against one session's view of its folder.</summary>
internal sealed class SearchCompiler(SelectedFolder selected, DateTimeOffset now, ITextSearch? index)
{
    /// <summary>Depth is bounded by the grammar.</summary>
    public SearchNode Compile(SearchKey key) => key switch
    {
        SearchKey.Constant constant => new ConstantNode(constant.Value),
        SearchKey.Flag flag => new FlagNode(flag.System.ToMessageFlags(), flag.IsSet),
        SearchKey.Keyword keyword => Keyword(keyword),
        SearchKey.Recent recent => recent.IsSet ? new UidNode(selected.Recent) : new NotNode(new UidNode(selected.Recent)),
        SearchKey.Size size => new SizeNode(size.Larger, size.Octets),
        SearchKey.Date date => new DateNode(date.Field, date.Relation, date.Day),
        SearchKey.Within within => new WithinNode(within.Older, now.ToUnixTimeSeconds() - within.Seconds),
        SearchKey.Set set => new UidNode(Resolve(set)),
        SearchKey.ModSeq modSeq => new ModSeqNode(modSeq.AtLeast),
        SearchKey.EmailId id => new EmailIdNode(id.Id),
        SearchKey.Header header => new HeaderNode(header.Field, header.Text),
        SearchKey.Content content => new ContentNode(content.Text, content.WithHeader, index?.Find(content.Text)),
        SearchKey.Not not => new NotNode(Compile(not.Key)),
        SearchKey.And and => new AndNode(and.Keys.Select(Compile)),
        SearchKey.Or or => new OrNode(Compile(or.First), Compile(or.Second)),
        _ => throw new InvalidOperationException($"No test for {key.GetType().Name}."),
    };

    private SearchNode Keyword(SearchKey.Keyword keyword)
    {
        var number = selected.Keywords.IndexOf(keyword.Name);
        return number < 0 ? new ConstantNode(!keyword.IsSet) : new FlagNode(MessageFlags.Keyword(number), keyword.IsSet);
    }

    /// <summary>A set in SEARCH names what is there; numbers beyond the last message name nothing, unlike in FETCH (RFC 9051 §6.4.4 has no error for it).</summary>
    private UidSet Resolve(SearchKey.Set set)
    {
        if (set.Messages.IsSaved)
        {
            return selected.SavedResult;
        }

        if (set.IsUid)
        {
            return UidSets.ToUidSet(set.Messages, selected.LargestUid);
        }

        var builder = new UidSet.Builder();
        var count = (uint)selected.View.Count;
        foreach (var range in set.Messages.Resolve(count))
        {
            if (range.First > count)
            {
                continue;
            }

            // UIDs between those of two messages in the view belong to no message in it, so the range may take them in.
            builder.AddRange(selected.View[(int)range.First - 1].Uid, selected.View[(int)Math.Min(range.Last, count) - 1].Uid);
        }

        return builder.Build();
    }
}
