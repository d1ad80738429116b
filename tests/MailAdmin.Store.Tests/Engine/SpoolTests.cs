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
}
