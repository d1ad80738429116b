using System.Diagnostics;

namespace MailAdmin.Benchmarks.Wire;

/// <summary>Times FETCH and SEARCH over one mailbox of any IMAP server; each repetition is a new connection.</summary>
internal sealed class ImapFetchVerb : IBenchmarkVerb
{
    private static readonly (string Name, string Command)[] Work =
    [
        ("flags", "FETCH 1:* (FLAGS)"),
        ("envelope", "FETCH 1:* (FLAGS ENVELOPE BODYSTRUCTURE)"),
        ("headers", "UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (DATE FROM SUBJECT TO CC MESSAGE-ID)])"),
        ("body", "FETCH 1:* BODY.PEEK[]"),
        ("search-text", "SEARCH TEXT \"xyzzy\""),
        ("search-from", "SEARCH FROM \"sender42@\""),
        ("search-subject", "SEARCH SUBJECT \"government\""),
        ("search-unseen", "SEARCH UNSEEN"),
        ("search-since", "SEARCH SENTSINCE 1-Jan-2021"),
        ("sort", "SORT (SUBJECT) UTF-8 ALL"),
        ("thread", "THREAD REFERENCES UTF-8 ALL"),
    ];

    public string Name => "wire-imap";
    public string Usage => "--port 2143 --user U --password W [--host H] [--tls] [--reps 3] [--only a,b]: median ms of SELECT, FETCH and SEARCH of a mailbox";

    public async Task<int> RunAsync(BenchmarkOptions options)
    {
        var only = options.Text("only", "");
        var reps = (int)options.Number("reps", 3);
        Console.WriteLine($"{"work",-16}{"median ms",11}{"min ms",11}{"MB",9}");
        List<double> selects = [];
        foreach (var (name, command) in Work)
        {
            if (only.Length > 0 && !only.Split(',').Contains(name))
            {
                continue;
            }

            List<double> times = [];
            long octets = 0;
            for (var i = 0; i < reps; i++)
            {
                using var client = await WireClient.ConnectAsync(options, 2143);
                await client.LoginImapAsync(options.Text("user", "bench@example.org"), options.Text("password", "benchmark-1"));
                selects.Add(await TimeAsync(() => client.CommandAsync("SELECT INBOX")));
                var before = client.Received;
                try
                {
                    times.Add(await TimeAsync(() => client.CommandAsync(command)));
                }
                catch (InvalidOperationException refusal)
                {
                    Console.WriteLine($"{name,-16} {refusal.Message}");
                    break;
                }

                octets = client.Received - before;
            }

            if (times.Count > 0)
            {
                Print(name, times, octets);
            }
        }

        Print("select", selects, 0);
        return 0;
    }

    private static void Print(string name, List<double> times, long octets)
    {
        times.Sort();
        Console.WriteLine($"{name,-16}{times[times.Count / 2],11:F2}{times[0],11:F2}{octets / 1e6,9:F2}");
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var start = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
