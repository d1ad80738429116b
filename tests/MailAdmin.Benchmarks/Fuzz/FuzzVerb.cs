using System.Diagnostics;
using System.Globalization;
using MailAdmin.Testing;
using MailAdmin.Testing.Fuzzing;

namespace MailAdmin.Benchmarks.Fuzz;

/// <summary>The long runs of what the tests do shortly: spoiled conversations said to sessions, and spoiled input for each grammar by itself.</summary>
internal sealed class FuzzVerb : IBenchmarkVerb
{
    private static readonly string[] Sessions = ["smtp", "submission", "pop3", "imap"];

    public string Name => "fuzz";
    public string Usage =>
        $"--target {string.Join('|', Sessions)}|mime|{string.Join('|', GrammarFuzz.Targets)}|grammars [--inputs 1000000] [--seed 1] [--minutes 0]: "
        + "conversations for sessions, octets for grammars; fails at the first crash, hang or growth. With --minutes it goes on with one seed after another until then";

    public async Task<int> RunAsync(BenchmarkOptions options)
    {
        var until = Stopwatch.StartNew();
        var minutes = options.Number("minutes", 0);
        var seed = (int)options.Number("seed", 1);
        do
        {
            var target = options.Text("target", "smtp");
            foreach (var one in target == "grammars" ? [.. GrammarFuzz.Targets, "mime"] : new[] { target })
            {
                await RunAsync(one, options.Number("inputs", 1_000_000), seed);
            }

            seed++;
        }
        while (until.Elapsed.TotalMinutes < minutes);
        return 0;
    }

    private static async Task RunAsync(string target, long inputs, int seed)
    {
        var clock = Stopwatch.StartNew();
        // Memory is asked for now and then, after a full collection: what a session or a grammar kept for ever would show.
        void Progress(long i)
        {
            if ((i + 1) % 1_000_000 == 0 || (i + 1 == inputs))
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{target}, seed {seed}: {i + 1} inputs, {(i + 1) / clock.Elapsed.TotalSeconds:F0}/s, {GC.GetTotalMemory(forceFullCollection: true) / 1024} KiB"));
            }
        }

        if (target == "mime")
        {
            MimeFuzz.Run(inputs, seed, Progress);
        }
        else if (!Sessions.Contains(target))
        {
            GrammarFuzz.Run(target, inputs, seed, Progress);
        }
        else
        {
            using var directory = new TempDirectory();
            await using var fuzzer = await SessionFuzzer.StartAsync(target, directory.Path);
            await fuzzer.RunAsync(inputs, seed, Progress);
        }
    }
}
