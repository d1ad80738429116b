using System.Text;
using MailAdmin.Protocol.Imap;

namespace MailAdmin.Protocol.Tests.Imap;

public sealed class DecoderTests
{
    private static ImapDecoder Over(string text)
    {
        var decoder = new ImapDecoder();
        decoder.Reset(Encoding.UTF8.GetBytes(text));
        return decoder;
    }

    [Theory]
    [InlineData("abc", "abc")]
    [InlineData("a]b", "a]b")]
    [InlineData("\"a b\"", "a b")]
    [InlineData("\"a\\\"b\\\\c\"", "a\"b\\c")]
    [InlineData("\"\"", "")]
    [InlineData("{3}\r\na\"b", "a\"b")]
    [InlineData("{0+}\r\n", "")]
    [InlineData("\"ü\"", "ü")]
    public void An_astring_is_read(string text, string expected)
    {
        var decoder = Over(text);
        decoder.AString(out string value).End();
        Assert.Null(decoder.Error);
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a(b")]
    [InlineData("\"a")]
    [InlineData("\"a\\b\"")]
    [InlineData("\"a\0\"")]
    [InlineData("{4}\r\nabc")]
    [InlineData("{3}abc")]
    [InlineData("{3}\r\na\0c")]
    [InlineData("~{3}\r\nabc")]
    [InlineData("{}\r\n")]
    public void What_is_no_astring_is_refused(string text) => Assert.True(Over(text).AString(out string _).End().Failed);

    [Fact]
    public void The_first_failure_sticks()
    {
        var decoder = Over("1 x");
        decoder.Number(out _).Space().Number(out var number).Space().AString(out string text).End();
        Assert.Equal("Number expected", decoder.Error);
        Assert.Equal(0u, number);
        Assert.Equal("", text);
    }

    [Theory]
    [InlineData("4294967295", true)]
    [InlineData("4294967296", false)]
    [InlineData("99999999999999999999", false)]
    [InlineData("-1", false)]
    public void Numbers_have_32_bits(string text, bool good) => Assert.Equal(good, !Over(text).Number(out _).End().Failed);

    [Theory]
    [InlineData("9223372036854775807", true)]
    [InlineData("9223372036854775808", false)]
    public void Long_numbers_have_63_bits(string text, bool good) => Assert.Equal(good, !Over(text).Number64(out _).End().Failed);

    [Fact]
    public void Nesting_is_bounded()
    {
        var decoder = Over(new string('(', 100_000));
        decoder.MaxNesting = 50;
        for (var i = 0; i < 100_000 && !decoder.Failed; i++)
        {
            decoder.Open();
        }

        Assert.Equal("Nested too deeply", decoder.Error);
        Assert.Equal(51, decoder.Position);
    }

    [Theory]
    [InlineData("(\\Seen $Forwarded)", ImapSystemFlags.Seen, "$Forwarded")]
    [InlineData("()", ImapSystemFlags.None, "")]
    [InlineData("(\\SEEN \\deleted \\Recent)", ImapSystemFlags.Seen | ImapSystemFlags.Deleted, "")]
    public void Flags_are_read(string text, ImapSystemFlags system, string keywords)
    {
        var decoder = Over(text);
        decoder.FlagList(out var flags).End();
        Assert.Null(decoder.Error);
        Assert.Equal(system, flags.System);
        Assert.Equal(keywords, string.Join(' ', flags.Keywords));
    }

    [Theory]
    [InlineData("(\\Foo)")]
    [InlineData("(\\*)")]
    [InlineData("(a  b)")]
    [InlineData("(a")]
    [InlineData("a)")]
    public void Bad_flags_are_refused(string text) => Assert.True(Over(text).FlagList(out _).End().Failed);

    [Theory]
    [InlineData("\" 1-Feb-2026 10:11:12 +0130\"", "2026-02-01T10:11:12+01:30")]
    [InlineData("\"17-Jul-1996 02:44:25 -0700\"", "1996-07-17T02:44:25-07:00")]
    public void A_date_and_time_is_read(string text, string expected)
    {
        var decoder = Over(text);
        decoder.DateTime(out var value).End();
        Assert.Null(decoder.Error);
        Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), value);
    }

    [Theory]
    [InlineData("\"1-Feb-2026 10:11:12 +0130\"")]
    [InlineData("\"31-Feb-2026 10:11:12 +0130\"")]
    [InlineData("\"yesterday\"")]
    public void A_bad_date_is_refused(string text) => Assert.True(Over(text).DateTime(out _).Failed);

    [Theory]
    [InlineData("1:4,7,9:*", "1:4,7,9:*")]
    [InlineData("$", "$")]
    [InlineData("*", "*")]
    public void A_set_is_read(string text, string expected)
    {
        var decoder = Over(text);
        decoder.SequenceSet(out var set).End();
        Assert.Null(decoder.Error);
        Assert.Equal(expected, set.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("1,")]
    [InlineData(",1")]
    [InlineData("1:")]
    [InlineData("1:2:3")]
    [InlineData("01")]
    [InlineData("4294967296")]
    [InlineData("1 ")]
    public void A_bad_set_is_refused(string text) => Assert.True(Over(text).SequenceSet(out _).End().Failed);

    [Theory]
    [InlineData("4:2", 10u, "2:4")]
    [InlineData("9:*", 5u, "5:9")]
    [InlineData("*:1", 5u, "1:5")]
    [InlineData("3,1,2", 5u, "1:3")]
    [InlineData("1:*,2:3", 5u, "1:5")]
    [InlineData("*", 0u, "")]
    [InlineData("2:4,3:6,9", 9u, "2:6,9")]
    public void Sets_are_resolved(string text, uint largest, string expected) =>
        Assert.Equal(expected, string.Join(',', SequenceSet.Parse(Encoding.ASCII.GetBytes(text))!.Resolve(largest)
            .Select(r => r.First == r.Last ? $"{r.First}" : $"{r.First}:{r.Last}")));

    [Fact]
    public void Random_commands_never_break_the_decoder()
    {
        var random = new Random(20261);
        var alphabet = "aZ09 (){}[]\"\\*%$+-:,.~\r\nNIL\0\xe9"u8.ToArray();
        for (var round = 0; round < 20_000; round++)
        {
            var input = new byte[random.Next(0, 60)];
            for (var i = 0; i < input.Length; i++)
            {
                input[i] = alphabet[random.Next(alphabet.Length)];
            }

            var decoder = new ImapDecoder();
            decoder.Reset(input);
            for (var steps = 0; steps < 30 && !decoder.AtEnd && !decoder.Failed; steps++)
            {
                switch (random.Next(10))
                {
                    case 0: decoder.AString(out string _); break;
                    case 1: decoder.Mailbox(out _); break;
                    case 2: decoder.FlagList(out _); break;
                    case 3: decoder.SequenceSet(out _); break;
                    case 4: decoder.DateTime(out _); break;
                    case 5: decoder.NString(out _); break;
                    case 6: decoder.ListMailbox(out _); break;
                    case 7: decoder.Number64(out _); break;
                    case 8: decoder.TryOpen(); break;
                    default: decoder.Take((byte)' '); break;
                }
            }

            Assert.InRange(decoder.Position, 0, input.Length);
        }
    }
}
