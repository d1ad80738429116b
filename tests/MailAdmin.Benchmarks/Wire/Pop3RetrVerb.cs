using System.Diagnostics;
using System.Text;

namespace MailAdmin.Benchmarks.Wire;

/// <summary>Times RETR of many messages of any POP3 server, one by one and pipelined.</summary>
internal sealed class Pop3RetrVerb : IBenchmarkVerb
{
    public string Name => "wire-pop3";
    public string Usage => "--port 2110 --user U --password W [--count 5000] [--reps 3] [--window W] [--tls]: RETR per second, one by one and 50 at a time";

    public async Task<int> RunAsync(BenchmarkOptions options)
    {
        int[] windows = options.Number("window", 0) is > 0 and var one ? [(int)one] : [1, 50];
        foreach (var window in windows)
        {
            List<double> rates = [];
            for (var rep = 0; rep < options.Number("reps", 3); rep++)
            {
                rates.Add(await RetrieveAsync(options, (int)options.Number("count", 5000), window));
            }

            rates.Sort();
            Console.WriteLine($"retr, window {window,2}: median {rates[rates.Count / 2]:F0}/s, best {rates[^1]:F0}/s");
        }

        return 0;
    }

    private static async Task<double> RetrieveAsync(BenchmarkOptions options, int count, int window)
    {
        using var client = await WireClient.ConnectAsync(options, 2110);
        foreach (var line in new[] { $"USER {options.Text("user", "bench@example.org")}", $"PASS {options.Text("password", "benchmark-1")}" })
        {
            await client.SendAsync(line + "\r\n");
            var reply = await client.ReadLineAsync();
            if (!reply.StartsWith("+OK", StringComparison.Ordinal))
            {
                throw new InvalidOperationException(reply);
            }
        }

        var start = Stopwatch.GetTimestamp();
        int sent = 0, done = 0;
        var batch = new StringBuilder();
        while (done < count)
        {
            batch.Clear();
            while (sent < count && sent - done < window)
            {
                batch.Append($"RETR {++sent}\r\n");
            }

            if (batch.Length > 0)
            {
                await client.SendAsync(batch.ToString());
            }

            await client.SkipDotEndedAsync();
            done++;
        }

        var rate = count / Stopwatch.GetElapsedTime(start).TotalSeconds;
        await client.SendAsync("QUIT\r\n");
        await client.ReadLineAsync();
        return rate;
    }
}
