using System.Text;
using MailAdmin.Protocol.Smtp;

namespace MailAdmin.Protocol.Tests.Smtp;

public sealed class DataDecoderTests
{
    public static TheoryData<string, string, ContentFault, string> Contents => new()
    {
        // input, content, fault, commands behind the end
        { ".\r\n", "", ContentFault.None, "" },
        { "a\r\n.\r\n", "a\r\n", ContentFault.None, "" },
        { "a\r\n.\r\nQUIT\r\n", "a\r\n", ContentFault.None, "QUIT\r\n" },
        { "a\r\n..\r\n.\r\n", "a\r\n.\r\n", ContentFault.None, "" },
        { "..a\r\n...b\r\n.\r\n", ".a\r\n..b\r\n", ContentFault.None, "" },
        { ".a\r\n.\r\n", "a\r\n", ContentFault.None, "" },
        { "\r\n\r\n.\r\n", "\r\n\r\n", ContentFault.None, "" },
        // Smuggling: none of these is the end, and each is a fault.
        { "a\n.\nb\r\n.\r\n", "a\n.\nb\r\n", ContentFault.BareLineEnd, "" },
        { "a\n.\r\nb\r\n.\r\n", "a\n.\r\nb\r\n", ContentFault.BareLineEnd, "" },
        { "a\r\n.\nb\r\n.\r\n", "a\r\n\nb\r\n", ContentFault.BareLineEnd, "" },
        { "a\r\n.\rb\r\n.\r\n", "", ContentFault.BareLineEnd, "" },
        { "a\r.\rb\r\n.\r\n", "a\r.\rb\r\n", ContentFault.BareLineEnd, "" },
        { "a\r.\r\nb\r\n.\r\n", "a\r.\r\nb\r\n", ContentFault.BareLineEnd, "" },
        { "a\r\r\n.\r\n", "a\r\r\n", ContentFault.BareLineEnd, "" },
        { "a\r\n.\r\r\nb\r\n.\r\n", "", ContentFault.BareLineEnd, "" },
        { "a\r\n.\r.\r\nb\r\n.\r\n", "", ContentFault.BareLineEnd, "" },
        { "a\n\n.\n\nb\r\n.\r\n", "a\n\n.\n\nb\r\n", ContentFault.BareLineEnd, "" },
        { "a\0\r\n.\r\n", "a\0\r\n", ContentFault.None, "" },
        { new string('x', 98) + "\r\n.\r\n", new string('x', 98) + "\r\n", ContentFault.None, "" },
        { new string('x', 99) + "\r\n.\r\n", "", ContentFault.LineTooLong, "" },
    };

    [Theory]
    [MemberData(nameof(Contents))]
    public void Content_comes_out_the_same_however_it_comes_in(string input, string content, ContentFault fault, string behind)
    {
        var octets = Encoding.Latin1.GetBytes(input);
        for (var piece = 1; piece <= octets.Length; piece++)
        {
            var decoder = new DataDecoder(100);
            var text = new StringBuilder();
            var rest = new StringBuilder();
            for (var at = 0; at < octets.Length; at += piece)
            {
                ReadOnlyMemory<byte> chunk = octets.AsMemory(at, Math.Min(piece, octets.Length - at));
                while (!chunk.IsEmpty && !decoder.IsEnd)
                {
                    text.Append(Encoding.Latin1.GetString(decoder.Decode(ref chunk).Span));
                }

                rest.Append(Encoding.Latin1.GetString(chunk.Span));
            }

            Assert.True(decoder.IsEnd);
            Assert.Equal(fault, decoder.Fault);
            Assert.Equal(behind, rest.ToString());
            if (content.Length > 0 || fault == ContentFault.None)
            {
                Assert.Equal(content, text.ToString());
            }
        }
    }

    [Fact]
    public void Whatever_is_stuffed_comes_back()
    {
        var random = new Random(20260101);
        for (var round = 0; round < 2000; round++)
        {
            var content = new StringBuilder();
            for (var line = random.Next(8); line >= 0; line--)
            {
                for (var i = random.Next(6); i > 0; i--)
                {
                    content.Append(".ax."[random.Next(4)]);
                }

                content.Append("\r\n");
            }

            var stuffed = (content.ToString()[0] == '.' ? "." : "") + content.ToString().Replace("\r\n.", "\r\n..", StringComparison.Ordinal) + ".\r\nNOOP\r\n";
            ReadOnlyMemory<byte> input = Encoding.ASCII.GetBytes(stuffed);
            var decoder = new DataDecoder(1000);
            var text = new StringBuilder();
            while (!decoder.IsEnd)
            {
                // Random cuts.
                var cut = input[..Math.Min(input.Length, random.Next(1, 9))];
                var left = cut;
                text.Append(Encoding.ASCII.GetString(decoder.Decode(ref left).Span));
                input = input[(cut.Length - left.Length)..];
            }

            Assert.Equal(content.ToString(), text.ToString());
            Assert.Equal("NOOP\r\n", Encoding.ASCII.GetString(input.Span));
            Assert.Equal(ContentFault.None, decoder.Fault);
        }
    }

    [Theory]
    [InlineData("a\r\nb\r\n", false)]
    [InlineData("a\nb", true)]
    [InlineData("a\rb", true)]
    [InlineData("a\r", true)]
    [InlineData("a\r\r\n", true)]
    [InlineData("\n", true)]
    [InlineData("no end", false)]
    public void Bare_line_ends_in_chunks_are_found(string input, bool bare)
    {
        for (var piece = 1; piece <= input.Length; piece++)
        {
            var checker = new LineEndChecker();
            for (var at = 0; at < input.Length; at += piece)
            {
                checker.Check(Encoding.ASCII.GetBytes(input[at..Math.Min(at + piece, input.Length)]));
            }

            checker.Complete();
            Assert.Equal(bare, checker.HasBareLineEnd);
        }
    }
}
