using MailAdmin.Errors;
using MailAdmin.Store.Tests.Faults;
using MailAdmin.Testing;

namespace MailAdmin.Store.Tests.Engine;

/// <summary>A store that is closed while it works: nobody gets its lock before the work has ended.</summary>
public sealed class ClosingTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), "mailadmin-" + Guid.NewGuid().ToString("N"));

    public void Dispose() => Directory.Delete(_path, true);

    [Fact]
    public async Task A_compaction_ends_before_the_store_is_given_up()
    {
        using var io = new FailingStoreIO();
        using var gate = new ManualResetEventSlim();
        var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = _path, IO = io, SegmentSize = 3000 });
        await Scenes.FillAsync(store, 40, 500);
        await store.Messages.ExpungeAsync(await Scenes.InboxAsync(store), UidSet.Of(Enumerable.Range(1, 39).Where(i => i % 5 != 0).Select(i => (uint)i)), false);
        var writing = HoldFirst(io, "write", gate);
        var compacting = store.CompactAsync();
        await writing;
        await CloseAsync(store, gate);
        Assert.True(compacting.IsCompleted);
        Assert.Equal("StoreClosed", (await Assert.ThrowsAsync<MailAdminException>(() => compacting)).ErrorId);
        Assert.Equal("StoreClosed", (await Assert.ThrowsAsync<MailAdminException>(() => store.CompactAsync())).ErrorId);
        await using var again = await SqliteMailStore.OpenAsync(new StoreOptions { Path = _path });
        Assert.StartsWith("message 35 ", await Scenes.TextAsync(again, 35), StringComparison.Ordinal);
        Assert.Equal(41u, await Scenes.DeliverAsync(again, "goes on"));
        Assert.Empty(await Scenes.FindingsAsync(again));
    }

    [Fact]
    public async Task A_verification_ends_before_the_store_is_given_up()
    {
        using var io = new FailingStoreIO();
        using var gate = new ManualResetEventSlim();
        var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = _path, IO = io });
        await Scenes.FillAsync(store, 40, 500);
        var reading = HoldFirst(io, "read", gate);
        var verifying = Task.Run(() => Scenes.FindingsAsync(store));
        await reading;
        await CloseAsync(store, gate);
        Assert.Equal("StoreClosed", (await Assert.ThrowsAsync<MailAdminException>(() => verifying)).ErrorId);
    }

    [Fact]
    public async Task A_store_that_stopped_by_a_fault_keeps_nothing_running_and_writes_nothing_that_never_was()
    {
        using var io = new FailingStoreIO();
        var clock = new ManualTimeProvider();
        var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = _path, IO = io, TimeProvider = clock });
        await Scenes.FillAsync(store, 5);
        io.Called = call => call == "write" ? throw new InvalidOperationException("what nobody foresaw") : null;
        await Scenes.FailsAsync("StoreFaulted", () => Scenes.DeliverAsync(store, "message 6"));
        io.Called = null;
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await store.DisposeAsync());
        Assert.False(clock.HasTimers);

        await using var again = await SqliteMailStore.OpenAsync(new StoreOptions { Path = _path });
        Assert.Equal("1:5", await Scenes.UidsAsync(again));
        Assert.Empty(await Scenes.FindingsAsync(again));
        Assert.Equal(6u, await Scenes.DeliverAsync(again, "goes on"));
    }

    /// <summary>The first such call waits at the gate; completed once it does.</summary>
    private static Task HoldFirst(FailingStoreIO io, string held, ManualResetEventSlim gate)
    {
        var begun = new TaskCompletionSource();
        io.Called = call =>
        {
            if (call == held && begun.TrySetResult())
            {
                gate.Wait();
            }

            return null;
        };
        return begun.Task;
    }

    /// <summary>Closes the store, which keeps its lock while the gate holds what works on it.</summary>
    private async Task CloseAsync(SqliteMailStore store, ManualResetEventSlim gate)
    {
        var closing = store.DisposeAsync().AsTask();
        for (var i = 0; i < 1000 && !closing.IsCompleted; i++)
        {
            await Task.Yield();
        }

        await Scenes.FailsAsync("StoreInUse", () => SqliteMailStore.OpenAsync(new StoreOptions { Path = _path }));
        gate.Set();
        await closing;
    }
}
