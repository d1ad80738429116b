using System.Text;
using MailAdmin.Store.Summaries;

namespace MailAdmin.Store.Tests.Summaries;

/// <summary>Quoted-printable and base64 in pieces of every size. RFC 2045 §6.7, §6.8.</summary>
public sealed class TransferDecoderTests
{
    [Theory]
    [InlineData("a=20\r\n", "a \r\n")]
    [InlineData("a \t \r\nb", "a\r\nb")]
    [InlineData("soft=\r\nbreak", "softbreak")]
    [InlineData("soft= \t\r\nbreak", "softbreak")]
    [InlineData("in \t side\r\n", "in \t side\r\n")]
    [InlineData(" lead\r\n   \r\nend  ", " lead\r\n\r\nend")]
    [InlineData("lf \nonly\n", "lf\nonly\n")]
    [InlineData("cr \r x\r\n", "cr \r x\r\n")]
    [InlineData("cr \r", "cr")]
    [InlineData("=C3=BC=3D =\r\n=3d", "ü= =")]
    public void Blanks_at_the_end_of_a_line_are_no_content(string encoded, string content)
    {
        var input = Encoding.UTF8.GetBytes(encoded);
        for (var piece = 1; piece <= input.Length; piece++)
        {
            Assert.Equal(content, Encoding.UTF8.GetString(Decode(input, piece)));
        }
    }

    [Theory]
    [InlineData("aGVsbG8gd29ybGQ=", "hello world")]
    [InlineData("aGVsbG8gd29ybGQ", "hello world")]
    [InlineData("aGVsbG8gd29yb A", "hello worl")]
    [InlineData("aGVs\r\nbG8\r\n", "hello")]
    [InlineData("aGVsbG8=aGVs", "hellohel")]
    [InlineData("aGVsb", "hel")]
    [InlineData("aGVsbG8gd29ybGQgYW5kIG1vcmUgb2YgaXQ\r\n", "hello world and more of it")]
    public void Base64_without_its_padding_is_decoded_to_the_last_octet(string encoded, string content)
    {
        var input = Encoding.UTF8.GetBytes(encoded);
        for (var piece = 1; piece <= input.Length; piece++)
        {
            Assert.Equal(content, Encoding.UTF8.GetString(Decode(input, piece, TransferEncoding.Base64)));
        }
    }

    [Fact]
    public void A_run_of_blanks_beyond_any_line_is_kept_without_being_held()
    {
        var input = Encoding.ASCII.GetBytes("a" + new string(' ', 100_000) + "\r\n");
        var decoded = Decode(input, 4096);
        Assert.InRange(decoded.Length, 90_000, input.Length);
    }

    private static byte[] Decode(byte[] input, int piece, TransferEncoding encoding = TransferEncoding.QuotedPrintable)
    {
        var decoder = new TransferDecoder(encoding);
        var output = new byte[Math.Max(decoder.MaxOutput(piece), 2)];
        using var decoded = new MemoryStream();
        for (var at = 0; at < input.Length; at += piece)
        {
            decoded.Write(output, 0, decoder.Decode(input, at, Math.Min(piece, input.Length - at), output));
        }

        decoded.Write(output, 0, decoder.Finish(output));
        return decoded.ToArray();
    }
}
