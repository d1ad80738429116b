namespace MailAdmin.Store.Tests.Faults;

/// <summary>A disk that stays full, or fails, for a while.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), "mailadmin-" + Guid.NewGuid().ToString("N"));

    public void Dispose() => Directory.Delete(_path, true);

    [Theory]
    [InlineData("write", Fault.NoSpace, "StoreDiskFull")]
    [InlineData("write", Fault.ShortWrite, "StoreIOError")]
    [InlineData("flush", Fault.InputOutputError, "StoreFaulted")]
    public async Task Every_delivery_is_refused_and_leaves_nothing_behind_until_the_disk_is_well_again(string call, Fault fault, string error)
    {
        using var io = new FailingStoreIO();
        await using (var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = _path, IO = io }))
        {
            await Scenes.FillAsync(store, 3);
            var before = Directory.GetFiles(_path, "*", SearchOption.AllDirectories).Length;
            io.Called = c => c == call ? fault : null;
            for (var i = 0; i < 40; i++)
            {
                // Small ones, and such as would be taken over with their file.
                await Scenes.FailsAsync(i % 2 != 0 && error == "StoreFaulted" ? "StoreIOError" : error, () => Scenes.DeliverAsync(store, new string('x', i % 2 == 0 ? 300 : 300_000)));
            }

            Assert.Equal("1:3", await Scenes.UidsAsync(store));
            Assert.InRange(Directory.GetFiles(_path, "*", SearchOption.AllDirectories).Length, before, before + 1);
            io.Called = null;
            Assert.Equal(4u, await Scenes.DeliverAsync(store, "again"));
            Assert.Empty(await Scenes.FindingsAsync(store));
        }

        await using var reopened = await SqliteMailStore.OpenAsync(new StoreOptions { Path = _path });
        Assert.Equal("1:4", await Scenes.UidsAsync(reopened));
        Assert.Empty(await Scenes.FindingsAsync(reopened));
    }
}
