using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Smtp;

/// <summary>Every rule of SMTP as a conversation: tests/transcripts/smtp and submission.</summary>
public sealed class SmtpTranscriptTests
{
    public static TheoryData<string> Names => [.. TranscriptScript.Names("smtp"), .. TranscriptScript.Names("submission")];

    [Theory]
    [MemberData(nameof(Names))]
    public Task It_goes_as_written(string name) => TranscriptPlayer.PlayAsync(TranscriptScript.Load(name), TestServer.StartForAsync);
}
