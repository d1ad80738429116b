using System.Text;
using MailAdmin.Protocol.Imap;
using MailAdmin.Protocol.Imap.Search;

namespace MailAdmin.Protocol.Tests.Imap.Search;

/// <summary>Arguments of SEARCH, SORT and THREAD. RFC 9051 §9 search, RFC 5256 §5.</summary>
public sealed class SearchGrammarTests
{
    private static T? Read<T>(string text, Func<SearchGrammar, T> read)
        where T : class
    {
        var decoder = new ImapDecoder();
        decoder.Reset(Encoding.Latin1.GetBytes(text));
        var value = read(new SearchGrammar(decoder, n => n.Equals("utf-8", StringComparison.OrdinalIgnoreCase) ? Encoding.UTF8 : n == "latin1" ? Encoding.Latin1 : null));
        return decoder.Failed ? null : value;
    }

    private static SearchArguments? Search(string text) => Read(text, g => g.ReadSearch());

    /// <summary>A key as one line, in prefix form.</summary>
    private static string Show(SearchKey key) => key switch
    {
        SearchKey.And and => $"({string.Join(' ', and.Keys.Select(Show))})",
        SearchKey.Or or => $"OR {Show(or.First)} {Show(or.Second)}",
        SearchKey.Not not => $"NOT {Show(not.Key)}",
        SearchKey.Flag flag => (flag.IsSet ? "" : "un") + flag.System,
        SearchKey.Keyword keyword => (keyword.IsSet ? "" : "un") + keyword.Name,
        SearchKey.Recent recent => recent.IsSet ? "recent" : "old",
        SearchKey.Size size => $"{(size.Larger ? ">" : "<")}{size.Octets}",
        SearchKey.Date date => $"{date.Field} {date.Relation} {date.Day:yyyy-MM-dd}",
        SearchKey.Within within => $"{(within.Older ? "older" : "younger")} {within.Seconds}",
        SearchKey.Set set => (set.IsUid ? "uid " : "") + set.Messages,
        SearchKey.ModSeq modSeq => $"modseq {modSeq.AtLeast}",
        SearchKey.EmailId id => $"email {id.Id}",
        SearchKey.Header header => $"{Encoding.ASCII.GetString(header.Field)}:{header.Text}",
        SearchKey.Content content => (content.WithHeader ? "text:" : "body:") + content.Text,
        SearchKey.Constant constant => constant.Value ? "all" : "none",
        _ => "?",
    };

    [Theory]
    [InlineData(" ALL", "all")]
    [InlineData(" unseen FLAGGED", "(unSeen Flagged)")]
    [InlineData(" OR NOT SEEN (DELETED DRAFT)", "OR NOT Seen (Deleted Draft)")]
    [InlineData(" (((ANSWERED)))", "Answered")]
    [InlineData(" 1:3,7 UID 4:*", "(1:3,7 uid 4:*)")]
    [InlineData(" $ NOT $", "($ NOT $)")]
    [InlineData(" NEW", "(recent unSeen)")]
    [InlineData(" OLD RECENT", "(old recent)")]
    [InlineData(" KEYWORD $Work UNKEYWORD x", "($Work unx)")]
    [InlineData(" LARGER 100 SMALLER 4294967296", "(>100 <4294967296)")]
    [InlineData(" SINCE 1-Feb-2026 SENTON \"28-Feb-2026\" SAVEDBEFORE 3-mar-2026", "(Received Since 2026-02-01 Sent On 2026-02-28 Saved Before 2026-03-03)")]
    [InlineData(" OLDER 5 YOUNGER 9", "(older 5 younger 9)")]
    [InlineData(" MODSEQ 12 MODSEQ \"/flags/\\\\draft\" all 13", "(modseq 12 modseq 13)")]
    [InlineData(" FROM a TO \"b c\" SUBJECT {1}\r\nd HEADER X-Y \"\"", "(From:a To:b c Subject:d X-Y:)")]
    [InlineData(" BODY x TEXT NIL", "(body:x text:NIL)")]
    [InlineData(" EMAILID M1 THREADID T1", "(email M1 none)")]
    [InlineData(" SUBJECT \u00c3\u00bc", null)]
    [InlineData(" SUBJECT {2}\r\n\u00c3\u00bc", "Subject:\u00fc")]
    [InlineData(" SUBJECT {1}\r\n\u00fc", "Subject:\u00fc")]
    [InlineData(" CHARSET latin1 SUBJECT {2}\r\n\u00c3\u00bc", "Subject:\u00c3\u00bc")]
    [InlineData("", null)]
    [InlineData(" ", null)]
    [InlineData(" ALL ", null)]
    [InlineData(" ALLES", null)]
    [InlineData(" NOT", null)]
    [InlineData(" OR SEEN", null)]
    [InlineData(" ()", null)]
    [InlineData(" (SEEN", null)]
    [InlineData(" SEEN)", null)]
    [InlineData(" ON 31-Feb-2026", null)]
    [InlineData(" LARGER x", null)]
    [InlineData(" UID 0", null)]
    [InlineData(" OLDER 0", null)]
    public void Keys_are_read_as_the_RFC_writes_them(string text, string? shown) => Assert.Equal(shown, Search(text) is { } search ? Show(search.Program.Key) : null);

    [Fact]
    public void Nesting_and_length_are_bounded()
    {
        Assert.NotNull(Search(" " + string.Concat(Enumerable.Repeat("NOT ", 40)) + "SEEN"));
        Assert.Null(Search(" " + string.Concat(Enumerable.Repeat("NOT ", 10_000)) + "SEEN"));
        Assert.Null(Search(" " + new string('(', 100_000) + "SEEN"));
        Assert.Null(Search(" " + string.Concat(Enumerable.Repeat("OR ", 5000)) + "SEEN"));
        Assert.Null(Search(" " + string.Join(' ', Enumerable.Repeat("SEEN", 5000))));
    }

    [Theory]
    [InlineData(" RETURN () ALL", false, false, true, false, false)]
    [InlineData(" RETURN (MIN MAX COUNT) ALL", true, true, false, true, false)]
    [InlineData(" RETURN (SAVE) ALL", false, false, false, false, true)]
    [InlineData(" return (save all) ALL", false, false, true, false, true)]
    public void Result_options_are_read(string text, bool min, bool max, bool all, bool count, bool save)
    {
        var options = Search(text)!.Return!;
        Assert.Equal((min, max, all, count, save), (options.Min, options.Max, options.All, options.Count, options.Save));
    }

    [Theory]
    [InlineData("1:100", 1, 100)]
    [InlineData("4:2", 2, 4)]
    [InlineData("-1:-50", -1, -50)]
    [InlineData("-9:-2", -2, -9)]
    public void Partial_ranges_lie_on_one_side(string range, long first, long last) => Assert.Equal((first, last), Search($" RETURN (PARTIAL {range}) ALL")!.Return!.Partial);

    [Theory]
    [InlineData(" RETURN (PARTIAL 1:-1) ALL")]
    [InlineData(" RETURN (PARTIAL 0:1) ALL")]
    [InlineData(" RETURN (PARTIAL 1) ALL")]
    [InlineData(" RETURN (OTHER) ALL")]
    [InlineData(" RETURN MIN ALL")]
    public void Wrong_result_options_are_refused(string text) => Assert.Null(Search(text));

    [Fact]
    public void An_unknown_charset_is_told_apart_from_bad_syntax()
    {
        Assert.True(Search(" CHARSET X-1 TEXT a")!.Program is { Charset: "X-1", IsCharsetKnown: false });
        Assert.True(Search(" CHARSET UTF-8 TEXT a")!.Program is { Charset: "UTF-8", IsCharsetKnown: true });
        Assert.True(Search(" TEXT a")!.Program is { Charset: null, IsCharsetKnown: true });
    }

    [Fact]
    public void Sort_and_thread_are_read()
    {
        var sort = Read(" RETURN (COUNT) (REVERSE DATE SUBJECT date) UTF-8 SEEN", g => g.ReadSort())!;
        Assert.Equal([new SortCriterion(SortKey.Date, true), new SortCriterion(SortKey.Subject, false)], sort.Criteria);
        Assert.True(sort.Return!.Count);
        Assert.Null(Read(" () UTF-8 ALL", g => g.ReadSort()));
        Assert.Null(Read(" (REVERSE) UTF-8 ALL", g => g.ReadSort()));
        Assert.Null(Read(" (DATE) UTF-8", g => g.ReadSort()));
        Assert.Equal(ThreadAlgorithm.OrderedSubject, Read(" orderedsubject UTF-8 ALL", g => g.ReadThread())!.Algorithm);
        Assert.Equal(ThreadAlgorithm.References, Read(" REFERENCES UTF-8 1:9", g => g.ReadThread())!.Algorithm);
        Assert.Null(Read(" OTHER UTF-8 ALL", g => g.ReadThread()));
    }
}
