using System.Text;
using MailAdmin.Store.Summaries;
using Xunit;

namespace MailAdmin.Store.Tests.Summaries;

/// <summary>Quoted-printable in pieces of every size. RFC 2045 §6.7.</summary>
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

    [Fact]
    public void A_run_of_blanks_beyond_any_line_is_kept_without_being_held()
    {
        var input = Encoding.ASCII.GetBytes("a" + new string(' ', 100_000) + "\r\n");
        var decoded = Decode(input, 4096);
        Assert.InRange(decoded.Length, 90_000, input.Length);
    }

    private static byte[] Decode(byte[] input, int piece)
    {
        var decoder = new TransferDecoder(TransferEncoding.QuotedPrintable);
        var output = new byte[decoder.MaxOutput(piece)];
        using var decoded = new MemoryStream();
        for (var at = 0; at < input.Length; at += piece)
        {
            decoded.Write(output, 0, decoder.Decode(input, at, Math.Min(piece, input.Length - at), output));
        }

        return decoded.ToArray();
    }
}
