using MailAdmin.Store.Summaries;

namespace MailAdmin.Store.Tests.Summaries;

/// <summary>The decoded fields that search, sort and the cmdlets use.</summary>
public sealed class SummaryFieldTests
{
    [Theory]
    [InlineData("Re: Hello", "Hello", true)]
    [InlineData("Re[2]: Hello", "Hello", true)]
    [InlineData("RE : [list] FW: hello (fwd)  (FWD)", "hello", true)]
    [InlineData("[list] Hello", "Hello", false)]
    [InlineData("[list]", "[list]", false)]
    [InlineData("[a] [b] Re: x", "x", true)]
    [InlineData("[choir] Fwd: [north] Re: fw: rehearsal (fWD) (Fwd)", "rehearsal", true)]
    [InlineData("RE: [fwd: lamp oil]", "lamp oil", true)]
    [InlineData("bread (rye)", "bread (rye)", false)]
    [InlineData("  many \t  spaces ", "many spaces", false)]
    [InlineData("Reply", "Reply", false)]
    [InlineData("[fwd: [fwd: in]]", "in", true)]
    [InlineData("Re:", "", true)]
    [InlineData("", "", false)]
    public void Base_subject_follows_the_RFC(string subject, string expected, bool reply)
    {
        Assert.Equal(expected, BaseSubject.Extract(subject, out var isReply));
        Assert.Equal(reply, isReply);
    }

    [Fact]
    public void Encoded_words_are_decoded_also_across_folds()
    {
        var summary = MemoryContent.Summarize("Subject: =?utf-8?q?Gr=C3=BC?=\n =?utf-8?b?w59l?= an alle\nFrom: =?iso-8859-1?q?J=FCrgen?= <j@x.example>\n\n");
        Assert.Equal("Gr\u00fc\u00dfe an alle", summary.Subject);
        Assert.Equal("J\u00fcrgen <j@x.example>", summary.From);
        Assert.Equal("J\u00fcrgen", summary.FirstDisplay("From"u8));
        Assert.Equal("j", summary.FirstMailbox("From"u8));
    }

    [Fact]
    public void Raw_eight_bit_is_utf8_or_latin1()
    {
        Assert.Equal("\u00fc", MessageSummary.Compute(new MemoryContent("Subject: \u00fc\r\n\r\n"u8.ToArray())).Subject);
        Assert.Equal("\u00fc", MessageSummary.Compute(new MemoryContent([.. "Subject: "u8, 0xfc, .. "\r\n\r\n"u8])).Subject);
    }

    [Fact]
    public void Ids_are_found_among_noise_and_without_their_quoting()
    {
        var summary = MemoryContent.Summarize("Message-ID: junk <a@b> more\nReferences: <1@x>\n <2@x> (c) <no at> <\"3\"@x>\nIn-Reply-To: Your mail of Monday <2@x>\n\n");
        Assert.Equal("<a@b>", summary.MessageId);
        Assert.Equal(["<1@x>", "<2@x>", "<3@x>"], summary.References);
        Assert.Equal("<2@x>", summary.InReplyTo);
    }

    [Fact]
    public void Date_keeps_its_zone()
    {
        Assert.Equal(new DateTimeOffset(2019, 11, 30, 18, 45, 9, TimeSpan.FromHours(-3)), MemoryContent.Summarize("Date: Sat, 30 Nov 2019 18:45:09 -0300\n\n").Date);
        Assert.Null(MemoryContent.Summarize("Date: yesterday\n\n").Date);
        Assert.Null(MemoryContent.Summarize("\n").Date);
    }

    [Fact]
    public void Attachments_and_their_names_are_seen()
    {
        var summary = MemoryContent.Summarize("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename*=utf-8''%C3%BC.pdf\n\nx\n--b--\n");
        Assert.True(summary.HasAttachments);
        Assert.Equal("\u00fc.pdf", summary.Root.Children[1].FileName);
        Assert.False(MemoryContent.Summarize("Subject: x\n\nhi\n").HasAttachments);
    }

    [Theory]
    [InlineData("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nGr=C3=BC=C3=9Fe\n\n  an =\nalle\n", "Gr\u00fc\u00dfe an alle")]
    [InlineData("Content-Type: text/html\n\n<html><style>p { }</style><p>One &amp; <b>two</b></p>", "One & two")]
    [InlineData("Content-Type: image/png\n\nabc", "")]
    [InlineData("", "")]
    public void Preview_is_the_start_of_the_text(string message, string expected) => Assert.Equal(expected, MemoryContent.Summarize(message).Preview);

    [Fact]
    public void A_kept_blob_gives_the_same_summary_and_a_damaged_one_none()
    {
        var made = MemoryContent.Summarize("Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n--b\nContent-Type: message/rfc822\n\nSubject: y\n\nz\n--b--\n");
        var blob = made.Encode();
        var read = MessageSummary.Decode(blob);
        Assert.True(made.Envelope.SequenceEqual(read.Envelope));
        Assert.True(made.BodyStructure.SequenceEqual(read.BodyStructure));
        Assert.Equal(made.Root.Walk().Select(p => (p.MediaType, p.BodyOffset, p.BodyLength)), read.Root.Walk().Select(p => (p.MediaType, p.BodyOffset, p.BodyLength)));
        Assert.Null(MessageSummary.TryDecode(blob[..^1]));
        Assert.Null(MessageSummary.TryDecode(ReadOnlyMemory<byte>.Empty));
        Assert.Null(MessageSummary.TryDecode(new byte[] { 99 }.Concat(blob[1..].ToArray()).ToArray()));
    }
}
