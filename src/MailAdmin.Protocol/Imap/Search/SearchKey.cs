namespace MailAdmin.Protocol.Imap.Search;

/// <summary>A search key as the client gave it. RFC 9051 §6.4.4; other sources at each.</summary>
public abstract record SearchKey
{
    /// <summary>ALL, and what is true of every message.</summary>
    public static readonly SearchKey All = new Constant(true);

    /// <summary>True or false of every message.</summary>
    public sealed record Constant(bool Value) : SearchKey;
    /// <summary>SEEN, UNSEEN, and the like.</summary>
    public sealed record Flag(ImapSystemFlags System, bool IsSet) : SearchKey;
    /// <summary>KEYWORD, UNKEYWORD.</summary>
    public sealed record Keyword(string Name, bool IsSet) : SearchKey;
    /// <summary>RECENT, OLD. RFC 3501 §6.4.4.</summary>
    public sealed record Recent(bool IsSet) : SearchKey;
    /// <summary>LARGER, SMALLER.</summary>
    public sealed record Size(bool Larger, ulong Octets) : SearchKey;
    /// <summary>BEFORE, ON, SINCE with SENT and SAVED (RFC 8514) before them.</summary>
    public sealed record Date(SearchDateField Field, SearchDateRelation Relation, DateOnly Day) : SearchKey;
    /// <summary>OLDER, YOUNGER. RFC 5032.</summary>
    public sealed record Within(bool Older, uint Seconds) : SearchKey;
    /// <summary>A sequence set, or UID with a set.</summary>
    public sealed record Set(SequenceSet Messages, bool IsUid) : SearchKey;
    /// <summary>MODSEQ. RFC 7162 §3.1.5. The entry it may name is the same for all flags here.</summary>
    public sealed record ModSeq(ulong AtLeast) : SearchKey;
    /// <summary>EMAILID. RFC 8474 §5.3.</summary>
    public sealed record EmailId(string Id) : SearchKey;
    /// <summary>HEADER, and FROM, TO, CC, BCC, SUBJECT: text in a field; empty text asks for the field alone.</summary>
    public sealed record Header(byte[] Field, string Text) : SearchKey;
    /// <summary>BODY, and with the header TEXT.</summary>
    public sealed record Content(string Text, bool WithHeader) : SearchKey;
    /// <summary>NOT.</summary>
    public sealed record Not(SearchKey Key) : SearchKey;
    /// <summary>All of them.</summary>
    public sealed record And(IReadOnlyList<SearchKey> Keys) : SearchKey;
    /// <summary>OR.</summary>
    public sealed record Or(SearchKey First, SearchKey Second) : SearchKey;
}

/// <summary>Which date is meant.</summary>
public enum SearchDateField
{
    /// <summary>INTERNALDATE</summary>
    Received,
    /// <summary>The Date field.</summary>
    Sent,
    /// <summary>SAVEDATE, RFC 8514.</summary>
    Saved,
}

/// <summary>How a date is to lie.</summary>
public enum SearchDateRelation
{
    /// <summary>Before the day.</summary>
    Before,
    /// <summary>On the day.</summary>
    On,
    /// <summary>On the day or after it.</summary>
    Since,
}

/// <summary>Result options. RFC 4731, RFC 5182 SAVE, RFC 9394 PARTIAL.</summary>
public sealed record SearchReturn
{
    /// <summary>MIN</summary>
    public bool Min { get; init; }
    /// <summary>MAX</summary>
    public bool Max { get; init; }
    /// <summary>ALL, also where no option is named.</summary>
    public bool All { get; init; }
    /// <summary>COUNT</summary>
    public bool Count { get; init; }
    /// <summary>SAVE</summary>
    public bool Save { get; init; }
    /// <summary>PARTIAL: places from 1, or from -1 counted from the end; the lower one first.</summary>
    public (long First, long Last)? Partial { get; init; }
}

/// <summary>What a SEARCH, SORT or THREAD looks for.</summary>
/// <param name="Key">The keys as one.</param>
/// <param name="UsesModSeq">MODSEQ is among them: the answer carries one too.</param>
/// <param name="Charset">The charset it names, as it names it; null where it names none.</param>
/// <param name="IsCharsetKnown">False: NO [BADCHARSET].</param>
public sealed record SearchProgram(SearchKey Key, bool UsesModSeq, string? Charset, bool IsCharsetKnown);

/// <summary>Arguments of SEARCH. <paramref name="Return"/> is null where the client did not ask for ESEARCH.</summary>
public sealed record SearchArguments(SearchReturn? Return, SearchProgram Program);

/// <summary>What SORT orders by. RFC 5256 §3, RFC 5957 for the DISPLAY ones.</summary>
public enum SortKey
{
    Arrival, Cc, Date, DisplayFrom, DisplayTo, From, Size, Subject, To,
}

/// <summary>One criterion.</summary>
public readonly record struct SortCriterion(SortKey Key, bool Reverse);

/// <summary>Arguments of SORT. RFC 5256 §3, RFC 5267 §3.</summary>
public sealed record SortArguments(SearchReturn? Return, IReadOnlyList<SortCriterion> Criteria, SearchProgram Program);

/// <summary>Threading algorithms. RFC 5256 §3.</summary>
public enum ThreadAlgorithm
{
    OrderedSubject, References,
}

/// <summary>Arguments of THREAD.</summary>
public sealed record ThreadArguments(ThreadAlgorithm Algorithm, SearchProgram Program);
