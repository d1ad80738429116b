using System.Text;
using MailAdmin.Protocol.Smtp;

namespace MailAdmin.Protocol.Tests.Smtp;

public sealed class SmtpGrammarTests
{
    [Theory]
    [InlineData("ehlo a.b", SmtpVerb.Ehlo, "a.b")]
    [InlineData("MaIl FROM:<>", SmtpVerb.Mail, "FROM:<>")]
    [InlineData("DATA ", SmtpVerb.Data, "")]
    [InlineData("STARTTLS", SmtpVerb.StartTls, "")]
    [InlineData("QUIT", SmtpVerb.Quit, "")]
    [InlineData("DATAX", SmtpVerb.Unknown, "")]
    [InlineData("", SmtpVerb.Unknown, "")]
    [InlineData(" QUIT", SmtpVerb.Unknown, "QUIT")]
    [InlineData("D\u0001TA", SmtpVerb.Unknown, "")]
    public void Verbs_are_read_in_any_case(string line, SmtpVerb verb, string argument)
    {
        Assert.Equal(verb, SmtpCommandLine.Parse(Encoding.Latin1.GetBytes(line), out var rest));
        Assert.Equal(argument, Encoding.Latin1.GetString(rest));
    }

    [Theory]
    [InlineData("<>", "", "")]
    [InlineData("<a@b.c>", "a@b.c", "")]
    [InlineData("<a@b.c> SIZE=1", "a@b.c", " SIZE=1")]
    [InlineData("<@x.y,@z:a@b.c>", "a@b.c", "")]
    [InlineData("<a+b=c/d!e#f$g%h&i'j*k?l^m_n`o{p|q}r~s@b>", "a+b=c/d!e#f$g%h&i'j*k?l^m_n`o{p|q}r~s@b", "")]
    [InlineData("<\"a b\"@b.c>", "\"a b\"@b.c", "")]
    [InlineData("<\"a\\\"@x>\"@b.c>", "\"a\\\"@x>\"@b.c", "")]
    [InlineData("<a@[127.0.0.1]>", "a@[127.0.0.1]", "")]
    [InlineData("<a@[IPv6:::1]>", "a@[IPv6:::1]", "")]
    [InlineData("<PostMaster>", "PostMaster", "")]
    [InlineData("<jörg@bücher.example>", "jörg@bücher.example", "")]
    public void Paths_are_read(string text, string mailbox, string rest)
    {
        Assert.True(SmtpPath.TryParse(Encoding.UTF8.GetBytes(text), out var path, out var after));
        Assert.Equal(mailbox, path.Mailbox);
        Assert.Equal(rest, Encoding.UTF8.GetString(after));
        Assert.Equal(text.Contains('ö', StringComparison.Ordinal), path.HasUtf8);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<")]
    [InlineData("a@b.c")]
    [InlineData("<a@b.c")]
    [InlineData("<a>")]
    [InlineData("<@b.c>")]
    [InlineData("<a@>")]
    [InlineData("<a@b@c>")]
    [InlineData("<.a@b>")]
    [InlineData("<a.@b>")]
    [InlineData("<a..b@c>")]
    [InlineData("<a b@c>")]
    [InlineData("<a@b c>")]
    [InlineData("<a@-b>")]
    [InlineData("<a@b..c>")]
    [InlineData("<a@.>")]
    [InlineData("<a@[1.2.3]>")]
    [InlineData("<a@[IPv6:1.2.3.4]>")]
    [InlineData("<a@[nonsense]>")]
    [InlineData("<\"a@b>")]
    [InlineData("<\"\"@b>")]
    [InlineData("<a\u0000b@c>")]
    [InlineData("<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@b>")]
    [InlineData("<@x.y:>")]
    public void What_is_no_path_is_refused(string text) =>
        Assert.False(SmtpPath.TryParse(Encoding.UTF8.GetBytes(text), out _, out _));

    [Fact]
    public void Broken_utf8_is_no_path() => Assert.False(SmtpPath.TryParse("<a\xC3@b>"u8.ToArray().Select(b => b == 0xC3 ? (byte)0xFF : b).Where(b => b != 0x83).ToArray(), out _, out _));

    [Theory]
    [InlineData("", 0)]
    [InlineData(" SIZE=1", 1)]
    [InlineData("  size=1  body=8BITMIME SMTPUTF8 ", 3)]
    [InlineData(" AUTH=<>", 1)]
    public void Parameters_are_read(string text, int count)
    {
        Assert.True(SmtpParameters.TryParse(Encoding.UTF8.GetBytes(text), out var parameters));
        Assert.Equal(count, parameters.Count);
        Assert.All(parameters, p => Assert.Equal(p.Keyword.ToUpperInvariant(), p.Keyword));
    }

    [Theory]
    [InlineData("SIZE=1")]
    [InlineData(" SIZE=")]
    [InlineData(" =1")]
    [InlineData(" -A=1")]
    [InlineData(" A_B=1")]
    [InlineData(" SIZE=1 size=2")]
    [InlineData(" SIZE=1=2")]
    [InlineData(" SIZE=\u0001")]
    public void What_is_no_parameter_is_refused(string text) => Assert.False(SmtpParameters.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [Theory]
    [InlineData("0", 0, false)]
    [InlineData("12 LAST", 12, true)]
    [InlineData("12  last", 12, true)]
    [InlineData("9223372036854775807", long.MaxValue, false)]
    public void Bdat_sizes_are_read(string text, long size, bool last)
    {
        Assert.True(BdatArgument.TryParse(Encoding.ASCII.GetBytes(text), out var actual, out var isLast));
        Assert.Equal((size, last), (actual, isLast));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("x")]
    [InlineData("1x")]
    [InlineData("1 LASTING")]
    [InlineData("1LAST")]
    [InlineData("9223372036854775808")]
    public void What_is_no_bdat_size_is_refused(string text) => Assert.False(BdatArgument.TryParse(Encoding.ASCII.GetBytes(text), out _, out _));

    [Fact]
    public void Random_lines_never_throw()
    {
        var random = new Random(7);
        var alphabet = "<>@\"\\.:,[]+= aZ09-_%!\0\r\n\x7f\xc3\xa9\xff"u8.ToArray();
        for (var round = 0; round < 50_000; round++)
        {
            var line = new byte[random.Next(0, 40)];
            for (var i = 0; i < line.Length; i++)
            {
                line[i] = random.Next(4) == 0 ? (byte)random.Next(256) : alphabet[random.Next(alphabet.Length)];
            }

            SmtpCommandLine.Parse(line, out _);
            byte[] bracketed = [(byte)'<', .. line];
            if (SmtpPath.TryParse(bracketed, out var path, out var rest))
            {
                Assert.True(rest.Length < bracketed.Length);
                Assert.DoesNotContain('\r', path.Mailbox);
                Assert.DoesNotContain('\n', path.Mailbox);
                Assert.DoesNotContain('\0', path.Mailbox);
            }

            _ = SmtpParameters.TryParse(line, out _);
            _ = BdatArgument.TryParse(line, out _, out _);
        }
    }
}
