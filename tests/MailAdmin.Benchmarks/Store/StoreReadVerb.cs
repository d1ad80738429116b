using System.Diagnostics;
using System.Globalization;
using System.Text;
using MailAdmin.Addresses;
using MailAdmin.Security;
using MailAdmin.Store;

namespace MailAdmin.Benchmarks.Store;

/// <summary>What reading costs: a folder's first and second snapshot, its rows, its summaries, its contents.</summary>
internal sealed class StoreReadVerb : IBenchmarkVerb
{
    public string Name => "store-read";

    public string Usage => "--messages 20000 --folder 100000: milliseconds for a snapshot, rows, summaries, contents";

    public async Task<int> RunAsync(BenchmarkOptions options)
    {
        var path = Path.Combine(Path.GetTempPath(), "mailadmin-bench-" + Guid.NewGuid().ToString("N"));
        var (messages, large) = ((int)options.Number("messages", 20_000), (int)options.Number("folder", 100_000));
        try
        {
            FolderId inbox, archive;
            await using (var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = path }))
            {
                var mailbox = await store.Accounts.CreateMailboxAsync(
                    new NewMailbox(MailboxAddress.Parse("read@example.org"), ScramVerifier.Create("benchmark", 4096)) { CreateDomain = true });
                inbox = (await store.Folders.FindAsync(mailbox.Id, FolderName.Inbox))!.Id;
                archive = (await store.Folders.FindAsync(mailbox.Id, "Archive"))!.Id;
                await FillAsync(store, inbox, messages, 8_000);
                await FillAsync(store, archive, large, 200);
            }

            await using (var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = path }))
            {
                await TimeAsync($"snapshot of {large}, first", async () => (await store.Messages.GetSnapshotAsync(archive)).Count);
                await TimeAsync($"snapshot of {large}, again", async () => (await store.Messages.GetSnapshotAsync(archive)).Count);
                await TimeAsync($"rows of {messages}, first", () => ReadAsync(store, inbox, MessageParts.None, false));
                await TimeAsync($"rows of {messages}, again", () => ReadAsync(store, inbox, MessageParts.None, false));
                await TimeAsync($"summaries of {messages}, computed", () => ReadAsync(store, inbox, MessageParts.Summary, false));
                await TimeAsync($"summaries of {messages}, again", () => ReadAsync(store, inbox, MessageParts.Summary, false));
                await TimeAsync($"contents of {messages}, first", () => ReadAsync(store, inbox, MessageParts.None, true));
                await TimeAsync($"contents of {messages}, again", () => ReadAsync(store, inbox, MessageParts.None, true));
            }

            await using (var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = path }))
            {
                await TimeAsync($"summaries of {messages}, from the index", () => ReadAsync(store, inbox, MessageParts.Summary, false));
            }

            return 0;
        }
        finally
        {
            Directory.Delete(path, true);
        }
    }

    private static async Task FillAsync(SqliteMailStore store, FolderId folder, int count, int size)
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(w => Task.Run(async () =>
        {
            for (var i = w; i < count; i += 20)
            {
                var head = string.Create(
                    CultureInfo.InvariantCulture, $"From: a{i}@example.org\r\nTo: b@example.org\r\nSubject: number {i}\r\nMessage-ID: <{i}@example.org>\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n\r\n");
                await using var incoming = store.Messages.CreateIncoming();
                await incoming.WriteAsync(Encoding.ASCII.GetBytes(head.PadRight(size, 'x')));
                await store.Messages.DeliverAsync(incoming, [new DeliveryTarget(folder)]);
            }
        })));
    }

    private static async Task<int> ReadAsync(SqliteMailStore store, FolderId folder, MessageParts parts, bool contents)
    {
        var count = 0;
        var buffer = new byte[64 * 1024];
        await foreach (var message in store.Messages.ReadAsync(folder, UidSet.All, parts))
        {
            count++;
            if (contents)
            {
                using var content = await store.Messages.OpenAsync(message);
                content.Read(0, buffer);
            }
        }

        return count;
    }

    private static async Task TimeAsync(string what, Func<Task<int>> work)
    {
        var clock = Stopwatch.StartNew();
        var count = await work();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-40} {clock.Elapsed.TotalMilliseconds,9:F1} ms  ({count})"));
    }
}
