using System.Buffers;
using System.Text;
using MailAdmin.Protocol.Smtp;

namespace MailAdmin.Protocol.Tests.Smtp;

public sealed class HeaderFilterTests
{
    [Theory]
    [InlineData("From: a\r\nSubject: b\r\n\r\nbody", "From: a\r\nSubject: b\r\n")]
    [InlineData("Return-Path: <x>\r\nFrom: a\r\n\r\nbody", "From: a\r\n")]
    [InlineData("From: a\r\nBcc: x,\r\n y\r\nTo: b\r\n\r\nbody", "From: a\r\nTo: b\r\n")]
    [InlineData("BCC : x\r\nFrom: a\r\n\r\nbody", "From: a\r\n")]
    [InlineData("Resent-Bcc: x\r\nFrom: a\r\n\r\nbody", "From: a\r\n")]
    [InlineData("Bccx: x\r\nX-A-Very-Long-Field-Name: y\r\n z\r\n\r\nbody", "Bccx: x\r\nX-A-Very-Long-Field-Name: y\r\n z\r\n")]
    [InlineData("\r\nbody", "")]
    [InlineData("not a field\r\nbody", "")]
    [InlineData("From: a\r\nnot a field\r\nbody", "From: a\r\n")]
    public void What_must_not_stay_goes_and_the_rest_stays(string message, string header)
    {
        foreach (var (kept, body, _) in Feed(message, removeBcc: true))
        {
            Assert.Equal(header, kept);
            Assert.EndsWith(body, message, StringComparison.Ordinal);
            Assert.Contains("body", body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Bcc_stays_in_mail_from_other_servers()
    {
        foreach (var (kept, _, _) in Feed("Bcc: x\r\nA: b\r\n\r\nbody", removeBcc: false))
        {
            Assert.Equal("Bcc: x\r\nA: b\r\n", kept);
        }
    }

    [Fact]
    public void Hops_and_missing_fields_are_noted()
    {
        foreach (var (_, _, filter) in Feed("received: a\r\nReceived: b\r\n\tc\r\nDATE: x\r\nReceivedx: y\r\n\r\nReceived: in the body\r\n", removeBcc: true))
        {
            Assert.Equal(2, filter.ReceivedCount);
            Assert.True(filter.HasDate);
            Assert.False(filter.HasMessageId);
        }
    }

    private static IEnumerable<(string Header, string Body, HeaderFilter Filter)> Feed(string message, bool removeBcc)
    {
        var octets = Encoding.ASCII.GetBytes(message);
        for (var piece = 1; piece <= octets.Length; piece++)
        {
            var filter = new HeaderFilter(removeBcc);
            var output = new ArrayBufferWriter<byte>();
            var body = new StringBuilder();
            for (var at = 0; at < octets.Length; at += piece)
            {
                var run = octets.AsSpan(at, Math.Min(piece, octets.Length - at));
                if (!filter.InBody)
                {
                    run = run[filter.Consume(run, output)..];
                    if (filter.InBody)
                    {
                        body.Append(Encoding.ASCII.GetString(filter.Held));
                    }
                }

                body.Append(Encoding.ASCII.GetString(run));
            }

            Assert.True(filter.InBody);
            yield return (Encoding.ASCII.GetString(output.WrittenSpan), body.ToString(), filter);
        }
    }
}
