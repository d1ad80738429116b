using MailAdmin.Server.Imap;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Imap;

/// <summary>What IMAP advertises stands in docs/rfc-index.md, in a row that says it is there.</summary>
public class ImapCapabilityIndexTests
{
    [Fact]
    public async Task Every_capability_stands_in_a_row_that_is_done_or_part()
    {
        var page = Path.Combine(TranscriptScript.Root, "..", "..", "docs", "rfc-index.md");
        var announced = (await File.ReadAllLinesAsync(page, TestContext.Current.CancellationToken))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length == 6 && (cells[3].StartsWith("done", StringComparison.Ordinal) || cells[3].StartsWith("part", StringComparison.Ordinal)))
            .SelectMany(cells => cells[4].Split(',', StringSplitOptions.TrimEntries))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        Assert.All(ImapCapabilities.All, name => Assert.Contains(name, announced));
    }
}
