using System.Text;
using MailAdmin.Store.Summaries;

namespace MailAdmin.Store.Tests.Summaries;

/// <summary>Where parts lie, to the octet. RFC 9051 §6.4.5 part numbers.</summary>
public sealed class SectionOffsetTests
{
    private const string Message = """
        Subject: outer
        Content-Type: multipart/mixed; boundary=o

        prologue
        --o
        X: 1

        one
        --o
        Content-Type: message/rfc822

        Subject: inner
        Content-Type: multipart/alternative; boundary=i

        --i

        two.one
        --i
        Content-Type: message/rfc822

        Subject: single

        deep
        --i--
        --o
        Content-Type: message/rfc822

        Subject: plain

        three
        --o--
        epilogue

        """;

    private static string? Body(string number, int step = int.MaxValue)
    {
        var octets = MemoryContent.Crlf(Message);
        var part = MessageSummary.Compute(new MemoryContent(octets, step)).Root.Find([.. number.Split('.').Select(int.Parse)]);
        return part is null ? null : Encoding.Latin1.GetString(octets, (int)part.BodyOffset, (int)part.BodyLength);
    }

    [Theory]
    [InlineData("1", "one")]
    [InlineData("2.1", "two.one")]
    [InlineData("2.2", "Subject: single\r\n\r\ndeep")]
    [InlineData("2.2.1", "deep")]
    [InlineData("3", "Subject: plain\r\n\r\nthree")]
    [InlineData("3.1", "three")]
    [InlineData("4", null)]
    [InlineData("0", null)]
    [InlineData("1.1", null)]
    [InlineData("2.3", null)]
    [InlineData("3.2", null)]
    [InlineData("3.1.1", null)]
    public void A_part_is_found_by_its_number(string number, string? expected)
    {
        Assert.Equal(expected, Body(number));
        Assert.Equal(expected, Body(number, step: 1));
        Assert.Equal(expected, Body(number, step: 7));
    }

    [Fact]
    public void A_plain_message_is_its_own_part_1()
    {
        var root = MemoryContent.Summarize("Subject: x\n\nbody").Root;
        Assert.Same(root, root.Find([1]));
        Assert.Null(root.Find([1, 1]));
        Assert.Null(root.Find([2]));
    }

    [Theory]
    [InlineData("Content-Type: multipart/digest; boundary=c\r\n\r\n--c\r\n\r\nSubject: cut\r\n--c--")]
    [InlineData("Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n--o--\r\n")]
    public void A_header_that_a_boundary_cuts_short_lies_within_its_parent(string message)
    {
        var summary = MessageSummary.Compute(new MemoryContent(Encoding.ASCII.GetBytes(message)));
        foreach (var part in summary.Root.Walk())
        {
            foreach (var child in part.Children)
            {
                Assert.InRange(child.BodyOffset + child.BodyLength, part.BodyOffset, part.BodyOffset + part.BodyLength);
            }
        }
    }

    [Fact]
    public void Bare_LF_lines_are_lines_too()
    {
        var octets = "Content-Type: multipart/mixed; boundary=b\n\n--b\nX: y\n\none\n--b\n\ntwo\n--b--\n"u8.ToArray();
        var root = MessageSummary.Compute(new MemoryContent(octets)).Root;
        Assert.Equal("one", Encoding.ASCII.GetString(octets, (int)root.Children[0].BodyOffset, (int)root.Children[0].BodyLength));
        Assert.Equal("two", Encoding.ASCII.GetString(octets, (int)root.Children[1].BodyOffset, (int)root.Children[1].BodyLength));
    }

    [Fact]
    public void Lines_longer_than_the_window_do_not_hide_what_follows()
    {
        var line = new string('-', 100_000);
        var root = MemoryContent.Summarize($"Content-Type: multipart/mixed; boundary=b\nX-Long: {line}\n\n--b\n\n{line}\n--b\n\n{line}--b\n--b--\n").Root;
        Assert.Equal(2, root.Children.Count);
        Assert.Equal(100_000, root.Children[0].BodyLength);
        Assert.Equal(100_003, root.Children[1].BodyLength);
    }

    /// <summary>An independent slow reading: the multipart is cut at its boundary lines with strings.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_multiparts_are_cut_as_a_slow_reading_cuts_them(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var parts = Enumerable.Range(0, random.Next(1, 6)).Select(_ => RandomText(random)).ToList();
            var text = "Content-Type: multipart/mixed; boundary=bnd\r\n\r\n" + RandomText(random) + string.Concat(parts.Select(p => "\r\n--bnd\r\nX: y\r\n\r\n" + p)) + "\r\n--bnd--\r\n" + RandomText(random);
            var octets = Encoding.Latin1.GetBytes(text);
            var root = MessageSummary.Compute(new MemoryContent(octets, random.Next(1, 50))).Root;
            Assert.Equal(parts, root.Children.Select(c => Encoding.Latin1.GetString(octets, (int)c.BodyOffset, (int)c.BodyLength)));
            Assert.Equal(parts.Select(p => (long)p.Count(c => c == '\n')), root.Children.Select(c => c.BodyLines));
        }
    }

    private static string RandomText(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(0, 8)).Select(_ => random.Next(8) switch
        {
            0 => "\r\n", 1 => "\n", 2 => "--bn", 3 => "-", 4 => "\r", 5 => "--bndx\r\n", 6 => "text ", _ => " --bnd",
        }));
}
