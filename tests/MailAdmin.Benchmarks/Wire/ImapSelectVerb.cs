using System.Diagnostics;
using System.Text;

namespace MailAdmin.Benchmarks.Wire;

/// <summary>Times SELECT of a large folder over the wire: the first one of a server's life, and again. Fills the folder where it has too few messages.</summary>
internal sealed class ImapSelectVerb : IBenchmarkVerb
{
    /// <summary>Messages of one MULTIAPPEND.</summary>
    private const int Batch = 500;

    public string Name => "wire-select";
    public string Usage => "--port 2143 --user U --password W [--folder Large] [--fill 100000] [--reps 5] [--fill-only] [--warm]: ms of the first SELECT and of the next ones; with --warm INBOX is selected before, so that the first is the folder's and not the server's";

    public async Task<int> RunAsync(BenchmarkOptions options)
    {
        var folder = options.Text("folder", "Large");
        var fill = options.Number("fill", 0);
        if (fill > 0)
        {
            await FillAsync(options, folder, fill);
        }

        if (options.Switch("warm"))
        {
            using var client = await ConnectAsync(options);
            await client.CommandAsync("SELECT INBOX");
        }

        List<double> times = [];
        for (var i = 0; i < options.Number("reps", 5) && !options.Switch("fill-only"); i++)
        {
            using var client = await ConnectAsync(options);
            var start = Stopwatch.GetTimestamp();
            await client.CommandAsync($"SELECT {folder}");
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        if (times.Count > 1)
        {
            Console.WriteLine($"SELECT {folder}: first {times[0]:F2} ms, again {times.Skip(1).Order().ElementAt((times.Count - 1) / 2):F2} ms");
        }

        return 0;
    }

    private static async Task FillAsync(BenchmarkOptions options, string folder, long fill)
    {
        using var client = await ConnectAsync(options);
        if ((await client.CommandAsync($"LIST \"\" {folder}", keep: true)).Count == 0)
        {
            await client.CommandAsync($"CREATE {folder}");
        }

        var status = await client.CommandAsync($"STATUS {folder} (MESSAGES)", keep: true);
        var have = long.Parse(status[0].Split(' ')[^1].TrimEnd(')'), System.Globalization.CultureInfo.InvariantCulture);
        for (var number = have; number < fill; number += Batch)
        {
            var text = new StringBuilder($"f APPEND {folder}");
            for (var i = number; i < Math.Min(fill, number + Batch); i++)
            {
                var message = $"Subject: message {i}\r\n\r\n{i}\r\n";
                text.Append($" ({(i % 3 == 0 ? "\\Seen" : "")}) {{{message.Length}+}}\r\n{message}");
            }

            await client.SendAsync(text.Append("\r\n").ToString());
            await client.CompleteAsync("f ", false, "APPEND");
        }
    }

    private static async Task<WireClient> ConnectAsync(BenchmarkOptions options)
    {
        var client = await WireClient.ConnectAsync(options, 2143);
        return await client.LoginImapAsync(options.Text("user", "bench@example.org"), options.Text("password", "benchmark-1"));
    }
}
