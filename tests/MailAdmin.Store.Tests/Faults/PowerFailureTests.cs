using System.Collections.Concurrent;
using System.Globalization;
using MailAdmin.Administration;

namespace MailAdmin.Store.Tests.Faults;

/// <summary>
/// Power fails while a batch is flushed: its pages reach the medium in no order, some of them not at all. What was acknowledged before is there; of the batch each
/// operation is there whole or not at all; nothing is taken for damage.
/// </summary>
public sealed class PowerFailureTests : IDisposable
{
    private const int Writers = 6;

    private readonly string _path = Path.Combine(Path.GetTempPath(), "mailadmin-" + Guid.NewGuid().ToString("N"));

    public void Dispose() => Directory.Delete(_path, true);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Pages_of_an_unflushed_batch_reach_the_medium_in_no_order(int seed)
    {
        var random = new Random(seed);
        var io = new PowerLossIO();
        var acknowledged = new ConcurrentDictionary<string, bool>();
        var images = new List<(string Path, HashSet<string> Acknowledged)>();
        await using (var store = await SqliteMailStore.OpenAsync(
            new StoreOptions { Path = Path.Combine(_path, "running"), IO = io, CheckpointInterval = TimeSpan.FromDays(1), SegmentSize = 300_000, WriteAhead = seed % 2 == 0 ? 0 : 128 * 1024 }))
        {
            await Scenes.FillAsync(store, 3);
            for (var i = 1; i <= 3; i++)
            {
                acknowledged[Text(i, $"message {i} ")] = true;
            }

            var flushes = 0;
            io.Flushing = (path, pending) =>
            {
                if (!path.EndsWith(".seg", StringComparison.Ordinal) || ++flushes % 9 != 0 || images.Count == 8)
                {
                    return;
                }

                // First who was told, then the files: nobody may be told of what is not in them.
                var told = acknowledged.Keys.ToHashSet();
                var image = Path.Combine(_path, images.Count.ToString(CultureInfo.InvariantCulture));
                Scenes.Copy(Path.Combine(_path, "running"), image);
                pending.Tear(Path.Combine(image, "content", Path.GetFileName(path)), random);
                images.Add((image, told));
            };
            await Task.WhenAll(Enumerable.Range(0, Writers).Select(w => Task.Run(async () =>
            {
                for (var i = 0; i < 30; i++)
                {
                    var text = Text((w * 1000) + (i * 37), $"writer {w} message {i} ");
                    await Scenes.DeliverAsync(store, text);
                    acknowledged[text] = true;
                }
            })));
            io.Flushing = null;
        }

        Assert.NotEmpty(images);
        var all = acknowledged.Keys.ToHashSet();
        foreach (var (image, told) in images)
        {
            var noticed = new List<StoreFinding>();
            await using var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = image, Noticed = noticed.Add });
            var found = new List<string>();
            foreach (var row in (await store.Messages.GetSnapshotAsync(await Scenes.InboxAsync(store))).Enumerate())
            {
                found.Add(await Scenes.TextAsync(store, row.Uid));
            }

            Assert.Empty(noticed);
            Assert.Empty(told.Except(found));
            Assert.Empty(found.Except(all));
            Assert.Equal(found.Count, found.Distinct().Count());
            Assert.Equal(found.Count + 1u, await Scenes.DeliverAsync(store, "goes on"));
            Assert.Empty(await Scenes.FindingsAsync(store));
        }
    }

    private static string Text(int number, string head) => head.PadRight(300 + (head.StartsWith("message", StringComparison.Ordinal) ? 0 : number * 7 % 9000), 'x');
}
