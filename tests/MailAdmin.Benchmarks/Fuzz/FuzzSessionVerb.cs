using MailAdmin.Testing;
using MailAdmin.Testing.Fuzzing;

namespace MailAdmin.Benchmarks.Fuzz;

/// <summary>The long run of what the tests do shortly: spoiled conversations said to sessions.</summary>
internal sealed class FuzzSessionVerb : IBenchmarkVerb
{
    public string Name => "fuzz";
    public string Usage => "--target smtp|submission|pop3|imap|mime [--inputs 1000000] [--seed 1]: says spoiled conversations to sessions; fails at the first crash, hang or growth";

    public async Task<int> RunAsync(BenchmarkOptions options)
    {
        if (options.Text("target", "smtp") == "mime")
        {
            return FuzzMime(options.Number("inputs", 1_000_000), (int)options.Number("seed", 1));
        }

        using var directory = new TempDirectory();
        await using var fuzzer = await SessionFuzzer.StartAsync(options.Text("target", "smtp"), directory.Path);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var inputs = options.Number("inputs", 1_000_000);
        await fuzzer.RunAsync(inputs, (int)options.Number("seed", 1), i =>
        {
            if ((i + 1) % 100_000 == 0)
            {
                Console.WriteLine($"{i + 1} inputs, {(i + 1) / clock.Elapsed.TotalSeconds:F0}/s, {GC.GetTotalMemory(forceFullCollection: true) / 1024} KiB");
            }
        });
        Console.WriteLine($"{inputs} inputs, no failure, {inputs / clock.Elapsed.TotalSeconds:F0}/s");
        return 0;
    }

    private static int FuzzMime(long inputs, int seed)
    {
        var random = new Random(seed);
        for (long i = 0; i < inputs; i++)
        {
            var message = MimeFuzz.Next(random);
            try
            {
                MimeFuzz.Check(message);
            }
            catch (Exception fault)
            {
                // Whatever it is, the message that did it is what matters.
                Console.WriteLine($"input {i}: {fault}\n{Convert.ToBase64String(message)}");
                return 1;
            }
        }

        Console.WriteLine($"{inputs} messages, no failure");
        return 0;
    }
}
