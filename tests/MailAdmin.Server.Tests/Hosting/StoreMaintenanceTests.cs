using System.Text;
using MailAdmin.Administration;
using MailAdmin.Addresses;
using MailAdmin.Errors;
using MailAdmin.Security;
using MailAdmin.Server.Diagnostics;
using MailAdmin.Server.Hosting;
using MailAdmin.Store;
using MailAdmin.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace MailAdmin.Server.Tests.Hosting;

public sealed class StoreMaintenanceTests : IDisposable
{
    private static readonly StoreMaintenanceBounds Small = new() { DeadOctets = 100_000, Batch = 4 };

    private readonly TempDirectory _directory = new();
    private readonly ManualTimeProvider _clock = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_running_server_summarises_new_messages_without_being_asked_once_nothing_is_delivered_for_a_while()
    {
        await using var server = await TestServer.StartAsync(["alice@example.com"], clock: _clock);
        var maintenance = server.Host.Maintenance;
        await server.AddMessageAsync("alice@example.com", "INBOX", "Subject: one\n\nbody\n");
        await Eventually.Holds(() => maintenance.Waiting == 1, "the first message");
        _clock.Advance(Small.Quiet - TimeSpan.FromSeconds(1));
        await server.AddMessageAsync("alice@example.com", "INBOX", "Subject: two\n\nbody\n");
        await Eventually.Holds(() => maintenance.Waiting == 2, "the second message");
        // The first came long enough ago, but the store is not quiet since.
        _clock.Advance(Small.Quiet - TimeSpan.FromSeconds(1));
        Assert.Equal((0, 2), (maintenance.Summarized, maintenance.Waiting));
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Eventually.Holds(() => maintenance.Summarized == 2, "the summaries");
        Assert.Equal(0, maintenance.Waiting);
    }

    [Fact]
    public async Task Summaries_made_ahead_are_in_the_index_for_the_next_start()
    {
        await using (var store = await OpenAsync())
        {
            using var maintenance = await StartAsync(store, Small);
            var inbox = await MailboxAsync(store);
            await FillAsync(store, inbox, 10, 300);
            await Eventually.Holds(() => maintenance.Waiting == 10, "the messages");
            _clock.Advance(Small.Quiet);
            await Eventually.Holds(() => maintenance.Summarized == 10, "the summaries");
            await maintenance.StopAsync(CancellationToken.None);
        }

        await using var index = new SqliteConnection($"Data Source={_directory.File("index.db")};Mode=ReadOnly;Pooling=False");
        await index.OpenAsync();
        await using var count = index.CreateCommand();
        count.CommandText = "SELECT count(*) FROM summary";
        Assert.Equal(10L, await count.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_folder_that_went_holds_nothing_up()
    {
        await using var store = await OpenAsync();
        using var maintenance = await StartAsync(store, Small);
        var inbox = await MailboxAsync(store);
        var mailbox = (await store.Folders.GetAsync(inbox))!.Mailbox;
        var gone = await store.Folders.CreateAsync(mailbox, "Gone");
        await FillAsync(store, gone.Id, 10, 300);
        await FillAsync(store, inbox, 3, 300);
        await Eventually.Holds(() => maintenance.Waiting == 13, "the messages");
        await CommittedAsync(store, () => store.Folders.DeleteAsync(gone.Id));
        _clock.Advance(Small.Quiet);
        await Eventually.Holds(() => maintenance.Waiting == 0 && maintenance.Summarized == 3, "the summaries of the other folder");
        await maintenance.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_store_with_much_that_is_dead_is_compacted_once_in_an_interval_and_readers_still_read()
    {
        await using var store = await OpenAsync(segmentSize: 64 * 1024);
        using var maintenance = await StartAsync(store, Small);
        var inbox = await MailboxAsync(store);
        await FillAsync(store, inbox, 40, 10_000);
        await Eventually.Holds(() => maintenance.Waiting == 40, "the messages");
        _clock.Advance(Small.Quiet);
        await Eventually.Holds(() => maintenance.Summarized == 40, "the summaries");
        Assert.Equal(0, maintenance.Compactions);

        using var open = await store.Messages.OpenAsync(await MessageAsync(store, inbox, 1));
        await ExpungeAsync(store, inbox, 2, 20);
        _clock.Advance(Small.Quiet);
        await Eventually.Holds(() => maintenance.Compactions == 1, "the compaction");
        Assert.True((await store.GetTotalsAsync()).DeadBytes < Small.DeadOctets);
        Assert.StartsWith("Subject: 1\r\n", Text(open), StringComparison.Ordinal);
        using (var moved = await store.Messages.OpenAsync(await MessageAsync(store, inbox, 1)))
        {
            Assert.StartsWith("Subject: 1\r\n", Text(moved), StringComparison.Ordinal);
        }

        // As much again, but too soon: it waits for the interval's end, and needs no commit to be thought of then.
        await ExpungeAsync(store, inbox, 21, 36);
        _clock.Advance(Small.Quiet);
        await Eventually.Holds(() => _clock.HasTimers, "the interval's clock");
        Assert.Equal(1, maintenance.Compactions);
        _clock.Advance(Small.CompactionInterval);
        await Eventually.Holds(() => maintenance.Compactions == 2, "the second compaction");
        await maintenance.StopAsync(CancellationToken.None);
        await foreach (var finding in store.VerifyAsync())
        {
            Assert.Fail(finding.ToString());
        }
    }

    [Fact]
    public async Task A_compaction_that_fails_is_a_warning_and_the_work_goes_on()
    {
        await using var store = new HeavyStore(await OpenAsync(), _ => throw new MailAdminException("StoreDiskFull", MailErrorCategory.NotSpecified, "The disk is full."));
        var events = new EventHub(_clock);
        using var loggers = new LoggerFactory([new EventLoggerProvider(events)]);
        var warnings = events.WatchAsync(0, CancellationToken.None);
        using var maintenance = await StartAsync(store, Small, loggers.CreateLogger<StoreMaintenance>());
        _clock.Advance(Small.Quiet);
        var warning = await Eventually.First(warnings, e => e.Kind == "Warning", "the warning");
        Assert.Contains("The disk is full.", warning.Message, StringComparison.Ordinal);
        Assert.Equal(MailEventSeverity.Warning, warning.Severity);

        await FillAsync(store, await MailboxAsync(store), 1, 300);
        await Eventually.Holds(() => maintenance.Waiting == 1, "the message");
        _clock.Advance(Small.Quiet);
        await Eventually.Holds(() => maintenance.Summarized == 1, "the summary");
        await maintenance.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_stop_ends_what_is_being_done_before_the_store_closes()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var never = new TaskCompletionSource<long>();
        await using var store = new HeavyStore(await OpenAsync(), cancellationToken =>
        {
            started.SetResult();
            return never.Task.WaitAsync(cancellationToken);
        });
        using var maintenance = await StartAsync(store, Small);
        _clock.Advance(Small.Quiet);
        await Eventually.Within(started.Task, "the compaction");
        await Eventually.Within(maintenance.StopAsync(CancellationToken.None), "the stop");
        Assert.Equal(0, maintenance.Compactions);
    }

    [Fact]
    public async Task A_compaction_cancelled_at_any_moment_loses_nothing()
    {
        for (var round = 0; round < 12; round++)
        {
            await using var store = await OpenAsync(segmentSize: 64 * 1024);
            var inbox = round == 0
                ? await MailboxAsync(store)
                : (await store.Folders.FindAsync((await store.Accounts.FindMailboxAsync(MailboxAddress.Parse("a@example.org")))!.Id, "INBOX"))!.Id;
            await FillAsync(store, inbox, 20, 10_000);
            var from = (await store.Messages.GetSnapshotAsync(inbox)).UidNext - 20;
            await store.Messages.ExpungeAsync(inbox, UidSet.Range(from + 1, from + 19), onlyDeleted: false);

            using var stop = new CancellationTokenSource();
            var before = Directory.GetFiles(_directory.File("content"));
            var compaction = store.CompactAsync(stop.Token);
            // At another moment each time: once its output is there, once a segment went, once two did …
            var (wanted, yields) = (round / 3, round % 3 * 20);
            await Eventually.Holds(
                () => compaction.IsCompleted
                    || (Directory.GetFiles(_directory.File("content")).Except(before).Any() && before.Count(f => !File.Exists(f)) >= wanted && yields-- <= 0),
                "the compaction's progress");

            await stop.CancelAsync();
            await Eventually.Within(Task.WhenAny(compaction), "the end of the compaction");
            Assert.True(compaction.IsCanceled || compaction.IsCompletedSuccessfully, compaction.Exception?.ToString());
            var left = 0;
            await foreach (var message in store.Messages.ReadAsync(inbox, UidSet.All, MessageParts.None))
            {
                using var content = await store.Messages.OpenAsync(message);
                Assert.StartsWith("Subject: 1\r\n", Text(content), StringComparison.Ordinal);
                left++;
            }

            Assert.Equal(round + 1, left);
            await foreach (var finding in store.VerifyAsync())
            {
                Assert.Fail(finding.ToString());
            }
        }
    }

    [Fact]
    public void The_backlog_keeps_the_newest_and_forgets_the_oldest()
    {
        var backlog = new SummaryBacklog(maxFolders: 2, maxMessages: 10);
        FolderId a = new(Guid.NewGuid()), b = new(Guid.NewGuid()), c = new(Guid.NewGuid());
        backlog.Add(a, UidSet.Range(1, 5));
        backlog.Add(b, UidSet.Range(1, 8));
        backlog.Add(b, UidSet.Range(9, 14));
        backlog.Add(c, UidSet.Single(7));
        Assert.Equal(11, backlog.Count);
        Assert.Equal((b, UidSet.Range(5, 10)), backlog.Take(6));
        backlog.Add(b, UidSet.Single(15));
        Assert.Equal((b, UidSet.Range(11, 15)), backlog.Take(6));
        backlog.Remove(b);
        Assert.Equal((c, UidSet.Single(7)), backlog.Take(6));
        Assert.Null(backlog.Take(6));
    }

    private async Task<StoreMaintenance> StartAsync(IMailStore store, StoreMaintenanceBounds bounds, ILogger? log = null)
    {
        var maintenance = new StoreMaintenance(store, _clock, log ?? Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, bounds);
        await maintenance.StartAsync(CancellationToken.None);
        return maintenance;
    }

    private Task<SqliteMailStore> OpenAsync(long segmentSize = 1_000_000) =>
        // The store keeps its own clock: what is tested here is the maintenance's.
        SqliteMailStore.OpenAsync(new StoreOptions { Path = _directory.Path, SegmentSize = segmentSize });

    private static async Task<FolderId> MailboxAsync(IMailStore store)
    {
        var box = new NewMailbox(MailboxAddress.Parse("a@example.org"), ScramVerifier.Create("secret", 4096)) { CreateDomain = true };
        return (await store.Folders.FindAsync((await store.Accounts.CreateMailboxAsync(box)).Id, "INBOX"))!.Id;
    }

    private static async Task FillAsync(IMailStore store, FolderId folder, int count, int size)
    {
        for (var i = 1; i <= count; i++)
        {
            await using var incoming = store.Messages.CreateIncoming();
            await incoming.WriteAsync(Encoding.ASCII.GetBytes($"Subject: {i}\r\n\r\n".PadRight(size, 'x')));
            await store.Messages.DeliverAsync(incoming, [new DeliveryTarget(folder)]);
        }
    }

    /// <summary>Expunges, and makes the index know: a domain is committed to an index that has caught up.</summary>
    private static async Task ExpungeAsync(IMailStore store, FolderId folder, uint first, uint last)
    {
        await store.Messages.ExpungeAsync(folder, UidSet.Range(first, last), onlyDeleted: false);
        var mailbox = (await store.Folders.GetAsync(folder))!.Mailbox;
        await CommittedAsync(store, () => store.Folders.CreateAsync(mailbox, $"After {first}"));
    }

    /// <summary>Changes folders and returns when every watcher that was there before has heard of it.</summary>
    private static async Task CommittedAsync(IMailStore store, Func<Task> change)
    {
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watch = store.Watch(c =>
        {
            if (c is FolderChanged)
            {
                heard.TrySetResult();
            }
        });
        await change();
        await Eventually.Within(heard.Task, "the change");
    }

    private static async Task<StoredMessage> MessageAsync(IMailStore store, FolderId folder, uint uid)
    {
        await foreach (var message in store.Messages.ReadAsync(folder, UidSet.Single(uid), MessageParts.None))
        {
            return message;
        }

        throw new InvalidOperationException($"No message {uid}.");
    }

    private static string Text(MessageContent content)
    {
        using var reader = new StreamReader(content.OpenStream());
        return reader.ReadToEnd();
    }

    /// <summary>A store that says it is full of what is dead and compacts as it is told.</summary>
    private sealed class HeavyStore(IMailStore inner, Func<CancellationToken, Task<long>> compact) : IMailStore
    {
        public Guid Id => inner.Id;
        public string Location => inner.Location;
        public IAccountStore Accounts => inner.Accounts;
        public IFolderStore Folders => inner.Folders;
        public IMessageStore Messages => inner.Messages;
        public IQueueStore Queue => inner.Queue;

        public IDisposable Watch(Action<StoreChange> handler) => inner.Watch(handler);

        public IDisposable Watch(FolderId folder, Action<StoreChange> handler) => inner.Watch(folder, handler);

        public ValueTask<StoreTotals> GetTotalsAsync(CancellationToken cancellationToken = default) => new(new StoreTotals(1, 1, 1_000_000, 500_000, 1_500_000));

        public IAsyncEnumerable<StoreFinding> VerifyAsync(CancellationToken cancellationToken = default) => inner.VerifyAsync(cancellationToken);

        public Task<long> CompactAsync(CancellationToken cancellationToken = default) => compact(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
