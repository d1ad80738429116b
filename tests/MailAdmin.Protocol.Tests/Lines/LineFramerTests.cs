using System.Buffers;
using System.Text;
using MailAdmin.Protocol.Lines;

namespace MailAdmin.Protocol.Tests.Lines;

public sealed class LineFramerTests
{
    public static TheoryData<string, string> Cases => new()
    {
        { "NOOP\r\n", "[NOOP]" },
        { "\r\n", "[]" },
        { "A\r\nB\r\n\r\nC\r\n", "[A][B][][C]" },
        { "A\nB\r\nC\r\n", "bare[C]" },
        { "A\rB\r\nC\r\n", "bare[C]" },
        { "A\n\nB\r\nC\r\n", "bare[C]" },
        { "A\r\r\nC\r\n", "bare[C]" },
        { "\nA\r\nC\r\n", "bare[C]" },
        { "MAIL FROM:<a@b>\nRCPT TO:<c@d>\nDATA\nQUIT\r\nNOOP\r\n", "bare[NOOP]" },
        { "12345678901234\r\n", "[12345678901234]" },
        { "123456789012345\r\nC\r\n", "long[C]" },
        { "12345678901234567890123456789012345678901234567890\r\nC\r\nD\r\n", "long[C][D]" },
        { "1234567890123456\n7890\r\nC\r\n", "long[C]" },
        { "unfinished", "" },
        { "A\r\nunfinished\r", "[A]" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Lines_come_out_the_same_however_the_octets_come_in(string input, string expected)
    {
        var octets = Encoding.Latin1.GetBytes(input);
        for (var piece = 1; piece <= octets.Length; piece++)
        {
            Assert.Equal(expected, Feed(octets, piece, input.StartsWith("MAIL", StringComparison.Ordinal) ? 100 : 16));
        }
    }

    [Fact]
    public void A_line_that_never_ends_is_never_kept()
    {
        var framer = new LineFramer(100);
        var sequence = ReadOnlySequence<byte>.Empty;
        var reported = 0;
        for (var i = 0; i < 10_000; i++)
        {
            sequence = new ReadOnlySequence<byte>([.. sequence.ToArray(), .. "xxxxxxxxxx"u8]);
            while (framer.Read(ref sequence, out _) is var status && status != LineStatus.NeedMore)
            {
                reported++;
            }

            Assert.True(sequence.Length <= 110);
        }

        Assert.Equal(1, reported);
    }

    // Hands the octets over in pieces, each a segment of its own, keeping what was not consumed, as a connection does.
    private static string Feed(byte[] octets, int piece, int max)
    {
        var framer = new LineFramer(max);
        var text = new StringBuilder();
        var pending = new List<byte[]>();
        for (var at = 0; at < octets.Length; at += piece)
        {
            pending.Add(octets[at..Math.Min(at + piece, octets.Length)]);
            var sequence = Segments.Of(pending);
            LineStatus status;
            while ((status = framer.Read(ref sequence, out var line)) != LineStatus.NeedMore)
            {
                text.Append(status switch
                {
                    LineStatus.Line => $"[{Encoding.Latin1.GetString(line.ToArray())}]",
                    LineStatus.TooLong => "long",
                    _ => "bare",
                });
            }

            pending = [.. Pieces(sequence)];
        }

        return text.ToString();
    }

    private static IEnumerable<byte[]> Pieces(ReadOnlySequence<byte> sequence)
    {
        foreach (var memory in sequence)
        {
            yield return memory.ToArray();
        }
    }
}

internal sealed class Segments : ReadOnlySequenceSegment<byte>
{
    public static ReadOnlySequence<byte> Of(IReadOnlyList<byte[]> pieces)
    {
        if (pieces.Count == 0)
        {
            return ReadOnlySequence<byte>.Empty;
        }

        var first = new Segments { Memory = pieces[0] };
        var last = first;
        foreach (var piece in pieces.Skip(1))
        {
            var next = new Segments { Memory = piece, RunningIndex = last.RunningIndex + last.Memory.Length };
            last.Next = next;
            last = next;
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }
}
