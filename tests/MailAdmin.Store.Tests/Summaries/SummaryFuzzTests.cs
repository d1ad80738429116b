using System.Text;
using MailAdmin.Store.Summaries;

namespace MailAdmin.Store.Tests.Summaries;

/// <summary>Whatever a message holds, its summary is made, its parts lie within it and within one another, and its texts are one well-formed list.</summary>
public sealed class SummaryFuzzTests
{
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Mutated_messages_keep_the_invariants(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 3000; round++)
        {
            SummaryFuzz.Check(SummaryFuzz.Next(random));
        }
    }
}

/// <summary>Shared by the short test and by the long run of the benchmarks program.</summary>
internal static class SummaryFuzz
{
    private static readonly string[] Pieces =
    [
        "\r\n", "\r\n\r\n", "\n", "\r", "--b", "--b--", "--c", "--", ": ", ";", "\"", "(", ")", "<", ">", "@", ",", "=?utf-8?q?=C3=BC?=", "\\", "\0", "\u00fc", " ", "\t",
        "Content-Type: multipart/mixed; boundary=b\r\n", "Content-Type: multipart/digest; boundary=\"c\"\r\n", "Content-Type: message/rfc822\r\n", "Content-Type: text/html; charset=utf-7\r\n",
        "Content-Transfer-Encoding: base64\r\n", "Content-Disposition: attachment; filename*0*=utf-8''%f; filename*1=\"x", "From: ", "To: g:a@b;", "Subject: ", "Date: Mon, 1 Jan 2026 00:00:00 +9999\r\n",
        "Content-Language: a, b\r\n", "References: <a@b> <c", "=", "%", "*0", "text",
    ];

    public static byte[] Next(Random random)
    {
        var text = new StringBuilder();
        var count = random.Next(60);
        for (var i = 0; i < count; i++)
        {
            text.Append(Pieces[random.Next(Pieces.Length)]);
        }

        return Encoding.Latin1.GetBytes(text.ToString());
    }

    public static void Check(byte[] message)
    {
        var summary = MessageSummary.Compute(new MemoryContent(message));
        var chunked = MessageSummary.Compute(new MemoryContent(message, 3));
        Assert.True(summary.Encode().Span.SequenceEqual(chunked.Encode().Span));
        CheckPart(summary.Root, 0, message.Length);
        CheckList(summary.Envelope);
        CheckList(summary.BodyStructure);
        var body = new System.Buffers.ArrayBufferWriter<byte>();
        summary.WriteBody(body);
        CheckList(body.WrittenSpan);
        _ = (summary.Subject, summary.From, summary.To, summary.MessageId, summary.References, summary.Date, summary.Preview);
        _ = BaseSubject.Extract(summary.Subject ?? "", out _);
        Assert.Equal(summary.Root.Walk().Count(), MessageSummary.Decode(summary.Encode()).Root.Walk().Count());
    }

    private static void CheckPart(MimePart part, long from, long to)
    {
        Assert.InRange(part.HeaderOffset, from, to);
        Assert.InRange(part.BodyOffset, from, to);
        Assert.InRange(part.BodyOffset + part.BodyLength, from, to);
        Assert.Equal(part.Kind is MimePartKind.Multipart or MimePartKind.Message, part.Children.Count > 0);
        var at = part.BodyOffset;
        foreach (var child in part.Children)
        {
            CheckPart(child, at, part.BodyOffset + part.BodyLength);
            at = child.BodyOffset + child.BodyLength;
        }
    }

    /// <summary>Reads one parenthesized list with a reader of its own.</summary>
    private static void CheckList(ReadOnlySpan<byte> text)
    {
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case (byte)'(': depth++; break;
                case (byte)')': Assert.True(--depth > 0 || i == text.Length - 1); break;
                case (byte)'"':
                    for (i++; text[i] != '"'; i++)
                    {
                        Assert.True(text[i] is > 0 and < 128 and not (byte)'\r' and not (byte)'\n');
                        i += text[i] == '\\' ? 1 : 0;
                    }

                    break;
                case (byte)'{':
                    var close = text[i..].IndexOf((byte)'}');
                    i += close + 2 + int.Parse(text[(i + 1)..(i + close)], System.Globalization.CultureInfo.InvariantCulture);
                    break;
            }
        }

        Assert.Equal(0, depth);
    }
}
