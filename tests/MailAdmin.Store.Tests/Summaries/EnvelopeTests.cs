namespace MailAdmin.Store.Tests.Summaries;

/// <summary>ENVELOPE. RFC 9051 §7.5.2.</summary>
public sealed class EnvelopeTests
{
    private static string From(string value) => Part($"From: {value}\n\n", 2);
    private static string To(string value) => Part($"To: {value}\n\n", 5);

    /// <summary>The n-th of the ten members.</summary>
    private static string Part(string message, int number)
    {
        var text = MemoryContent.Envelope(message)[1..^1];
        var members = new List<string>();
        int depth = 0, start = 0;
        var quoted = false;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || (text[i] == ' ' && depth == 0 && !quoted))
            {
                members.Add(text[start..i]);
                start = i + 1;
                continue;
            }

            quoted ^= text[i] == '"' && (i == 0 || text[i - 1] != '\\');
            depth += quoted ? 0 : text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
        }

        return members[number];
    }

    [Fact]
    public void All_fields_stand_in_the_order_of_the_RFC() =>
        Assert.Equal(
            "(\"Mon, 7 Feb 1994 21:52:25 -0800\" \"Lunch\" ((\"Terry Gray\" NIL \"gray\" \"cac.example\")) ((NIL NIL \"sec\" \"cac.example\")) " +
            "((NIL NIL \"answer\" \"cac.example\")) ((NIL NIL \"imap\" \"cac.example\")) ((NIL NIL \"minutes\" \"cnri.example\")(\"John Klensin\" NIL \"KLENSIN\" \"mit.example\")) " +
            "((NIL NIL \"hidden\" \"x.example\")) \"<before@x>\" \"<B27397@cac>\")",
            MemoryContent.Envelope("""
                Date: Mon, 7 Feb 1994 21:52:25 -0800
                From: Terry Gray <gray@cac.example>
                Subject: Lunch
                Sender: sec@cac.example
                Reply-To: answer@cac.example
                To: imap@cac.example
                Cc: minutes@cnri.example,
                 John Klensin <KLENSIN@mit.example>
                Bcc: hidden@x.example
                In-Reply-To: <before@x>
                Message-ID: <B27397@cac>

                Hi

                """));

    [Fact]
    public void An_empty_message_has_an_envelope_of_nothing() => Assert.Equal("(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)", MemoryContent.Envelope(""));

    [Theory]
    [InlineData("From: a@b\n\n")]
    [InlineData("From: a@b\nSender:\nReply-To: \n\n")]
    public void Sender_and_reply_to_are_from_where_absent_or_empty(string message)
    {
        Assert.Equal("((NIL NIL \"a\" \"b\"))", Part(message, 3));
        Assert.Equal("((NIL NIL \"a\" \"b\"))", Part(message, 4));
    }

    [Fact]
    public void An_empty_subject_is_empty_and_a_missing_one_is_NIL()
    {
        Assert.Equal("\"\"", Part("Subject:\n\n", 1));
        Assert.Equal("NIL", Part("X: y\n\n", 1));
    }

    [Theory]
    [InlineData("plain@example.com", "((NIL NIL \"plain\" \"example.com\"))")]
    [InlineData("<plain@example.com>", "((NIL NIL \"plain\" \"example.com\"))")]
    [InlineData("Some One <one@example.com>", "((\"Some One\" NIL \"one\" \"example.com\"))")]
    [InlineData("\"One, Some\" <one@example.com>", "((\"One, Some\" NIL \"one\" \"example.com\"))")]
    [InlineData("\"Say \\\"hi\\\"\" <one@example.com>", "((\"Say \\\"hi\\\"\" NIL \"one\" \"example.com\"))")]
    [InlineData("John Q. Public <j@x.example>", "((\"John Q. Public\" NIL \"j\" \"x.example\"))")]
    [InlineData("lena@harbor (Lena Holt)", "((\"Lena Holt\" NIL \"lena\" \"harbor\"))")]
    [InlineData("<lena@harbor> (Lena Holt)", "((\"Lena Holt\" NIL \"lena\" \"harbor\"))")]
    [InlineData("porter (east)@ (gate) club.example", "((\"gate\" NIL \"porter\" \"club.example\"))")]
    [InlineData("<@hop:lena@harbor>", "((NIL \"@hop\" \"lena\" \"harbor\"))")]
    [InlineData("<@a,@b:lena@harbor>, x@y", "((NIL \"@a,@b\" \"lena\" \"harbor\")(NIL NIL \"x\" \"y\"))")]
    [InlineData("\"quoted local\"@example.com", "((NIL NIL \"quoted local\" \"example.com\"))")]
    [InlineData("u@[192.0.2.1], v@[IPv6:2001:db8::1]", "((NIL NIL \"u\" \"[192.0.2.1]\")(NIL NIL \"v\" \"[IPv6:2001:db8::1]\"))")]
    [InlineData("nobody", "((NIL NIL \"nobody\" \"\"))")]
    [InlineData("MAILER-DAEMON <>", "((\"MAILER-DAEMON\" NIL \"\" \"\"))")]
    [InlineData("=?utf-8?q?J=C3=BCrgen?= <j@x>", "((\"=?utf-8?q?J=C3=BCrgen?=\" NIL \"j\" \"x\"))")]
    [InlineData("a@b,,c@d,", "((NIL NIL \"a\" \"b\")(NIL NIL \"c\" \"d\"))")]
    [InlineData("", "NIL")]
    [InlineData("(only a comment)", "NIL")]
    [InlineData("((((((nested", "NIL")]
    [InlineData("\"open <a@b>", "((NIL NIL \"open <a@b>\" \"\"))")]
    public void Addresses_are_read_as_people_write_them(string field, string expected) => Assert.Equal(expected, From(field));

    [Theory]
    [InlineData("group: g1@d1.org, g2@d2.org;, group2: g3@d3.org;",
        "((NIL NIL \"group\" NIL)(NIL NIL \"g1\" \"d1.org\")(NIL NIL \"g2\" \"d2.org\")(NIL NIL NIL NIL)(NIL NIL \"group2\" NIL)(NIL NIL \"g3\" \"d3.org\")(NIL NIL NIL NIL))")]
    [InlineData("undisclosed-recipients:;", "((NIL NIL \"undisclosed-recipients\" NIL)(NIL NIL NIL NIL))")]
    [InlineData("open: a@b", "((NIL NIL \"open\" NIL)(NIL NIL \"a\" \"b\")(NIL NIL NIL NIL))")]
    public void Groups_open_and_close(string field, string expected) => Assert.Equal(expected, To(field));

    [Fact]
    public void Eight_bit_octets_go_as_a_literal_unchanged() =>
        Assert.Equal("{5}\r\nGr\u00fc\u00dfe", Part("Subject: Gr\u00fc\u00dfe\n\n", 1));

    [Fact]
    public void Folds_go_and_the_white_space_stays() => Assert.Equal("\"one two\tthree\"", Part("Subject: one\n two\n\tthree\n\n", 1));

    [Fact]
    public void A_field_can_stand_in_any_case_and_before_lines_that_are_none() =>
        Assert.Equal("\"x\"", Part("From me Mon Jan 1\nnonsense\nsUBJECT : x\n\n", 1));
}
