using System.Collections;
using System.Collections.Concurrent;
using MailAdmin.Store.Tests.Faults;
using MailAdmin.Testing;

namespace MailAdmin.Store.Tests.Engine;

/// <summary>Callers that write alone, on their own thread, and together, through the queue.</summary>
public sealed class WriterTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), "mailadmin-" + Guid.NewGuid().ToString("N"));

    public void Dispose() => Directory.Delete(_path, true);

    [Fact]
    public async Task What_nobody_foresaw_in_one_operation_fails_it_alone()
    {
        await using var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = _path });
        await Scenes.FillAsync(store, 1);
        var inbox = await Scenes.InboxAsync(store);
        await using var incoming = store.Messages.CreateIncoming();
        await incoming.WriteAsync("a message whose keywords cannot be read"u8.ToArray());

        await Scenes.FailsAsync("StoreFailedInside", () => store.Messages.AppendAsync(inbox, [new AppendItem(incoming, default, new Unreadable(), null)]));

        Assert.Equal(2u, await Scenes.DeliverAsync(store, "after it"));
    }

    [Fact]
    public async Task A_folder_that_is_deleted_leaves_memory()
    {
        await using var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = _path });
        await Scenes.FillAsync(store, 1);
        var snapshot = await FillAndDeleteAsync();

        await Eventually.Holds(
            () =>
            {
                GC.Collect();
                return !snapshot.IsAlive;
            }, "the folder's snapshot to be let go");

        async Task<WeakReference> FillAndDeleteAsync()
        {
            var mailbox = (await Scenes.MailboxAsync(store)).Id;
            var folder = (await store.Folders.CreateAsync(mailbox, "gone")).Id;
            await Scenes.DeliverAsync(store, "one", "gone");
            // Accounts and folders are committed to the index at once, and what is before them with them.
            await store.Folders.CreateAsync(mailbox, "other");
            var weak = new WeakReference(await store.Messages.GetSnapshotAsync(folder));
            await store.Folders.DeleteAsync(folder);
            return weak;
        }
    }

    [Fact]
    public async Task Callers_alone_and_together_each_get_a_uid_of_their_own_and_find_what_they_wrote()
    {
        var given = new ConcurrentDictionary<uint, string>();
        await using (var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = _path, CheckpointMessages = 16, SegmentSize = 100_000, WriteAhead = 16 * 1024 }))
        {
            await Scenes.FillAsync(store, 0);
            for (var round = 0; round < 6; round++)
            {
                for (var i = 0; i < 10; i++)
                {
                    await WriteAsync(store, $"alone {round} {i} ");
                }

                await Task.WhenAll(Enumerable.Range(0, 8).Select(w => Task.Run(async () =>
                {
                    for (var i = 0; i < 10; i++)
                    {
                        await WriteAsync(store, $"together {round} {w} {i} ");
                    }
                })));
                await store.Folders.CreateAsync((await Scenes.MailboxAsync(store)).Id, $"folder {round}");
            }

            Assert.Empty(await Scenes.FindingsAsync(store));
        }

        await using var again = await SqliteMailStore.OpenAsync(new StoreOptions { Path = _path });
        Assert.Equal("1:540", await Scenes.UidsAsync(again));
        foreach (var (uid, text) in given)
        {
            Assert.Equal(text, await Scenes.TextAsync(again, uid));
        }

        async Task WriteAsync(SqliteMailStore store, string text)
        {
            text = text.PadRight(700, 'x');
            Assert.True(given.TryAdd(await Scenes.DeliverAsync(store, text), text));
        }
    }

    private sealed class Unreadable : IReadOnlyList<string>
    {
        public int Count => 1;
        public string this[int index] => throw new InvalidOperationException("unreadable");
        public IEnumerator<string> GetEnumerator() => throw new InvalidOperationException("unreadable");
        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
