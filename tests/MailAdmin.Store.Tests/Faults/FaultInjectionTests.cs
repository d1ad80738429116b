using System.Collections.Immutable;
using MailAdmin.Addresses;
using MailAdmin.Errors;
using MailAdmin.Security;

namespace MailAdmin.Store.Tests.Faults;

/// <summary>
/// A scenario is run once for every file call it makes, the store's and SQLite's, and that call fails. Whatever it is: what was acknowledged is there afterwards, now and after a
/// restart; what failed said why with an id of its own; the store goes on or says that it does not.
/// </summary>
public sealed class FaultInjectionTests
{
    private static readonly ScramVerifier Verifier = ScramVerifier.Create("x", 4096);
    private static readonly string[] Allowed = ["StoreDiskFull", "StoreIOError", "ContentCorrupt"];

    // What every run of the scenario must have met.
    private static readonly string[] Kinds =
    [
        "lock", "create directory", "create", "open", "list", "write", "flush", "flush directory", "move", "delete", "read",
        "sqlite open", "sqlite read", "sqlite read wal", "sqlite write wal", "sqlite write", "sqlite flush", "sqlite length", "sqlite access", "sqlite lock",
        "sqlite map shared memory", "sqlite lock shared memory", "sqlite delete",
    ];

    [Theory]
    [InlineData(Fault.NoSpace, 1)]
    [InlineData(Fault.ShortWrite, 1)]
    [InlineData(Fault.NoSpace, 3)]
    [InlineData(Fault.InputOutputError, 1000)]
    public async Task Whichever_call_fails_what_was_acknowledged_stays(Fault fault, int count)
    {
        var kinds = new SortedSet<string>();
        for (var at = 1; ; at++)
        {
            using var io = new FailingStoreIO { FailAt = at, FailCount = count, Fault = fault };
            var path = Path.Combine(Path.GetTempPath(), "mailadmin-" + Guid.NewGuid().ToString("N"));
            var what = $"{fault} × {count} at call {at}";
            try
            {
                var expected = await ScenarioAsync(path, io);
                what += $" ({io.Failed})";
                if (count == 1)
                {
                    // One fault costs one operation at most, or none where it is met in the background.
                    Assert.True(expected.Failures <= 1 && !expected.WasFaulted, $"{what}: {expected.Failures} operations failed");
                }

                await CheckAsync(path, expected, what);
            }
            catch (Exception e) when (e is not Xunit.Sdk.IAssertionException)
            {
                Assert.Fail($"{what} {io.Failed}: {e}");
            }
            finally
            {
                if (Directory.Exists(path))
                {
                    Directory.Delete(path, true);
                }
            }

            if (io.Failed is null)
            {
                // The scenario made fewer calls: all have been failed.
                TestContext.Current.TestOutputHelper!.WriteLine($"{at - 1} calls: {string.Join(", ", kinds)}");
                Assert.Superset(new HashSet<string>(Kinds), kinds);
                return;
            }

            kinds.Add(io.Failed);
        }
    }

    private static async Task<Expected> ScenarioAsync(string path, FailingStoreIO io)
    {
        var expected = new Expected(io);
        SqliteMailStore store;
        try
        {
            store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = path, IO = io, SegmentSize = 40_000, AdoptionSize = 100_000, CheckpointMessages = 4, CompactionShare = 0.1 });
        }
        catch (MailAdminException e)
        {
            Assert.Contains(e.ErrorId, Allowed);
            return expected;
        }

        await using (store)
        {
            await expected.Try(
                () => store.Accounts.CreateMailboxAsync(new NewMailbox(MailboxAddress.Parse("a@example.org"), Verifier) { CreateDomain = true }), s => s with { HasMailbox = true });
            if (expected.Now.HasMailbox)
            {
                await ChangeAsync(store, expected);
            }

            // What readers see now is what was acknowledged, and the store goes on.
            io.FailAt = 0;
            Assert.Equal(Show(expected.Now), Show(await LookAsync(store)));
            if (expected.Now.HasMailbox)
            {
                var inbox = (await store.Folders.FindAsync((await store.Accounts.FindMailboxAsync(MailboxAddress.Parse("a@example.org")))!.Id, "INBOX"))!.Id;
                await DeliverAsync(store, inbox, 60);
                expected.Add(60);
            }

            await foreach (var finding in store.VerifyAsync())
            {
                // A file that could not be deleted is in nobody's way, and told of.
                Assert.True(finding.Kind == "UnreferencedFile", $"{finding}");
            }
        }

        return expected;
    }

    private static async Task ChangeAsync(SqliteMailStore store, Expected expected)
    {
        var mailbox = (await expected.Ask(() => store.Accounts.FindMailboxAsync(MailboxAddress.Parse("a@example.org"))))!.Id;
        var inbox = (await expected.Ask(() => store.Folders.FindAsync(mailbox, "INBOX")))!.Id;
        var archive = (await expected.Ask(() => store.Folders.FindAsync(mailbox, "Archive")))!.Id;
        foreach (var size in (int[])[10, 5_000, 70_000, 120_000, 20, 30_000, 40])
        {
            await expected.Try(() => DeliverAsync(store, inbox, size), s => s with { Inbox = s.Inbox.Add(s.Next, size), Next = s.Next + 1 });
        }

        await expected.Try(
            () => AppendAsync(store, inbox, 50, 60_001, 110_000),
            s => s with { Inbox = s.Inbox.Add(s.Next, 50).Add(s.Next + 1, 60_001).Add(s.Next + 2, 110_000), Next = s.Next + 3 });
        await expected.Try(
            () => store.Messages.MoveAsync(inbox, UidSet.Single(2), archive),
            s => s.Inbox.TryGetValue(2, out var size) ? s with { Inbox = s.Inbox.Remove(2), Archive = s.Archive.Add(1, size) } : s);
        await expected.Try(() => store.Messages.ExpungeAsync(inbox, UidSet.Of([1, 4]), false), s => s with { Inbox = s.Inbox.Remove(1).Remove(4) });
        foreach (var size in (int[])[60, 130_000])
        {
            await expected.Try(() => EnqueueAsync(store, inbox, size), s => s with { Inbox = s.Inbox.Add(s.Next, size), Next = s.Next + 1, Queue = s.Queue.Add(size, 0) });
        }

        foreach (var entry in store.Queue.List().Where(e => e.Size == 60))
        {
            await expected.Try(() => store.Queue.ChangeAsync([new QueueChange(entry.Id, e => e with { Attempts = 1 })]), s => s with { Queue = s.Queue.SetItem(60, 1) });
        }

        foreach (var entry in store.Queue.List().Where(e => e.Size != 60))
        {
            await expected.Try(() => store.Queue.ChangeAsync([new QueueChange(entry.Id, _ => null)]), s => s with { Queue = s.Queue.Remove((int)entry.Size) });
        }

        await expected.Try(() => store.Folders.CreateAsync(mailbox, "new"), s => s with { HasNew = true });
        await expected.Try(() => store.CompactAsync(), s => s);
        await expected.Try(
            async () =>
            {
                await foreach (var message in store.Messages.ReadAsync(inbox, UidSet.All, MessageParts.Summary))
                {
                    using var content = await store.Messages.OpenAsync(message);
                }
            },
            s => s);
    }

    private static async Task DeliverAsync(SqliteMailStore store, FolderId folder, int size)
    {
        await using var incoming = store.Messages.CreateIncoming();
        var octets = new byte[size];
        octets.AsSpan().Fill((byte)(size % 251));
        await incoming.WriteAsync(octets);
        await store.Messages.DeliverAsync(incoming, [new DeliveryTarget(folder)]);
    }

    private static async Task AppendAsync(SqliteMailStore store, FolderId folder, params int[] sizes)
    {
        var items = new List<AppendItem>();
        try
        {
            foreach (var size in sizes)
            {
                items.Add(new AppendItem(store.Messages.CreateIncoming(), default, [], null));
                await items[^1].Content.WriteAsync(Enumerable.Repeat((byte)(size % 251), size).ToArray());
                await items[^1].Content.SetAsideAsync(fromMemory: true);
            }

            await store.Messages.AppendAsync(folder, items);
        }
        finally
        {
            foreach (var item in items)
            {
                await item.Content.DisposeAsync();
            }
        }
    }

    private static async Task EnqueueAsync(SqliteMailStore store, FolderId folder, int size)
    {
        await using var incoming = store.Messages.CreateIncoming();
        var octets = new byte[size];
        octets.AsSpan().Fill((byte)(size % 251));
        await incoming.WriteAsync(octets);
        await store.Queue.EnqueueAsync(incoming, [new DeliveryTarget(folder)], [new NewQueueEntry("a@example.org", "b.test", ["b@b.test"], DateTimeOffset.UtcNow.AddDays(5))], []);
    }

    private static async Task CheckAsync(string path, Expected expected, string what)
    {
        await using var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = path });
        var found = Show(await LookAsync(store));
        Assert.True(found == Show(expected.Now), $"{what}: {found} instead of {Show(expected.Now)}");
        await store.CompactAsync();
        await foreach (var finding in store.VerifyAsync())
        {
            Assert.Fail($"{what}: {finding}");
        }
    }

    private static async Task<Contents> LookAsync(SqliteMailStore store)
    {
        var contents = new Contents();
        if (await store.Accounts.FindMailboxAsync(MailboxAddress.Parse("a@example.org")) is not { } mailbox)
        {
            return contents;
        }

        return new Contents
        {
            HasMailbox = true,
            HasNew = await store.Folders.FindAsync(mailbox.Id, "new") is not null,
            Queue = await ReadQueueAsync(store),
            Inbox = await ReadAsync(store, (await store.Folders.FindAsync(mailbox.Id, "INBOX"))!.Id),
            Archive = await ReadAsync(store, (await store.Folders.FindAsync(mailbox.Id, "Archive"))!.Id),
        };
    }

    private static async Task<ImmutableSortedDictionary<uint, int>> ReadAsync(SqliteMailStore store, FolderId folder)
    {
        var found = ImmutableSortedDictionary<uint, int>.Empty;
        await foreach (var message in store.Messages.ReadAsync(folder, UidSet.All, MessageParts.None))
        {
            using var content = await store.Messages.OpenAsync(message);
            var octets = new byte[content.Length];
            Assert.Equal(octets.Length, content.Read(0, octets));
            Assert.True(octets.All(o => o == octets.Length % 251));
            found = found.Add(message.Uid, octets.Length);
        }

        return found;
    }

    private static async Task<ImmutableSortedDictionary<int, int>> ReadQueueAsync(SqliteMailStore store)
    {
        var found = ImmutableSortedDictionary<int, int>.Empty;
        foreach (var entry in store.Queue.List())
        {
            using var content = await store.Queue.OpenAsync(entry);
            var octets = new byte[content.Length];
            Assert.Equal(octets.Length, content.Read(0, octets));
            Assert.True(octets.All(o => o == octets.Length % 251));
            found = found.Add(octets.Length, entry.Attempts);
        }

        return found;
    }

    private static string Show(Contents c) => $"mailbox {c.HasMailbox}, new {c.HasNew}, queue {string.Join(' ', c.Queue)}, INBOX {string.Join(' ', c.Inbox)}, Archive {string.Join(' ', c.Archive)}";

    private sealed record Contents
    {
        public bool HasMailbox { get; init; }
        public bool HasNew { get; init; }
        public uint Next { get; init; } = 1;
        /// <summary>Attempts of queue entries by their size.</summary>
        public ImmutableSortedDictionary<int, int> Queue { get; init; } = ImmutableSortedDictionary<int, int>.Empty;
        public ImmutableSortedDictionary<uint, int> Inbox { get; init; } = ImmutableSortedDictionary<uint, int>.Empty;
        public ImmutableSortedDictionary<uint, int> Archive { get; init; } = ImmutableSortedDictionary<uint, int>.Empty;
    }

    /// <summary>What must be there.</summary>
    private sealed class Expected(FailingStoreIO io)
    {
        public Contents Now { get; private set; } = new();
        public int Failures { get; private set; }
        /// <summary>True where the store said that it could neither do nor undo a write.</summary>
        public bool WasFaulted { get; private set; }

        public void Add(int size) => Now = Now with { Inbox = Now.Inbox.Add(Now.Next, size), Next = Now.Next + 1 };

        /// <summary>Asks; where that fails, again with nothing failing, for the scenario to go on.</summary>
        public async Task<T> Ask<T>(Func<ValueTask<T>> question)
        {
            try
            {
                return await question();
            }
            catch (MailAdminException e)
            {
                Note(e);
                io.IsSuspended = true;
                var answer = await question();
                io.IsSuspended = false;
                return answer;
            }
        }

        public async Task Try(Func<Task> action, Func<Contents, Contents> effect)
        {
            try
            {
                await action();
                Now = effect(Now);
            }
            catch (MailAdminException e) when (e.ErrorId == "StoreFaulted")
            {
                WasFaulted = true;
            }
            catch (MailAdminException e)
            {
                Note(e);
            }
        }

        private void Note(MailAdminException e)
        {
            Assert.Contains(e.ErrorId, Allowed);
            Assert.NotNull(e.RecommendedAction);
            Failures++;
        }
    }
}
