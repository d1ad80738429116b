using MailAdmin.Testing;
using MailAdmin.Testing.Fuzzing;

namespace MailAdmin.Server.Tests.Smtp;

/// <summary>A short run of the fuzzer; the long one is the benchmarks' verb <c>fuzz</c>.</summary>
public sealed class SessionFuzzTests
{
    [Theory]
    [InlineData("smtp")]
    [InlineData("submission")]
    [InlineData("pop3")]
    public async Task Spoiled_conversations_never_break_a_session(string target)
    {
        using var directory = new TempDirectory();
        await using var fuzzer = await SessionFuzzer.StartAsync(target, directory.Path);
        await fuzzer.SayCorpusAsync();
        await fuzzer.RunAsync(1500, seed: 20261122);
    }
}
