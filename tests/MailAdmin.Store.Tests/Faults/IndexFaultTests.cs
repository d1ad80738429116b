using System.Collections.Concurrent;
using MailAdmin.Addresses;
using MailAdmin.Administration;
using MailAdmin.Errors;
using MailAdmin.Security;
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
