using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Imap;

/// <summary>Every conversation in tests/transcripts/imap.</summary>
public sealed class ImapTranscriptTests
{
    public static IEnumerable<TheoryDataRow<string>> Names => TranscriptScript.Names("imap").Select(n => new TheoryDataRow<string>(n));

    [Theory]
    [MemberData(nameof(Names))]
    public Task Conversation(string name) =>
        TranscriptPlayer.PlayAsync(TranscriptScript.Load(name), async script => await ImapServer.StartAsync(script));
}
