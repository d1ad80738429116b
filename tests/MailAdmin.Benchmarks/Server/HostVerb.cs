using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using MailAdmin.Administration;
using MailAdmin.Security;
using MailAdmin.Server.Hosting;

namespace MailAdmin.Benchmarks.Server;

/// <summary>A server by itself, for the wire verbs to measure: says how long it took to its first greeting, then runs until its input ends.</summary>
internal sealed class HostVerb : IBenchmarkVerb
{
    public string Name => "host";
    public string Usage => "[--users 100 --user 'user{0}@example.org' --password W] [--store PATH] [--port-offset 2000]: run a server, free ports and a temporary store by default";

    public async Task<int> RunAsync(BenchmarkOptions options)
    {
        var clock = Stopwatch.StartNew();
        var store = options.Text("store", "");
        var host = await MailServers.StartAsync(new MailServerSettings
        {
            Name = "bench",
            Ephemeral = store.Length == 0,
            StorePath = store.Length == 0 ? null : store,
            PortOffset = (int)options.Number("port-offset", 2000),
        });
        var imap = host.Endpoints.First(e => e.Service == "imap");
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(imap.Address, imap.Port);
            await client.GetStream().ReadExactlyAsync(new byte[4]);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId}, first greeting after {clock.ElapsedMilliseconds} ms, {Process.GetCurrentProcess().TotalProcessorTime.TotalMilliseconds:F0} ms of processor, {Environment.WorkingSet / 1048576} MiB"));
        foreach (var endpoint in host.Endpoints)
        {
            Console.WriteLine(endpoint);
        }

        await using (var administration = host.OpenAdministration())
        {
            var verifier = ScramVerifier.Create(options.Text("password", "benchmark-1"), 4096);
            for (var i = 1; i <= options.Number("users", 100); i++)
            {
                var address = string.Format(CultureInfo.InvariantCulture, options.Text("user", "user{0}@example.org"), i);
                if (await administration.GetMailboxesAsync(address, CancellationToken.None).CountAsync() == 0)
                {
                    await administration.NewMailboxAsync(new NewMailboxRequest(address, verifier) { CreateDomain = true }, CancellationToken.None);
                }
            }
        }

        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            // Any line: what the heap holds; "collect" collects first, to see what is kept alive.
            if (line == "collect")
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }

            var heap = GC.GetGCMemoryInfo();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{line}: {GC.GetTotalMemory(false) / 1024} KiB on the heap, {heap.TotalCommittedBytes / 1024} committed, {heap.FragmentedBytes / 1024} between, {GC.GetTotalAllocatedBytes() / 1024} ever, {GC.CollectionCount(0)}/{GC.CollectionCount(1)}/{GC.CollectionCount(2)} collections, {Environment.WorkingSet / 1024} KiB working set"));
        }

        await host.StopAsync(TimeSpan.FromSeconds(2));
        return 0;
    }
}
