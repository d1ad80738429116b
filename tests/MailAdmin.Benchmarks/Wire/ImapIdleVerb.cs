using System.Globalization;

namespace MailAdmin.Benchmarks.Wire;

/// <summary>Memory of idle IMAP connections: proportional set size of the server's processes before and after. Linux only.</summary>
internal sealed class ImapIdleVerb : IBenchmarkVerb
{
    public string Name => "wire-idle";
    public string Usage => "--pid P --port 2143 --user 'user{0}@example.org' --users 100 --password W [--count 1000] [--tls] [--spread]: KiB per idle connection";

    public async Task<int> RunAsync(BenchmarkOptions options)
    {
        var pid = (int)options.Number("pid", 0);
        var count = (int)options.Number("count", 1000);
        var users = (int)options.Number("users", 1);
        // The first ones pay for code and caches, not for connections.
        var clients = new List<WireClient>();
        await OpenAsync(20);
        var before = MemoryKiB(pid);
        await OpenAsync(count);
        var after = MemoryKiB(pid);
        Console.WriteLine($"{count} idle connections: {before} KiB before, {after} KiB after = {(after - before) / (double)count:F1} KiB each");
        clients.ForEach(c => c.Dispose());
        return 0;

        async Task OpenAsync(int more)
        {
            for (var i = 0; i < more; i++)
            {
                var client = await WireClient.ConnectAsync(options, 2143, 4096);
                clients.Add(client);
                await client.LoginImapAsync(string.Format(CultureInfo.InvariantCulture, options.Text("user", "bench@example.org"), i % users + 1), options.Text("password", "benchmark-1"));
                await client.CommandAsync("SELECT INBOX");
                await client.SendAsync("i IDLE\r\n");
                while (!(await client.ReadLineAsync()).StartsWith('+'))
                {
                }
            }

            await Task.Delay(TimeSpan.FromSeconds(5));
        }
    }

    private static long MemoryKiB(int root)
    {
        var parents = new Dictionary<int, int>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), out var pid) && File.Exists($"{directory}/stat"))
            {
                var stat = File.ReadAllText($"{directory}/stat");
                parents[pid] = int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
            }
        }

        var family = new HashSet<int> { root };
        while (parents.Any(p => family.Contains(p.Value) && family.Add(p.Key)))
        {
        }

        return family.Sum(pid => File.ReadLines($"/proc/{pid}/smaps_rollup")
            .Where(l => l.StartsWith("Pss:", StringComparison.Ordinal))
            .Select(l => long.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture))
            .FirstOrDefault());
    }
}
