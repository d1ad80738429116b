using System.Buffers;
using System.Text;
using MailAdmin.Protocol.Imap;

namespace MailAdmin.Protocol.Tests.Imap;

public sealed class EncoderTests
{
    private delegate void Writing(ref ImapEncoder encoder);

    private static string Write(Writing write)
    {
        var output = new ArrayBufferWriter<byte>();
        var encoder = new ImapEncoder(output);
        write(ref encoder);
        encoder.Commit();
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    [Theory]
    [InlineData("plain", "\"plain\"")]
    [InlineData("", "\"\"")]
    [InlineData("a\"b\\c", "\"a\\\"b\\\\c\"")]
    [InlineData("a\r\nb", "{4}\r\na\r\nb")]
    [InlineData("ü", "{2}\r\nü")]
    public void A_string_takes_the_form_it_needs(string text, string expected) => Assert.Equal(expected, Write((ref e) => e.String(text)));

    [Fact]
    public void With_utf8_text_is_quoted() => Assert.Equal("\"ü\"", Write((ref e) => e.String("ü", utf8: true)));

    [Theory]
    [InlineData("INBOX", "INBOX")]
    [InlineData("a b", "\"a b\"")]
    [InlineData("nil", "\"nil\"")]
    [InlineData("a*", "\"a*\"")]
    [InlineData("Entwürfe", "Entw&APw-rfe")]
    [InlineData("a\"b", "\"a\\\"b\"")]
    public void A_name_is_written(string name, string expected) => Assert.Equal(expected, Write((ref e) => e.Mailbox(name, utf8: false)));

    [Fact]
    public void A_name_in_utf8_is_quoted() => Assert.Equal("\"Entwürfe\"", Write((ref e) => e.Mailbox("Entwürfe", utf8: true)));

    [Fact]
    public void A_date_is_written() =>
        Assert.Equal("\" 1-Feb-2026 09:08:07 -0130\"", Write((ref e) => e.DateTime(new DateTimeOffset(2026, 2, 1, 9, 8, 7, new TimeSpan(-1, -30, 0)))));

    [Fact]
    public void Nothing_is_lost_or_left_over_where_the_output_gives_a_new_span()
    {
        var output = new Pieces();
        var encoder = new ImapEncoder(output);
        var expected = new StringBuilder();
        for (var i = 0; i < 5000; i++)
        {
            encoder.Text("$Keyword");
            encoder.Number((uint)i);
            encoder.Space();
            encoder.Quoted("a\"b"u8);
            encoder.DateTime(DateTimeOffset.UnixEpoch);
            encoder.Range(1, 2);
            encoder.Crlf();
            expected.Append(System.Globalization.CultureInfo.InvariantCulture, $"$Keyword{i} \"a\\\"b\"\" 1-Jan-1970 00:00:00 +0000\"1:2\r\n");
        }

        encoder.Commit();
        Assert.Equal(expected.ToString(), output.Text);
    }

    /// <summary>Gives spans that are just as long as asked for, each filled with what must not be seen.</summary>
    private sealed class Pieces : IBufferWriter<byte>
    {
        private readonly StringBuilder _text = new();
        private byte[] _piece = [];

        public string Text => _text.ToString();

        public void Advance(int count)
        {
            _text.Append(Encoding.Latin1.GetString(_piece, 0, count));
            _piece = [];
        }

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            _piece = new byte[sizeHint];
            _piece.AsSpan().Fill((byte)'#');
            return _piece;
        }

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        var random = new Random(7);
        for (var round = 0; round < 2000; round++)
        {
            var octets = new byte[random.Next(0, 1500)];
            for (var i = 0; i < octets.Length; i++)
            {
                octets[i] = (byte)random.Next(1, round % 2 == 0 ? 127 : 256);
            }

            var output = new ArrayBufferWriter<byte>();
            var encoder = new ImapEncoder(output);
            encoder.String(octets);
            encoder.Commit();
            var decoder = new ImapDecoder();
            decoder.Reset(output.WrittenMemory);
            decoder.String(out ReadOnlyMemory<byte> back).End();
            Assert.Null(decoder.Error);
            Assert.Equal(octets, back.ToArray());
        }
    }
}
