using MailAdmin.Testing;
using MailAdmin.Testing.Fuzzing;

namespace MailAdmin.Server.Tests.Fuzzing;

/// <summary>Short runs of the fuzzers; the long ones are the benchmarks' verb <c>fuzz</c>.</summary>
public sealed class FuzzTests
{
    private const int Seed = 20261122;

    public static TheoryData<string> Grammars => [.. GrammarFuzz.Targets];

    [Theory]
    [InlineData("smtp")]
    [InlineData("submission")]
    [InlineData("pop3")]
    public async Task Spoiled_conversations_never_break_a_session(string target)
    {
        using var directory = new TempDirectory();
        await using var fuzzer = await SessionFuzzer.StartAsync(target, directory.Path);
        await fuzzer.SayCorpusAsync();
        await fuzzer.RunAsync(1500, Seed);
    }

    [Theory]
    [MemberData(nameof(Grammars))]
    public void Spoiled_input_never_breaks_a_grammar(string grammar) => GrammarFuzz.Run(grammar, 20_000, Seed);
}
