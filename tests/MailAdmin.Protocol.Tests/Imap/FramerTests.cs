using System.Buffers;
using System.Text;
using MailAdmin.Protocol.Imap;

namespace MailAdmin.Protocol.Tests.Imap;

public sealed class FramerTests
{
    private const int Line = 64, Literals = 32;
    private const long Skip = 1000;

    /// <summary>Plays input in pieces; returns what the framer found, with the octets of each frame.</summary>
    private static List<string> Frame(string input, int piece)
    {
        var found = new List<string>();
        var framer = new ImapFramer(Line, Literals, Skip);
        var held = Array.Empty<byte>();
        var octets = Encoding.Latin1.GetBytes(input);
        for (var at = 0; at < octets.Length || at == 0;)
        {
            var take = Math.Min(piece, octets.Length - at);
            held = [.. held, .. octets.AsSpan(at, take)];
            at += take;
            while (true)
            {
                var frame = framer.Read(new ReadOnlySequence<byte>(held));
                if (frame.Kind is not (ImapFrameKind.NeedMore or ImapFrameKind.Dropped))
                {
                    var text = Encoding.Latin1.GetString(held, 0, frame.Length).Replace("\r\n", "|", StringComparison.Ordinal).Replace("\n", "!", StringComparison.Ordinal);
                    found.Add(frame.Kind is ImapFrameKind.TooLong or ImapFrameKind.BareLineFeed ? $"{frame.Kind} {framer.Tag}" : $"{frame.Kind} {text}");
                }

                held = held[frame.Length..];
                if (frame.Kind == ImapFrameKind.Message)
                {
                    var message = (int)Math.Min(frame.Literal.Length, held.Length);
                    held = held[message..];
                }

                if (frame.Kind is ImapFrameKind.NeedMore or ImapFrameKind.Hopeless)
                {
                    break;
                }
            }

            if (take == 0)
            {
                break;
            }
        }

        return found;
    }

    private static void Same(string input, params string[] expected)
    {
        Assert.Equal(expected, Frame(input, int.MaxValue));
        if (!input.Contains("APPEND", StringComparison.Ordinal))
        {
            for (var piece = 1; piece < 8; piece++)
            {
                Assert.Equal(expected, Frame(input, piece));
            }
        }
    }

    [Fact]
    public void Commands_come_one_by_one_however_they_arrive() =>
        Same("a NOOP\r\nb NOOP\r\n", "Command a NOOP|", "Command b NOOP|");

    [Fact]
    public void A_synchronizing_literal_asks_to_continue_and_belongs_to_its_command() =>
        Same("a LOGIN {3}\r\nfoo {3}\r\nbar\r\nb NOOP\r\n", "Continue ", "Continue ", "Command a LOGIN {3}|foo {3}|bar|", "Command b NOOP|");

    [Fact]
    public void A_non_synchronizing_literal_needs_no_continuation() =>
        Same("a LOGIN {3+}\r\nfoo {5+}\r\nb\r\nar\r\n", "Command a LOGIN {3+}|foo {5+}|b|ar|");

    [Fact]
    public void An_empty_literal_is_one() => Same("a LOGIN {0+}\r\n {0+}\r\n\r\n", "Command a LOGIN {0+}| {0+}||");

    [Fact]
    public void A_line_with_a_bare_line_feed_is_dropped_up_to_the_next_CRLF() =>
        Same("a NOOP\nb LOGOUT\n\nc LOGOUT\r\nd NOOP\r\n", "BareLineFeed a", "Command d NOOP|");

    [Fact]
    public void A_line_with_a_bare_line_feed_takes_its_literals_along() =>
        Same("a X {12+}\nb LOGOUT\r\n\r\n {3+}\r\n\r\n\n y {10}\r\nc NOOP\r\n", "BareLineFeed a", "Command c NOOP|");

    [Fact]
    public void A_bare_line_feed_behind_a_literal_is_one() =>
        Same("a X {4+}\r\n1\r\n2\nb LOGOUT\r\nc NOOP\r\n", "BareLineFeed a", "Command c NOOP|");

    [Fact]
    public void A_line_over_the_limit_ends_with_CRLF_only() =>
        Same($"a NOOP {new string('x', 500)}\nb LOGOUT {{12+}}\nc LOGOUT\r\n\r\n\r\nd NOOP\r\n", "TooLong a", "Command d NOOP|");

    [Fact]
    public void A_literal_over_the_limit_is_read_past_and_never_run() =>
        Same("a LOGIN {40+}\r\nx\r\nc LOGOUT\r\n0123456789012345678901234567 end\r\nb NOOP\r\n", "TooLong a", "Command b NOOP|");

    [Fact]
    public void A_synchronizing_literal_over_the_limit_ends_the_command() =>
        Same("a LOGIN {4000}\r\nb NOOP\r\n", "TooLong a", "Command b NOOP|");

    [Fact]
    public void A_literal_behind_a_good_one_over_the_limit_leaves_nothing_to_run() =>
        Same("a LOGIN {10}\r\nb LOGOUT\r\n {30+}\r\nc LOGOUT\r\nd LOGOUT\r\n12345678 x\r\ne NOOP\r\n", "Continue ", "TooLong a", "Command e NOOP|");

    [Fact]
    public void A_literal_too_long_to_read_past_is_hopeless() => Assert.Equal(["Hopeless "], Frame("a LOGIN {4294967296+}\r\nb NOOP\r\n", int.MaxValue));

    [Fact]
    public void A_literal_of_absurd_length_is_hopeless() => Assert.Equal(["Hopeless "], Frame("a LOGIN {9999999999999999999+}\r\n", int.MaxValue));

    [Fact]
    public void A_line_over_the_limit_is_read_past() =>
        Same($"a NOOP {new string('x', 500)}\r\nb NOOP\r\n", "TooLong a", "Command b NOOP|");

    [Fact]
    public void A_line_over_the_limit_takes_its_literals_along() =>
        Same($"a X {new string('x', 100)} {{12+}}\r\nb LOGOUT\r\n\r\n y\r\nc NOOP\r\n", "TooLong a", "Command c NOOP|");

    [Fact]
    public void An_append_is_handed_over_at_its_message() =>
        Same("a APPEND {5+}\r\nINBOX (\\Seen) {500+}\r\n" + new string('m', 500) + "\r\n",
            "Message a APPEND {5+}|INBOX (\\Seen) {500+}|", "Command |");

    [Fact]
    public void The_name_of_an_append_may_be_a_literal() =>
        Same("a append {5}\r\nINBOX {3}\r\n", "Continue ", "Message a append {5}|INBOX {3}|");

    [Theory]
    [InlineData("{5}", 5, true, false)]
    [InlineData("{5+}", 5, false, false)]
    [InlineData("~{0+}", 0, false, true)]
    public void Announcements_are_read(string text, long length, bool synchronizing, bool binary)
    {
        Assert.True(ImapLiteral.TryParse(Encoding.ASCII.GetBytes(text), out var literal));
        Assert.Equal(new ImapLiteral(length, synchronizing, binary), literal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{+}")]
    [InlineData("{-1}")]
    [InlineData("{1-}")]
    [InlineData("{ 1}")]
    [InlineData("~1}")]
    public void What_is_no_announcement_is_refused(string text) => Assert.False(ImapLiteral.TryParse(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void Random_input_never_breaks_the_framer()
    {
        var random = new Random(20260);
        var alphabet = "aA1 {}+~\r\n\"()0123APPENDREPLACEUID\0\xff"u8.ToArray();
        for (var round = 0; round < 3000; round++)
        {
            var input = new byte[random.Next(1, 200)];
            for (var i = 0; i < input.Length; i++)
            {
                input[i] = alphabet[random.Next(alphabet.Length)];
            }

            var text = Encoding.Latin1.GetString(input);
            if (!text.Contains("APPEND", StringComparison.OrdinalIgnoreCase) && !text.Contains("REPLACE", StringComparison.OrdinalIgnoreCase))
            {
                Assert.Equal(Frame(text, int.MaxValue), Frame(text, 1));
            }
        }
    }
}
