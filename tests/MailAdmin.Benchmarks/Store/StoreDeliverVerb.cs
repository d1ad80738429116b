using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using MailAdmin.Addresses;
using MailAdmin.Security;
using MailAdmin.Store;

namespace MailAdmin.Benchmarks.Store;

/// <summary>Deliveries a second into the store alone, over a growing store: the curve must stay flat.</summary>
internal sealed class StoreDeliverVerb : IBenchmarkVerb
{
    public string Name => "store-deliver";

    public string Usage => "--writers 20 --size 4096 --curve 1k,10k,100k --sample 20000 --mailboxes 20 [--path DIR]";

    public async Task<int> RunAsync(BenchmarkOptions options)
    {
        var writers = (int)options.Number("writers", 20);
        var size = (int)options.Number("size", 4096);
        var sample = options.Number("sample", 20_000);
        var mailboxes = options.Number("mailboxes", 20);
        var path = options.Text("path", Path.Combine(Path.GetTempPath(), "mailadmin-bench-" + Guid.NewGuid().ToString("N")));
        await using var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = path });
        try
        {
            var verifier = ScramVerifier.Create("benchmark", 4096);
            var inboxes = new FolderId[mailboxes];
            for (var i = 0; i < mailboxes; i++)
            {
                var mailbox = await store.Accounts.CreateMailboxAsync(new NewMailbox(MailboxAddress.Parse($"user{i}@example.org"), verifier) { CreateDomain = true });
                inboxes[i] = (await store.Folders.FindAsync(mailbox.Id, FolderName.Inbox))!.Id;
            }

            var octets = RandomNumberGenerator.GetBytes(size);
            long stored = 0;
            await DeliverAsync(store, inboxes, octets, writers, 2_000);
            stored += 2_000;
            foreach (var step in options.Text("curve", "1k,10k,100k").Split(','))
            {
                var target = ParseCount(step);
                if (target > stored)
                {
                    await DeliverAsync(store, inboxes, octets, writers, target - stored);
                    stored = target;
                }

                var allocated = GC.GetTotalAllocatedBytes();
                var cpu = Process.GetCurrentProcess().TotalProcessorTime;
                var clock = Stopwatch.StartNew();
                var slowest = await DeliverAsync(store, inboxes, octets, writers, sample);
                var seconds = clock.Elapsed.TotalSeconds;
                stored += sample;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"at {target,9}: {sample / seconds,8:F0}/s  slowest {slowest.TotalMilliseconds,6:F0} ms  cpu {(Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds / seconds,4:F2}  allocated {(GC.GetTotalAllocatedBytes() - allocated) / (double)sample,6:F0} octets/message"));
            }

            return 0;
        }
        finally
        {
            await store.DisposeAsync();
            Directory.Delete(path, true);
        }
    }

    private static async Task<TimeSpan> DeliverAsync(SqliteMailStore store, FolderId[] inboxes, byte[] octets, int writers, long count)
    {
        long next = 0;
        var slowest = TimeSpan.Zero;
        var all = Enumerable.Range(0, writers).Select(w => Task.Run(async () =>
        {
            var worst = TimeSpan.Zero;
            while (Interlocked.Increment(ref next) <= count)
            {
                var start = Stopwatch.GetTimestamp();
                await using var incoming = store.Messages.CreateIncoming();
                await incoming.WriteAsync(octets);
                await store.Messages.DeliverAsync(incoming, [new DeliveryTarget(inboxes[w % inboxes.Length])]);
                var took = Stopwatch.GetElapsedTime(start);
                worst = took > worst ? took : worst;
            }

            return worst;
        })).ToArray();
        foreach (var worst in await Task.WhenAll(all))
        {
            slowest = worst > slowest ? worst : slowest;
        }

        return slowest;
    }

    private static long ParseCount(string text) => text[^1] switch
    {
        'k' => long.Parse(text.AsSpan(0, text.Length - 1), CultureInfo.InvariantCulture) * 1_000,
        'm' or 'M' => long.Parse(text.AsSpan(0, text.Length - 1), CultureInfo.InvariantCulture) * 1_000_000,
        _ => long.Parse(text, CultureInfo.InvariantCulture),
    };
}
