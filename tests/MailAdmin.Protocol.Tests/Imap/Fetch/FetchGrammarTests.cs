using System.Text;
using MailAdmin.Protocol.Imap;
using MailAdmin.Protocol.Imap.Fetch;

namespace MailAdmin.Protocol.Tests.Imap.Fetch;

/// <summary>Arguments of FETCH. RFC 9051 §9 fetch.</summary>
public sealed class FetchGrammarTests
{
    private static FetchArguments? Read(string text)
    {
        var decoder = new ImapDecoder();
        decoder.Reset(Encoding.Latin1.GetBytes(text));
        var fetch = FetchGrammar.Read(decoder);
        return decoder.Failed ? null : fetch;
    }

    private static string Labels(string text) => string.Join('|', Read(text)!.Items.Select(i => Encoding.Latin1.GetString(i.Label.Span)));

    [Theory]
    [InlineData(" 1 ALL", "FLAGS|INTERNALDATE|RFC822.SIZE|ENVELOPE")]
    [InlineData(" 1 fast", "FLAGS|INTERNALDATE|RFC822.SIZE")]
    [InlineData(" 1 Full", "FLAGS|INTERNALDATE|RFC822.SIZE|ENVELOPE|BODY")]
    [InlineData(" 1:*,3 flags", "FLAGS")]
    [InlineData(" $ (UID FLAGS uid)", "UID|FLAGS")]
    [InlineData(" 1 BODY[]", "BODY[]")]
    [InlineData(" 1 BODY.PEEK[1.2.mime]<0.10>", "BODY[1.2.MIME]<0>")]
    [InlineData(" 1 (BODY.PEEK[HEADER.FIELDS (From \"X y\")] BODY)", "BODY[HEADER.FIELDS (From \"X y\")]|BODY")]
    [InlineData(" 1 BODY[1.HEADER.FIELDS.NOT ({4}\r\nFrom)]", "BODY[1.HEADER.FIELDS.NOT (From)]")]
    [InlineData(" 1 (BINARY.SIZE[1] BINARY[1]<5.6> BINARY.PEEK[])", "BINARY.SIZE[1]|BINARY[1]<5>|BINARY[]")]
    [InlineData(" 1 (RFC822 RFC822.HEADER RFC822.TEXT)", "RFC822|RFC822.HEADER|RFC822.TEXT")]
    [InlineData(" 1 (PREVIEW (LAZY) EMAILID THREADID SAVEDATE)", "PREVIEW|EMAILID|THREADID|SAVEDATE")]
    [InlineData(" 1 PREVIEW (CHANGEDSINCE 7)", "PREVIEW|MODSEQ")]
    [InlineData(" 1 (FLAGS) (CHANGEDSINCE 12 VANISHED)", "FLAGS|MODSEQ")]
    public void Items_are_read_and_named_as_the_response_names_them(string text, string labels) => Assert.Equal(labels, Labels(text));

    [Fact]
    public void A_section_names_so_many_fields_and_no_more()
    {
        static string Names(int count) => $" 1 BODY[HEADER.FIELDS ({string.Join(' ', Enumerable.Range(0, count).Select(i => $"x-{i}"))})]";
        var section = Read(Names(FetchGrammar.MaxFields))!.Items[0].Section!;
        Assert.True(section.Names("X-0"u8));
        Assert.True(section.Names("x-199"u8));
        Assert.False(section.Names("x-200"u8));
        Assert.False(section.Names("x"u8));
        Assert.Null(Read(Names(FetchGrammar.MaxFields + 1)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" 1")]
    [InlineData(" 1 ")]
    [InlineData(" 1 ()")]
    [InlineData(" 0 FLAGS")]
    [InlineData(" 1 (ALL)")]
    [InlineData(" 1 NONSENSE")]
    [InlineData(" 1 FLAGS UID")]
    [InlineData(" 1 (FLAGS")]
    [InlineData(" 1 BODY[")]
    [InlineData(" 1 BODY[MIME]")]
    [InlineData(" 1 BODY[0]")]
    [InlineData(" 1 BODY[1.]")]
    [InlineData(" 1 BODY[1..2]")]
    [InlineData(" 1 BODY[99999999999]")]
    [InlineData(" 1 BODY[HEADER.FIELDS]")]
    [InlineData(" 1 BODY[HEADER.FIELDS ()]")]
    [InlineData(" 1 BODY[]<0.0>")]
    [InlineData(" 1 BODY[]<-1.5>")]
    [InlineData(" 1 BODY[]<1.5")]
    [InlineData(" 1 BINARY.SIZE[1]<0.5>")]
    [InlineData(" 1 FLAGS (VANISHED)")]
    [InlineData(" 1 FLAGS (CHANGEDSINCE)")]
    [InlineData(" 1 FLAGS (CHANGEDSINCE 5 X)")]
    public void What_is_wrong_is_refused(string text) => Assert.Null(Read(text));

    [Fact]
    public void Only_reading_without_PEEK_sets_Seen()
    {
        Assert.Equal([true, false, true, false, false, true, false, true], Read(" 1 (BODY[] BODY.PEEK[] BINARY[1] BINARY.PEEK[1] BINARY.SIZE[1] RFC822 RFC822.HEADER RFC822.TEXT)")!.Items.Select(i => i.SetsSeen));
    }

    [Fact]
    public void Sections_and_partials_are_kept()
    {
        var item = Read(" 1 BODY[3.1.HEADER.FIELDS (from TO)]<1024.4096>")!.Items[0];
        Assert.Equal([3, 1], item.Section!.Part);
        Assert.Equal(SectionText.HeaderFields, item.Section.Text);
        Assert.True(item.Section.Names("From"u8));
        Assert.False(item.Section.Names("Cc"u8));
        Assert.Equal((1024, 4096), (item.PartialStart, item.PartialCount));
    }

    [Fact]
    public void Too_many_items_are_refused() => Assert.Null(Read($" 1 ({string.Join(' ', Enumerable.Repeat("BODY.PEEK[]", 201))})"));
}
