using MailAdmin.Store.IO;
using MailAdmin.Store.Sqlite;
using MailAdmin.Store.Tests.Contract;

namespace MailAdmin.Store.Tests.Engine;

/// <summary>The queue in the index of files: brought up from a version that had none, damaged, rebuilt.</summary>
public sealed class QueueIndexTests : IAsyncLifetime
{
    private readonly FileStoreFactory _factory = new();

    private string IndexPath => Path.Combine(_factory.StorePath, "index.db");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _factory.DisposeAsync();

    [Fact]
    public async Task A_store_made_before_there_was_a_queue_gets_one_when_it_is_opened()
    {
        await (await _factory.OpenAsync()).DisposeAsync();
        using (var index = new IndexConnection(SystemStoreIO.Instance, IndexPath, create: false))
        {
            index.Execute("DROP TABLE queue; PRAGMA user_version=1");
        }

        await using (var store = await _factory.OpenAsync())
        {
            Assert.Equal(0, store.Queue.Count);
            await EnqueueAsync(store);
        }

        await using var again = await _factory.OpenAsync();
        Assert.Equal(1, again.Queue.Count);
    }

    [Fact]
    public async Task A_damaged_entry_is_found_and_a_rebuild_brings_it_back_from_the_log()
    {
        await using (var store = await _factory.OpenAsync())
        {
            await EnqueueAsync(store);
        }

        await using (var store = await _factory.OpenAsync())
        {
            using (var index = new IndexConnection(SystemStoreIO.Instance, IndexPath, create: false))
            {
                index.Execute("UPDATE queue SET value = x'FFFF'");
            }

            var found = new List<string>();
            await foreach (var finding in store.VerifyAsync(TestContext.Current.CancellationToken))
            {
                found.Add(finding.Kind);
            }

            Assert.Contains("QueueCorrupt", found);
        }

        Assert.Equal("StoreCorrupt", (await Assert.ThrowsAsync<Errors.MailAdminException>(_factory.OpenAsync)).ErrorId);
        await StoreRepair.RebuildAsync(_factory.StorePath, TestContext.Current.CancellationToken);
        await using var repaired = await _factory.OpenAsync();
        Assert.Equal("one@b.test", repaired.Queue.List().Single().Recipients.Single().Address);
    }

    [Fact]
    public async Task A_bit_that_flips_in_an_address_sends_nothing_to_another()
    {
        await using (var store = await _factory.OpenAsync())
        {
            await EnqueueAsync(store);
        }

        using (var index = new IndexConnection(SystemStoreIO.Instance, IndexPath, create: false))
        {
            var value = index.Query("SELECT value FROM queue", r => r.Octets(0)).Single();
            value[value.AsSpan().IndexOf("one@b.test"u8)] ^= 1;
            index.Run("UPDATE queue SET value = ?1", value);
        }

        Assert.Equal("StoreCorrupt", (await Assert.ThrowsAsync<Errors.MailAdminException>(_factory.OpenAsync)).ErrorId);
        await StoreRepair.RebuildAsync(_factory.StorePath, TestContext.Current.CancellationToken);
        await using var repaired = await _factory.OpenAsync();
        Assert.Equal("one@b.test", repaired.Queue.List().Single().Recipients.Single().Address);
    }

    [Theory]
    [InlineData("substr(value, 10)")]
    [InlineData("CAST(x'FF0102030405060708' || substr(value, 10) AS BLOB)")]
    public async Task An_entry_of_before_there_were_checksums_or_with_another_is_read(string earlier)
    {
        await using (var store = await _factory.OpenAsync())
        {
            await EnqueueAsync(store);
        }

        using (var index = new IndexConnection(SystemStoreIO.Instance, IndexPath, create: false))
        {
            index.Execute($"UPDATE queue SET value = {earlier}");
        }

        await using var again = await _factory.OpenAsync();
        Assert.Equal("one@b.test", again.Queue.List().Single().Recipients.Single().Address);
    }

    [Fact]
    public async Task A_summary_that_is_damaged_is_computed_again()
    {
        byte[] before;
        await using (var store = await _factory.OpenAsync())
        {
            await Faults.Scenes.FillAsync(store, 0);
            await Faults.Scenes.DeliverAsync(store, "Subject: whole\r\n\r\nx");
            before = await SummaryAsync(store);
        }

        using (var index = new IndexConnection(SystemStoreIO.Instance, IndexPath, create: false))
        {
            var value = index.Query("SELECT value FROM summary", r => r.Octets(0)).Single();
            value[value.AsSpan().IndexOf("whole"u8)] ^= 1;
            index.Run("UPDATE summary SET value = ?1", value);
        }

        await using var again = await _factory.OpenAsync();
        Assert.Equal(before, await SummaryAsync(again));
    }

    private static async Task<byte[]> SummaryAsync(IMailStore store)
    {
        await foreach (var message in store.Messages.ReadAsync(await Faults.Scenes.InboxAsync(store), UidSet.All, MessageParts.Summary))
        {
            return message.Summary!.Encode().ToArray();
        }

        throw new InvalidOperationException("There is no message.");
    }

    [Fact]
    public async Task A_queue_that_is_full_refuses_the_whole_message()
    {
        await using var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = _factory.StorePath, QueueEntries = 2 }, TestContext.Current.CancellationToken);
        await EnqueueAsync(store);
        await EnqueueAsync(store);
        Assert.Equal("QueueFull", (await Assert.ThrowsAsync<Errors.MailAdminException>(() => EnqueueAsync(store))).ErrorId);
        Assert.Equal(2, store.Queue.Count);
        await store.Queue.ChangeAsync([new QueueChange(store.Queue.List().First().Id, _ => null)], TestContext.Current.CancellationToken);
        await EnqueueAsync(store);
    }

    [Fact]
    public async Task A_report_finds_room_in_a_full_queue()
    {
        await using var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = _factory.StorePath, QueueEntries = 10 }, TestContext.Current.CancellationToken);
        for (var i = 0; i < 10; i++)
        {
            await EnqueueAsync(store);
        }

        var ids = store.Queue.List().Select(e => e.Id).ToList();
        // It takes the place of what it reports.
        await EnqueueAsync(store, new QueueChange(ids[0], _ => null));
        Assert.Equal(10, store.Queue.Count);
        // Or stands beside it, as far as a tenth more goes.
        await EnqueueAsync(store, new QueueChange(ids[1], e => e with { Attempts = 1 }));
        Assert.Equal(11, store.Queue.Count);
        Assert.Equal("QueueFull", (await Assert.ThrowsAsync<Errors.MailAdminException>(() => EnqueueAsync(store, new QueueChange(ids[2], e => e with { Attempts = 1 })))).ErrorId);
        Assert.Equal("QueueFull", (await Assert.ThrowsAsync<Errors.MailAdminException>(() => EnqueueAsync(store))).ErrorId);
        Assert.Equal(0, store.Queue.Find(ids[2])!.Attempts);
    }

    private static async Task EnqueueAsync(IMailStore store, params QueueChange[] changes)
    {
        await using var incoming = store.Messages.CreateIncoming();
        await incoming.WriteAsync("x"u8.ToArray());
        await store.Queue.EnqueueAsync(incoming, [], [new NewQueueEntry("a@example.org", "b.test", ["one@b.test"], DateTimeOffset.UtcNow.AddDays(5))], changes);
    }
}
