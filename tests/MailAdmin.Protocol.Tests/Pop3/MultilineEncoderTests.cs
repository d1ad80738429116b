using System.Buffers;
using System.Text;
using MailAdmin.Protocol.Pop3;

namespace MailAdmin.Protocol.Tests.Pop3;

public sealed class MultilineEncoderTests
{
    [Theory]
    [InlineData("", ".\r\n")]
    [InlineData("a\r\n", "a\r\n.\r\n")]
    [InlineData("a", "a\r\n.\r\n")]
    [InlineData("a\r", "a\r\n.\r\n")]
    [InlineData(".\r\n", "..\r\n.\r\n")]
    [InlineData("a\r\n.\r\n..b\r\n", "a\r\n..\r\n...b\r\n.\r\n")]
    [InlineData("a\n.\nb\n", "a\r\n..\r\nb\r\n.\r\n")]
    [InlineData("a\r.\r\n", "a\r.\r\n.\r\n")]
    [InlineData("\n\n", "\r\n\r\n.\r\n")]
    public void A_message_is_stuffed_and_ended(string message, string expected)
    {
        for (var piece = 1; piece <= Math.Max(1, message.Length); piece++)
        {
            Assert.Equal(expected, Encode(MultilineEncoder.ForMessage(), message, piece, tryUnchanged: false));
            Assert.Equal(expected, Encode(MultilineEncoder.ForMessage(), message, piece, tryUnchanged: true));
        }
    }

    [Theory]
    [InlineData(0, "A: b\r\n\r\n.\r\n")]
    [InlineData(1, "A: b\r\n\r\n1\r\n.\r\n")]
    [InlineData(2, "A: b\r\n\r\n1\r\n..2\r\n.\r\n")]
    [InlineData(9, "A: b\r\n\r\n1\r\n..2\r\n\r\n4\r\n.\r\n")]
    public void Top_ends_after_so_many_lines(int lines, string expected)
    {
        const string Message = "A: b\r\n\r\n1\r\n.2\r\n\r\n4";
        for (var piece = 1; piece <= Message.Length; piece++)
        {
            Assert.Equal(expected, Encode(MultilineEncoder.ForTop(lines), Message, piece, tryUnchanged: false));
        }
    }

    [Fact]
    public void Commands_are_read_and_random_ones_never_throw()
    {
        Assert.Equal(Pop3Verb.Retr, Pop3CommandLine.Parse("retr 1"u8, out var argument));
        Assert.Equal("1", Encoding.ASCII.GetString(argument));
        Assert.Equal(Pop3Verb.Pass, Pop3CommandLine.Parse("PASS  two spaces "u8, out argument));
        Assert.Equal(" two spaces ", Encoding.ASCII.GetString(argument));
        Assert.True(Pop3CommandLine.TryParseNumbers("3 0"u8, out var first, out var second));
        Assert.Equal((3, 0), (first, second));
        Assert.False(Pop3CommandLine.TryParseNumber("99999999999"u8, out _));
        Assert.False(Pop3CommandLine.TryParseNumber("-1"u8, out _));
        Assert.False(Pop3CommandLine.TryParseNumber("1 2"u8, out _));
        Assert.False(Pop3CommandLine.TryParseNumbers("1"u8, out _, out _));

        var random = new Random(11);
        var line = new byte[32];
        for (var round = 0; round < 50_000; round++)
        {
            random.NextBytes(line);
            var part = line.AsSpan(0, random.Next(line.Length));
            Pop3CommandLine.Parse(part, out _);
            _ = Pop3CommandLine.TryParseNumbers(part, out _, out _);
        }
    }

    private static string Encode(MultilineEncoder encoder, string message, int piece, bool tryUnchanged)
    {
        var output = new ArrayBufferWriter<byte>();
        for (var at = 0; at < message.Length && !encoder.IsDone; at += piece)
        {
            var octets = Encoding.ASCII.GetBytes(message[at..Math.Min(at + piece, message.Length)]);
            if (tryUnchanged && encoder.TryPassUnchanged(octets))
            {
                output.Write(octets);
            }
            else
            {
                encoder.Encode(octets, output);
            }
        }

        encoder.Complete(output);
        return Encoding.ASCII.GetString(output.WrittenSpan);
    }
}
