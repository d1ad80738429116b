using System.Text.RegularExpressions;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Smtp;

/// <summary>RFC 2034 §4, RFC 3463 §2: the class of an enhanced status code is the first digit of its reply code.</summary>
public sealed partial class StatusCodeTests
{
    [Fact]
    public void Every_reply_in_source_and_transcripts_has_the_class_of_its_code()
    {
        var root = Path.Combine(TranscriptScript.Root, "..", "..");
        var texts = Directory.EnumerateFiles(Path.Combine(root, "src", "MailAdmin.Server", "Smtp"), "*.cs", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Path.Combine(TranscriptScript.Root, "smtp"), "*.txt", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(Path.Combine(TranscriptScript.Root, "submission"), "*.txt"));
        var replies = texts.SelectMany(file => Reply().Matches(File.ReadAllText(file)).Select(m => (File: Path.GetFileName(file), m.Value))).ToList();
        Assert.True(replies.Count > 200);
        Assert.All(replies, r => Assert.True(r.Value[0] == r.Value[4], $"{r.File}: {r.Value}"));
    }

    [GeneratedRegex(@"(?<![\d.])[245]\d\d[ -]\d\.\d{1,3}\.\d{1,3}(?![\d.])")]
    private static partial Regex Reply();
}
