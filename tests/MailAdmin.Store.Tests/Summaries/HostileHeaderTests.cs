using System.Text;
using MailAdmin.Store.Summaries;
using MailAdmin.Testing;

namespace MailAdmin.Store.Tests.Summaries;

/// <summary>Headers made to be costly: work and memory grow with their length and not with its square.</summary>
public sealed class HostileHeaderTests
{
    private const int Octets = SummaryLimits.HeaderOctets - 100;

    /// <summary>Generous: a header, its copies, lists that grow by doubling, the summary made of it.</summary>
    private const long MostAllocated = 128L * Octets;

    private static string Repeat(string piece, int octets = Octets) => string.Concat(Enumerable.Repeat(piece, octets / piece.Length));

    public static TheoryData<string, string> Headers => new()
    {
        { "quoted strings in a value", "Content-Type: a" + Repeat("\"\"") },
        { "quoted strings that stay open", "Content-Type: a" + Repeat("\"x\" ") + "\"" },
        { "parameters without a name", "Content-Type: text/plain" + Repeat(";=\"\"") },
        { "semicolons", "Content-Type: text/plain" + Repeat(";") },
        { "one parameter with many values", "Content-Type: text/plain; a=b" + Repeat("\"\"") },
        { "long quoted values", "Content-Disposition: attachment" + Repeat(";a=\"" + new string('x', 3000) + "\"") },
        { "comments", "Content-Type: text/plain" + Repeat("(") },
        { "brackets", "To: a@" + Repeat("[") },
        { "routes", "To: " + Repeat("<@") },
        { "fields of addresses", Repeat("To:a\n") },
        { "empty fields of addresses", Repeat("Cc:\n") },
        { "commas", "From: " + Repeat(",") },
        { "groups", "Bcc: " + Repeat("a:;") },
        { "comments for names", "Reply-To: " + Repeat("(a)b,") },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void A_summary_costs_what_its_header_is_long(string name, string header)
    {
        var octets = MemoryContent.Crlf(header + "\n\nbody\n");
        MessageSummary.Compute(new MemoryContent("Subject: warm\r\n\r\n"u8.ToArray()));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var summary = MessageSummary.Compute(new MemoryContent(octets));
        _ = summary.From;
        _ = summary.To;
        _ = summary.FirstMailbox("To"u8);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < MostAllocated, $"{name}: {allocated:N0} octets allocated for {octets.Length:N0}");
    }

    /// <summary>Nothing is allocated where a square would be counted, so it shows by never coming to its end.</summary>
    [Theory]
    [InlineData("[]", "[] x", "x", false)]
    [InlineData("[] ", "[end]", "[end]", false)]
    [InlineData("re: ", "x", "x", true)]
    [InlineData("[a] re: ", "x", "x", true)]
    [InlineData("", "x (fwd)", "x", true)]
    [InlineData("[", "x", null, false)]
    [InlineData("[fwd:", "x", null, false)]
    public async Task The_base_subject_of_a_very_long_subject_is_found(string piece, string end, string? expected, bool isReply)
    {
        const int Length = 4_000_000;
        var start = piece.Length == 0 ? "" : Repeat(piece, Length);
        var subject = start + end + (piece.Length == 0 ? Repeat(" (fwd)", Length) : "");
        var (found, reply) = await Eventually.Within(Task.Run(() => (BaseSubject.Extract(subject, out var r), r)), "a base subject");
        Assert.Equal(expected ?? subject, found);
        Assert.Equal(isReply, reply);
    }

    [Fact]
    public void Address_fields_that_stand_there_more_than_once_add_up()
    {
        var summary = MemoryContent.Summarize("To: a@x\nTo: \"b, c\" <b@x>\nCc: g: d@x\nCc: e@x\n\n");
        Assert.Contains("((NIL NIL \"a\" \"x\")(\"b, c\" NIL \"b\" \"x\"))", Encoding.ASCII.GetString(summary.Envelope), StringComparison.Ordinal);
        Assert.Equal("a@x, \"b, c\" <b@x>", summary.To);
    }
}
