using MailAdmin.Store.Tests.Faults;
using MailAdmin.Testing;

namespace MailAdmin.Store.Tests.Engine;

public sealed class SpoolTests
{
    [Fact]
    public async Task Messages_that_wait_for_others_hold_no_file_open()
    {
        using var directory = new TempDirectory();
        using var io = new FailingStoreIO();
        await using var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = directory.Path, IO = io });
        await Scenes.FillAsync(store, 0);
        var before = io.OpenFiles;
        var items = new List<AppendItem>();
        for (var i = 0; i < 20; i++)
        {
            items.Add(new AppendItem(store.Messages.CreateIncoming(), default, [], null));
            await items[^1].Content.WriteAsync(new byte[i % 2 == 0 ? 100_000 : 300_000]);
            Assert.Equal(before + 1, io.OpenFiles);
            await items[^1].Content.SetAsideAsync(fromMemory: false);
        }

        Assert.Equal(before, io.OpenFiles);
        var most = 0;
        io.Called = _ =>
        {
            most = Math.Max(most, io.OpenFiles);
            return null;
        };
        await store.Messages.AppendAsync(await Scenes.InboxAsync(store), items);
        Assert.InRange(most, before, before + 1);
        foreach (var item in items)
        {
            await item.Content.DisposeAsync();
        }

        Assert.Empty(Directory.EnumerateFiles(Path.Combine(directory.Path, "spool")));
    }

    [Fact]
    public async Task A_message_of_several_that_cannot_be_read_again_fails_those_and_no_delivery_beside_them()
    {
        using var directory = new TempDirectory();
        using var io = new FailingStoreIO();
        using var gate = new ManualResetEventSlim();
        await using (var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = directory.Path, IO = io, CheckpointInterval = TimeSpan.FromDays(1) }))
        {
            await Scenes.FillAsync(store, 5);
            var inbox = await Scenes.InboxAsync(store);
            var items = await SpoolAsync(store, 100, 100_000, 100_000);
            var held = new TaskCompletionSource();
            var opened = 0;
            io.Called = call =>
            {
                if (call == "flush" && held.TrySetResult())
                {
                    gate.Wait();
                }

                return call == "open" && ++opened == 2 ? Fault.InputOutputError : null;
            };
            var first = Task.Run(() => Scenes.DeliverAsync(store, "message 6"));
            await held.Task;
            var before = Scenes.DeliverAsync(store, "message 7");
            var several = store.Messages.AppendAsync(inbox, items);
            var after = Scenes.DeliverAsync(store, "message 8");
            gate.Set();
            await Scenes.FailsAsync("StoreIOError", () => several);
            Assert.Equal((6u, 7u, 8u), (await first, await before, await after));
            Assert.Equal(2, opened);
            Assert.Equal("message 8", await Scenes.TextAsync(store, 8));
            Assert.Empty(await Scenes.FindingsAsync(store));
            io.Called = null;
            Assert.Equal(11u, (await store.Messages.AppendAsync(inbox, items)).LastUid);
            await Task.WhenAll(items.Select(i => i.Content.DisposeAsync().AsTask()));
        }

        await using var again = await SqliteMailStore.OpenAsync(new StoreOptions { Path = directory.Path });
        Assert.Equal("1:11", await Scenes.UidsAsync(again));
        Assert.Empty(await Scenes.FindingsAsync(again));
    }

    [Fact]
    public async Task A_large_message_of_several_that_cannot_be_taken_over_leaves_nothing_of_the_others()
    {
        using var directory = new TempDirectory();
        using var io = new FailingStoreIO();
        await using var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = directory.Path, IO = io });
        await Scenes.FillAsync(store, 5);
        var items = await SpoolAsync(store, 300_000, 100, 300_000);
        var moved = 0;
        io.Called = call => call == "move" && ++moved == 2 ? Fault.InputOutputError : null;
        await Scenes.FailsAsync("StoreIOError", async () => await store.Messages.AppendAsync(await Scenes.InboxAsync(store), items));
        await Task.WhenAll(items.Select(i => i.Content.DisposeAsync().AsTask()));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(directory.Path, "content"), "*.msg"));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(directory.Path, "spool")));
        Assert.Equal(6u, await Scenes.DeliverAsync(store, "goes on"));
        Assert.Empty(await Scenes.FindingsAsync(store));
    }

    private static async Task<List<AppendItem>> SpoolAsync(SqliteMailStore store, params int[] sizes)
    {
        var items = new List<AppendItem>();
        foreach (var size in sizes)
        {
            items.Add(new AppendItem(store.Messages.CreateIncoming(), default, [], null));
            await items[^1].Content.WriteAsync(new byte[size]);
            await items[^1].Content.SetAsideAsync(fromMemory: false);
        }

        return items;
    }
}
