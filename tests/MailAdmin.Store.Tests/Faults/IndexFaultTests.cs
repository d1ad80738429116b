using System.Collections.Concurrent;
using MailAdmin.Addresses;
using MailAdmin.Administration;
using MailAdmin.Errors;
using MailAdmin.Security;
using MailAdmin.Store.IO;
using MailAdmin.Store.Sqlite;
using MailAdmin.Testing;

namespace MailAdmin.Store.Tests.Faults;

/// <summary>An index that cannot be written or read: messages go on coming into the log, and the index takes them when it can.</summary>
public sealed class IndexFaultTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), "mailadmin-" + Guid.NewGuid().ToString("N"));

    public void Dispose() => Directory.Delete(_path, true);

    [Fact]
    public async Task An_index_that_cannot_be_written_is_told_of_once_holds_up_deliveries_only_at_its_bound_and_catches_up()
    {
        using var io = new FailingStoreIO();
        var noticed = new ConcurrentQueue<StoreFinding>();
        var accepted = 0;
        await using (var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = _path, IO = io, CheckpointMessages = 4, Noticed = noticed.Enqueue }))
        {
            await Scenes.FillAsync(store, 0);
            io.Called = call => call == "sqlite write wal" ? Fault.NoSpace : null;
            var refused = 0;
            for (var i = 0; i < 100; i++)
            {
                try
                {
                    Assert.Equal((uint)++accepted, await Scenes.DeliverAsync(store, $"message {i}"));
                }
                catch (MailAdminException e)
                {
                    accepted--;
                    refused++;
                    Assert.Equal("StoreDiskFull", e.ErrorId);
                }
            }

            // Eight checkpoints of four may wait in memory.
            Assert.InRange(accepted, 32, 64);
            Assert.True(refused > 0);
            Assert.Equal("IndexBehind", Assert.Single(noticed).Kind);
            await Scenes.FailsAsync("StoreDiskFull", async () => await store.Folders.CreateAsync((await Scenes.MailboxAsync(store)).Id, "new"));
            Assert.StartsWith("message 0", await Scenes.TextAsync(store, 1), StringComparison.Ordinal);

            io.Called = null;
            Assert.Equal((uint)++accepted, await Scenes.DeliverAsync(store, "again"));
            await store.Folders.CreateAsync((await Scenes.MailboxAsync(store)).Id, "new");
            Assert.Empty(await Scenes.FindingsAsync(store));
        }

        await using var again = await SqliteMailStore.OpenAsync(new StoreOptions { Path = _path });
        Assert.Equal($"1:{accepted}", await Scenes.UidsAsync(again));
        Assert.Empty(await Scenes.FindingsAsync(again));
    }

    [Fact]
    public async Task A_log_that_takes_nothing_disturbs_no_checkpoint_that_is_under_way()
    {
        const int Messages = 3000;
        using var io = new FailingStoreIO();
        var noticed = new ConcurrentQueue<StoreFinding>();
        await using (var store = await SqliteMailStore.OpenAsync(
            new StoreOptions { Path = _path, IO = io, CheckpointMessages = Messages, CheckpointInterval = TimeSpan.FromDays(1), Noticed = noticed.Enqueue }))
        {
            await Scenes.FillAsync(store, 0);
            var (mailbox, inbox) = ((await Scenes.MailboxAsync(store)).Id, await Scenes.InboxAsync(store));
            var items = new List<AppendItem>();
            for (var i = 0; i < Messages; i++)
            {
                items.Add(new AppendItem(store.Messages.CreateIncoming(), default, [], null));
                await items[^1].Content.WriteAsync("x"u8.ToArray());
            }

            // The index takes their contents one by one, beside all that follows.
            await store.Messages.AppendAsync(inbox, items);
            io.Called = call => call is "write" or "flush" or "set length" ? Fault.InputOutputError : null;
            await Assert.ThrowsAsync<MailAdminException>(() => Scenes.DeliverAsync(store, "not now"));
            for (var i = 0; i < 100; i++)
            {
                await Scenes.FailsAsync("StoreFaulted", async () => await store.Folders.CreateAsync(mailbox, "new"));
            }

            io.Called = null;
            await store.Folders.CreateAsync(mailbox, "new");
            Assert.Empty(await Scenes.FindingsAsync(store));
        }

        Assert.Empty(noticed);
    }

    [Theory]
    [InlineData("UPDATE content SET segment = NULL WHERE length = 300", true)]
    [InlineData("UPDATE content SET refs = NULL WHERE length = 300", true)]
    [InlineData("UPDATE segment SET live = NULL", false)]
    [InlineData("UPDATE folder SET recent = NULL", false)]
    [InlineData("UPDATE state SET content_bytes = NULL", false)]
    public async Task A_damaged_row_that_the_index_meets_on_its_way_costs_nothing_of_what_was_acknowledged(string rot, bool isTold)
    {
        var noticed = new ConcurrentQueue<StoreFinding>();
        var crashed = Path.Combine(_path, "crashed");
        await using (var store = await SqliteMailStore.OpenAsync(
            new StoreOptions { Path = Path.Combine(_path, "store"), CheckpointInterval = TimeSpan.FromDays(1), Noticed = noticed.Enqueue }))
        {
            await Scenes.FillAsync(store, 3);
            var mailbox = (await Scenes.MailboxAsync(store)).Id;
            await store.Folders.CreateAsync(mailbox, "the index has all before it");
            Scenes.RotIndex(store.Location, rot);
            Assert.Equal(4u, await Scenes.DeliverAsync(store, "message 4"));
            await store.Messages.ExpungeAsync(await Scenes.InboxAsync(store), UidSet.Single(2), false);
            await store.Folders.CreateAsync(mailbox, "one");
            Assert.Equal(5u, await Scenes.DeliverAsync(store, "message 5"));
            await store.Folders.CreateAsync(mailbox, "two");
            Scenes.Copy(store.Location, crashed);
        }

        Assert.Equal(isTold ? [(MailEventSeverity.Error, "IndexCorrupt")] : [], noticed.Select(n => (n.Severity, n.Kind)));
        await using (var again = await SqliteMailStore.OpenAsync(new StoreOptions { Path = crashed }))
        {
            Assert.Equal("1,3:5", await Scenes.UidsAsync(again));
            Assert.StartsWith("message 5", await Scenes.TextAsync(again, 5), StringComparison.Ordinal);
        }

        await StoreRepair.RebuildAsync(crashed);
        await using var repaired = await SqliteMailStore.OpenAsync(new StoreOptions { Path = crashed });
        Assert.Equal("1,3:5", await Scenes.UidsAsync(repaired));
        Assert.StartsWith("message 3", await Scenes.TextAsync(repaired, 3), StringComparison.Ordinal);
        Assert.Empty(await Scenes.FindingsAsync(repaired));
    }

    [Fact]
    public async Task A_damaged_row_that_is_met_while_the_store_is_opened_is_passed_over_and_told_of()
    {
        var noticed = new ConcurrentQueue<StoreFinding>();
        var crashed = Path.Combine(_path, "crashed");
        await using (var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = Path.Combine(_path, "store"), CheckpointInterval = TimeSpan.FromDays(1) }))
        {
            await Scenes.FillAsync(store, 3);
            await store.Folders.CreateAsync((await Scenes.MailboxAsync(store)).Id, "the index has all before it");
            await store.Messages.ExpungeAsync(await Scenes.InboxAsync(store), UidSet.Single(2), false);
            Scenes.Copy(store.Location, crashed);
        }

        Scenes.RotIndex(crashed, "UPDATE content SET segment = NULL");
        await using var again = await SqliteMailStore.OpenAsync(new StoreOptions { Path = crashed, Noticed = noticed.Enqueue });
        Assert.Equal("1,3", await Scenes.UidsAsync(again));
        Assert.Equal("IndexCorrupt", Assert.Single(noticed).Kind);
    }

    [Fact]
    public async Task A_damaged_row_hides_no_other_message()
    {
        // Each message has a segment of its own, and every segment is compacted.
        await using var store = await SqliteMailStore.OpenAsync(
            new StoreOptions { Path = _path, CheckpointInterval = TimeSpan.FromDays(1), SegmentSize = 1, CompactionShare = -1 });
        await Scenes.FillAsync(store, 3);
        await Scenes.DeliverAsync(store, "another");
        await store.Folders.CreateAsync((await Scenes.MailboxAsync(store)).Id, "the index has all before it");
        Scenes.RotIndex(_path, "UPDATE content SET segment = NULL WHERE length < 300");
        Assert.StartsWith("message 1 ", await Scenes.TextAsync(store, 1), StringComparison.Ordinal);
        Assert.StartsWith("message 3 ", await Scenes.TextAsync(store, 3), StringComparison.Ordinal);
        await Scenes.FailsAsync("StoreCorrupt", () => Scenes.TextAsync(store, 4));
        await Scenes.FailsAsync("StoreCorrupt", () => store.CompactAsync());
        Assert.StartsWith("message 1 ", await Scenes.TextAsync(store, 1), StringComparison.Ordinal);
    }

    [Fact]
    public void A_verification_that_is_given_up_while_SQLite_checks_its_file_ends()
    {
        using var io = new FailingStoreIO();
        using var given = new CancellationTokenSource();
        var path = Path.Combine(Directory.CreateDirectory(_path).FullName, "index.db");
        using (var connection = new IndexConnection(io, path, create: true))
        {
            new IndexWriter(connection).CreateSchema(Guid.NewGuid(), 0);
            connection.Execute("WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < 20000) INSERT INTO content SELECT n, 1, 0, 1, 1 FROM k");
        }

        using var reader = new IndexReader(new IndexConnection(io, path, create: false));
        Assert.NotNull(reader.Position());
        io.Called = call =>
        {
            if (call.StartsWith("sqlite read", StringComparison.Ordinal))
            {
                given.Cancel();
            }

            return null;
        };
        Assert.ThrowsAny<OperationCanceledException>(() => reader.IntegrityProblems(given.Token));
        Assert.Empty(reader.IntegrityProblems(CancellationToken.None));
    }

    [Fact]
    public void A_verification_that_was_given_up_before_SQLite_checks_its_file_does_not_wait_for_that()
    {
        using var index = new IndexWriter(new IndexConnection(SystemStoreIO.Instance, Path.Combine(Directory.CreateDirectory(_path).FullName, "index.db"), create: true));
        index.CreateSchema(Guid.NewGuid(), 0);
        Assert.ThrowsAny<OperationCanceledException>(() => index.Reader.IntegrityProblems(new CancellationToken(true)));
        Assert.Empty(index.Reader.IntegrityProblems(CancellationToken.None));
    }

    [Fact]
    public async Task A_folder_that_is_read_from_the_index_holds_up_nobody_who_writes_to_another()
    {
        await using (var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = _path }))
        {
            await Scenes.FillAsync(store, 3);
            await store.Accounts.CreateMailboxAsync(new NewMailbox(MailboxAddress.Parse("b@example.org"), ScramVerifier.Create("x", 4096)));
        }

        using var io = new FailingStoreIO();
        using var gate = new ManualResetEventSlim();
        var reading = new TaskCompletionSource();
        await using (var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = _path, IO = io }))
        {
            var other = (await store.Folders.FindAsync((await store.Accounts.FindMailboxAsync(MailboxAddress.Parse("b@example.org")))!.Id, "INBOX"))!.Id;
            var inbox = await Scenes.InboxAsync(store);
            await DeliverAsync(store, other);
            var slow = 0;
            io.Called = call =>
            {
                if (call.StartsWith("sqlite ", StringComparison.Ordinal) && Volatile.Read(ref slow) == Environment.CurrentManagedThreadId)
                {
                    reading.TrySetResult();
                    gate.Wait();
                }

                return null;
            };
            var held = Task.Factory.StartNew(
                () =>
                {
                    Volatile.Write(ref slow, Environment.CurrentManagedThreadId);
                    return DeliverAsync(store, inbox);
                }, TaskCreationOptions.LongRunning).Unwrap();
            await reading.Task;
            for (var i = 0; i < 10; i++)
            {
                await DeliverAsync(store, other);
            }

            Assert.False(held.IsCompleted);
            gate.Set();
            await held;
            Assert.Equal("1:4", await Scenes.UidsAsync(store));
        }
    }

    [Fact]
    public async Task A_clock_that_rings_while_no_more_can_be_queued_rings_again()
    {
        using var io = new FailingStoreIO();
        using var gate = new ManualResetEventSlim();
        var (clock, interval) = (new ManualTimeProvider(), TimeSpan.FromMinutes(1));
        var (writing, taken) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = _path, IO = io, TimeProvider = clock, CheckpointInterval = interval, QueueLength = 1 });
        await Scenes.FillAsync(store, 1);
        var inbox = await Scenes.InboxAsync(store);
        io.Called = call =>
        {
            if (call == "flush" && writing.TrySetResult())
            {
                gate.Wait();
            }

            if (call == "sqlite write wal")
            {
                taken.TrySetResult();
            }

            return null;
        };
        var held = Task.Run(() => DeliverAsync(store, inbox));
        await writing.Task;
        Assert.True(clock.IsAwaitedIn(interval));
        // It takes the one place there is.
        var waits = DeliverAsync(store, inbox);
        clock.Advance(interval);
        var ringsAgain = clock.IsAwaitedIn(interval);
        gate.Set();
        await Task.WhenAll(held, waits);
        Assert.True(ringsAgain);
        Assert.False(taken.Task.IsCompleted);
        clock.Advance(interval);
        await taken.Task;
    }

    private static async Task DeliverAsync(SqliteMailStore store, FolderId folder)
    {
        await using var incoming = store.Messages.CreateIncoming();
        await incoming.WriteAsync("x"u8.ToArray());
        await store.Messages.DeliverAsync(incoming, [new DeliveryTarget(folder)]);
    }
}
