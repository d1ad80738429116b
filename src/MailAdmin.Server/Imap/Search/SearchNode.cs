using MailAdmin.Protocol.Imap.Search;
using MailAdmin.Store;
using MailAdmin.Store.Search;

namespace MailAdmin.Server.Imap.Search;

/// <summary>A compiled search key: knows from which stage on it can tell.</summary>
internal abstract class SearchNode(SearchStage stage)
{
    /// <summary>The stage from which on it always tells yes or no.</summary>
    public SearchStage Stage { get; } = stage;

    public abstract Verdict Test(SearchSubject subject);

    protected static Verdict Of(bool value) => value ? Verdict.Yes : Verdict.No;
}

internal sealed class ConstantNode(bool value) : SearchNode(SearchStage.Snapshot)
{
    public override Verdict Test(SearchSubject subject) => Of(value);
}

internal sealed class FlagNode(MessageFlags flag, bool isSet) : SearchNode(SearchStage.Snapshot)
{
    public override Verdict Test(SearchSubject subject) => Of(subject.State.Flags.Has(flag) == isSet);
}

internal sealed class UidNode(UidSet uids) : SearchNode(SearchStage.Snapshot)
{
    public override Verdict Test(SearchSubject subject) => Of(uids.Contains(subject.State.Uid));
}

internal sealed class SizeNode(bool larger, ulong octets) : SearchNode(SearchStage.Snapshot)
{
    public override Verdict Test(SearchSubject subject) => Of(larger ? subject.State.Size > octets : subject.State.Size < octets);
}

internal sealed class ModSeqNode(ulong atLeast) : SearchNode(SearchStage.Snapshot)
{
    public override Verdict Test(SearchSubject subject) => Of(subject.State.ModSeq >= atLeast);
}

/// <summary>OLDER, YOUNGER. RFC 5032 §2: by INTERNALDATE, against the server's clock.</summary>
internal sealed class WithinNode(bool older, long border) : SearchNode(SearchStage.Snapshot)
{
    public override Verdict Test(SearchSubject subject) => Of(older ? subject.State.ReceivedSeconds <= border : subject.State.ReceivedSeconds >= border);
}

/// <summary>BEFORE, ON, SINCE. Days are compared without time and zone: INTERNALDATE's and the Date field's as they were given. RFC 9051 §6.4.4.</summary>
internal sealed class DateNode(SearchDateField field, SearchDateRelation relation, DateOnly day)
    : SearchNode(field == SearchDateField.Received ? SearchStage.Snapshot : SearchStage.Summary)
{
    private readonly int _day = day.DayNumber;

    public override Verdict Test(SearchSubject subject)
    {
        if (subject.Stage < Stage)
        {
            return Verdict.Unknown;
        }

        var of = field switch
        {
            SearchDateField.Received => DayOf(subject.State.ReceivedAt),
            SearchDateField.Saved => DayOf(subject.Row!.SavedAt.ToUniversalTime()),
            _ => subject.Row!.Summary!.Date is { } sent ? DayOf(sent) : (int?)null,
        };
        return Of(of is { } number && relation switch
        {
            SearchDateRelation.Before => number < _day,
            SearchDateRelation.On => number == _day,
            _ => number >= _day,
        });
    }

    private static int DayOf(DateTimeOffset moment) => DateOnly.FromDateTime(moment.DateTime).DayNumber;
}

internal sealed class EmailIdNode(string id) : SearchNode(SearchStage.Summary)
{
    public override Verdict Test(SearchSubject subject) =>
        subject.Row is null ? Verdict.Unknown : Of(Fetch.FetchPlan.EmailId(subject.Row.Content).Equals(id, StringComparison.Ordinal));
}

/// <summary>Text in a header field: from the summary where it keeps the field, else from the content.</summary>
internal sealed class HeaderNode(byte[] field, string text) : SearchNode(FieldSearch.IsListed(field) ? SearchStage.Summary : SearchStage.Content)
{
    public override Verdict Test(SearchSubject subject) => subject.Stage switch
    {
        SearchStage.Content => Of(FieldSearch.InContent(subject.Content!, subject.Row!.Summary!, field, text)),
        SearchStage.Summary when Stage == SearchStage.Summary && subject.Row!.Summary!.HasAllListedFields =>
            Of(FieldSearch.InSummary(subject.Row.Summary, field, text)),
        _ => Verdict.Unknown,
    };
}

/// <summary>Text in the body, or anywhere. Where the index knows a content, most are decided without opening it.</summary>
internal sealed class ContentNode(string text, bool withHeader, ITextFilter? filter) : SearchNode(SearchStage.Content)
{
    public override Verdict Test(SearchSubject subject)
    {
        if (text.Length == 0)
        {
            return Verdict.Yes;
        }

        switch (subject.Stage)
        {
            case SearchStage.Snapshot:
                return Verdict.Unknown;
            case SearchStage.Summary:
                var isKnown = false;
                if (filter is not null && !filter.MayHold(subject.Row!, out isKnown))
                {
                    return Verdict.No;
                }

                subject.MissedIndex |= filter is not null && !isKnown;
                return Verdict.Unknown;
            default:
                return Of(ContentSearch.Contains(subject.Content!, subject.Row!.Summary!.Root, text, withHeader));
        }
    }
}

internal sealed class NotNode(SearchNode inner) : SearchNode(inner.Stage)
{
    public override Verdict Test(SearchSubject subject) => inner.Test(subject) switch
    {
        Verdict.Yes => Verdict.No,
        Verdict.No => Verdict.Yes,
        _ => Verdict.Unknown,
    };
}

/// <summary>All of several: the cheap ones are asked first.</summary>
internal sealed class AndNode : SearchNode
{
    private readonly SearchNode[] _nodes;

    public AndNode(IEnumerable<SearchNode> nodes)
        : this([.. nodes.OrderBy(n => n.Stage)])
    {
    }

    private AndNode(SearchNode[] nodes)
        : base(nodes[^1].Stage) => _nodes = nodes;

    public IReadOnlyList<SearchNode> Nodes => _nodes;

    public override Verdict Test(SearchSubject subject)
    {
        var all = Verdict.Yes;
        foreach (var node in _nodes)
        {
            switch (node.Test(subject))
            {
                case Verdict.No: return Verdict.No;
                case Verdict.Unknown: all = Verdict.Unknown; break;
            }
        }

        return all;
    }
}

internal sealed class OrNode(SearchNode first, SearchNode second) : SearchNode(first.Stage > second.Stage ? first.Stage : second.Stage)
{
    private readonly SearchNode _cheap = first.Stage <= second.Stage ? first : second;
    private readonly SearchNode _costly = first.Stage <= second.Stage ? second : first;

    public override Verdict Test(SearchSubject subject)
    {
        var one = _cheap.Test(subject);
        if (one == Verdict.Yes)
        {
            return one;
        }

        var other = _costly.Test(subject);
        return other == Verdict.Yes || one == Verdict.No ? other : Verdict.Unknown;
    }
}
