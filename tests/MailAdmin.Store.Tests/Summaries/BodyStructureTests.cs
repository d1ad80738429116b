namespace MailAdmin.Store.Tests.Summaries;

/// <summary>BODYSTRUCTURE and BODY. RFC 9051 §7.5.2.</summary>
public sealed class BodyStructureTests
{
    [Fact]
    public void A_message_without_MIME_is_plain_text() =>
        Assert.Equal("(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 12 2 NIL NIL NIL NIL)", MemoryContent.Structure("Subject: x\n\nline1\nab\n\n".Replace("ab\n\n", "abc\n", StringComparison.Ordinal)));

    [Fact]
    public void An_empty_message_is_plain_text_of_nothing() =>
        Assert.Equal("(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 0 0 NIL NIL NIL NIL)", MemoryContent.Structure(""));

    private const string Mixed = """
        Content-Type: multipart/mixed; boundary="winter
         list"

        What stands in front.

        --winter list
        Content-Type: text/x-ledger; charset=us-ascii

        12 jars of plum jam

        --winter list
        Content-Type: message/rfc822

        From: cook@kitchen.example
        Subject: two views
        Content-Type: multipart/alternative; boundary="views"

        What stands before the views.
        --views
        Content-Type: text/html
        Content-Disposition: inline; filename="a.html"
        Content-Language: en, de
        Content-Location: http://x/
        Content-MD5: abc
        Content-ID: <id@x>
        Content-Description: A page

        <p>Stock is low</p>

        --views
        Content-Transfer-Encoding: BASE64
        Content-Type: image/png

        cGx1bXM=
        --views--
        What follows the views.

        --winter list--
        What follows all.

        """;

    [Fact]
    public void Parts_and_embedded_messages_nest() =>
        Assert.Equal(
            "((\"text\" \"x-ledger\" (\"charset\" \"us-ascii\") NIL NIL \"7BIT\" 21 1 NIL NIL NIL NIL)" +
            "(\"message\" \"rfc822\" NIL NIL NIL \"7BIT\" 482 (NIL \"two views\" ((NIL NIL \"cook\" \"kitchen.example\")) ((NIL NIL \"cook\" \"kitchen.example\")) ((NIL NIL \"cook\" \"kitchen.example\")) NIL NIL NIL NIL NIL) " +
            "((\"text\" \"html\" NIL \"<id@x>\" \"A page\" \"7BIT\" 21 1 \"abc\" (\"inline\" (\"filename\" \"a.html\")) (\"en\" \"de\") \"http://x/\")" +
            "(\"image\" \"png\" NIL NIL NIL \"BASE64\" 8 NIL NIL NIL NIL)" +
            " \"alternative\" (\"boundary\" \"views\") NIL NIL NIL) 23 NIL NIL NIL NIL)" +
            " \"mixed\" (\"boundary\" \"winter list\") NIL NIL NIL)",
            MemoryContent.Structure(Mixed));

    [Fact]
    public void BODY_is_the_same_without_extension_data() =>
        Assert.Equal(
            "((\"text\" \"x-ledger\" (\"charset\" \"us-ascii\") NIL NIL \"7BIT\" 21 1)" +
            "(\"message\" \"rfc822\" NIL NIL NIL \"7BIT\" 482 (NIL \"two views\" ((NIL NIL \"cook\" \"kitchen.example\")) ((NIL NIL \"cook\" \"kitchen.example\")) ((NIL NIL \"cook\" \"kitchen.example\")) NIL NIL NIL NIL NIL) " +
            "((\"text\" \"html\" NIL \"<id@x>\" \"A page\" \"7BIT\" 21 1)(\"image\" \"png\" NIL NIL NIL \"BASE64\" 8) \"alternative\") 23)" +
            " \"mixed\")",
            MemoryContent.Body(Mixed));

    [Theory]
    [InlineData("Content-Type: text/plain\n\nx", "(\"text\" \"plain\" NIL NIL NIL \"7BIT\" 1 0 NIL NIL NIL NIL)")]
    [InlineData("Content-Type: nonsense\n\nx", "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 1 0 NIL NIL NIL NIL)")]
    [InlineData("Content-Type: application/pdf; name=\"a b.pdf\"\n\nx", "(\"application\" \"pdf\" (\"name\" \"a b.pdf\") NIL NIL \"7BIT\" 1 NIL NIL NIL NIL)")]
    [InlineData("Content-Type: application/pdf (a comment); name=a b.pdf ; x=y\n\nx", "(\"application\" \"pdf\" (\"name\" \"a b.pdf\" \"x\" \"y\") NIL NIL \"7BIT\" 1 NIL NIL NIL NIL)")]
    [InlineData("Content-Type: text/plain; title*0*=utf-8'en'This%20is; title*1=\" 100%\"\n\n",
        "(\"text\" \"plain\" (\"title*\" \"utf-8'en'This%20is 100%25\") NIL NIL \"7BIT\" 0 0 NIL NIL NIL NIL)")]
    [InlineData("Content-Type: text/plain; title*1=two; title*0=one\n\n", "(\"text\" \"plain\" (\"title\" \"onetwo\") NIL NIL \"7BIT\" 0 0 NIL NIL NIL NIL)")]
    [InlineData("Content-Type: multipart/mixed\n\nno boundary\n",
        "((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 13 1 NIL NIL NIL NIL) \"mixed\" NIL NIL NIL NIL)")]
    [InlineData("Content-Type: multipart/mixed; boundary=b\n\nnever there\n",
        "((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 13 1 NIL NIL NIL NIL) \"mixed\" (\"boundary\" \"b\") NIL NIL NIL)")]
    [InlineData("Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n",
        "((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 3 0 NIL NIL NIL NIL)(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 0 0 NIL NIL NIL NIL) \"mixed\" (\"boundary\" \"b\") NIL NIL NIL)")]
    [InlineData("Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: in\n\nx\n--b--",
        "((\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 16 (NIL \"in\" NIL NIL NIL NIL NIL NIL NIL NIL) (\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 1 0 NIL NIL NIL NIL) 2 NIL NIL NIL NIL) \"digest\" (\"boundary\" \"b\") NIL NIL NIL)")]
    [InlineData("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n--b--\n",
        "((\"message\" \"rfc822\" NIL NIL NIL \"7BIT\" 0 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) (\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 0 0 NIL NIL NIL NIL) 0 NIL NIL NIL NIL) \"mixed\" (\"boundary\" \"b\") NIL NIL NIL)")]
    public void Odd_messages_have_a_structure_too(string message, string expected) => Assert.Equal(expected, MemoryContent.Structure(message));

    [Fact]
    public void A_longer_boundary_is_not_taken_for_a_shorter_one()
    {
        var root = MemoryContent.Summarize("Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=ab\n\n--ab\n\none\n--ab\n\ntwo\n--ab--\n--a\n\nthree\n--a--\n").Root;
        Assert.Equal(2, root.Children.Count);
        Assert.Equal(2, root.Children[0].Children.Count);
    }

    [Fact]
    public void Nesting_beyond_the_bound_becomes_opaque_octets()
    {
        var message = string.Concat(Enumerable.Range(0, 1000).Select(i => $"Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n")) + "\ntext\n";
        var summary = MemoryContent.Summarize(message);
        var deepest = summary.Root;
        var depth = 0;
        while (deepest.Children.Count > 0)
        {
            deepest = deepest.Children[0];
            depth++;
        }

        Assert.Equal(64, depth);
        Assert.Equal("application/octet-stream", deepest.MediaType);
        Assert.EndsWith("text\n", message[^5..], StringComparison.Ordinal);
    }

    [Fact]
    public void Embedded_messages_beyond_the_bound_become_opaque_octets()
    {
        var message = string.Concat(Enumerable.Repeat("Content-Type: message/rfc822\n\n", 1000)) + "\ntext\n";
        Assert.Equal(65, MemoryContent.Summarize(message).Root.Walk().Count());
    }

    [Fact]
    public void Of_too_many_parts_the_last_one_holds_the_rest()
    {
        var message = "Content-Type: multipart/mixed; boundary=b\n\n" + string.Concat(Enumerable.Range(0, 5000).Select(i => $"--b\n\npart {i}\n")) + "--b--\n";
        var root = MemoryContent.Summarize(message).Root;
        Assert.Equal(999, root.Children.Count);
        Assert.True(root.Children[^1].BodyLength > 4000 * 10);
        Assert.Equal(MemoryContent.Crlf(message).Length, root.Children[^1].BodyOffset + root.Children[^1].BodyLength + "\r\n--b--\r\n".Length);
    }

    [Fact]
    public void A_header_of_megabytes_costs_no_more_than_its_bound()
    {
        var message = "Subject: x\n" + string.Concat(Enumerable.Range(0, 40_000).Select(i => $"To: someone{i}@example.com, another@example.com\n")) + "\nbody\n";
        var summary = MemoryContent.Summarize(message);
        Assert.Equal(6, summary.Root.BodyLength);
        Assert.Equal("x", summary.Subject);
        Assert.False(summary.HasAllListedFields);
        Assert.InRange(summary.Encode().Length, 1, 2_000_000);
    }
}
