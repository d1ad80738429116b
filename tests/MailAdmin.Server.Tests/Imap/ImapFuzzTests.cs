using MailAdmin.Testing;
using MailAdmin.Testing.Fuzzing;

namespace MailAdmin.Server.Tests.Imap;

/// <summary>The short run; the long one is <c>tests/MailAdmin.Benchmarks -- fuzz --target imap</c>.</summary>
public sealed class ImapFuzzTests
{
    private const int Inputs = 3000, Seed = 20261122;

    [Fact]
    public async Task Spoiled_conversations_break_nothing()
    {
        using var directory = new TempDirectory();
        await using var fuzzer = await SessionFuzzer.StartAsync("imap", directory.Path);
        await fuzzer.SayCorpusAsync();
        await fuzzer.RunAsync(Inputs, Seed);
    }
}
