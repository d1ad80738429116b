using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Pop3;

/// <summary>Every rule of POP3 as a conversation: tests/transcripts/pop3.</summary>
public sealed class Pop3TranscriptTests
{
    public static TheoryData<string> Names => [.. TranscriptScript.Names("pop3")];

    [Theory]
    [MemberData(nameof(Names))]
    public Task It_goes_as_written(string name) => TranscriptPlayer.PlayAsync(TranscriptScript.Load(name), TestServer.StartForAsync);
}
