using System.Text.RegularExpressions;

namespace MailAdmin.Tests.Architecture;

/// <summary>Holds docs/rfc-index.md against what the sources cite.</summary>
public sealed partial class RfcIndexTests
{
    [Fact]
    public void Every_RFC_that_the_sources_cite_is_in_the_index()
    {
        var listed = File.ReadLines(Path.Combine(Tree.Root, "docs", "rfc-index.md"))
            .Where(l => l.StartsWith('|')).SelectMany(l => Number().Matches(l.Split('|')[1]).Select(m => m.Value)).ToHashSet();
        var cited = Tree.Sources()
            .SelectMany(f => Citation().Matches(File.ReadAllText(f)).Select(m => (Rfc: m.Groups["number"].Value, File: Path.GetRelativePath(Tree.Root, f))))
            .Where(c => !listed.Contains(c.Rfc));

        Assert.Empty(cited.GroupBy(c => c.Rfc).Select(g => $"RFC {g.Key}: {g.First().File}"));
    }

    [GeneratedRegex(@"\bRFC (?<number>\d{3,5})\b")]
    private static partial Regex Citation();

    [GeneratedRegex(@"\b\d{3,5}\b")]
    private static partial Regex Number();
}
