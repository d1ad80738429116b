using MailAdmin.Store.Content;
using static MailAdmin.Store.Tests.Faults.Scenes;

namespace MailAdmin.Store.Tests.Faults;

/// <summary>Compactions that fail, and what goes on beside them: nothing is lost, nothing stays for ever, nobody is alarmed for nothing.</summary>
public sealed class CompactionFaultTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), "mailadmin-" + Guid.NewGuid().ToString("N"));
    private readonly FailingStoreIO _io = new();

    private string Content => Path.Combine(_path, "content");

    public void Dispose()
    {
        _io.Dispose();
        Directory.Delete(_path, true);
    }

    [Fact]
    public async Task A_segment_that_could_not_be_deleted_is_told_of_and_swept_by_the_next_compaction()
    {
        await using var store = await OpenHalfDeadAsync();
        _io.Called = call => call == "delete" ? Fault.InputOutputError : null;
        await FailsAsync("StoreIOError", () => store.CompactAsync());
        _io.Called = null;
        var told = Assert.Single(await FindingsAsync(store));
        Assert.Equal(("UnreferencedFile", MailEventSeverity.Warning), (told.Kind, told.Severity));
        Assert.True(File.Exists(Path.Combine(Content, told.Location)));
        await store.CompactAsync();
        Assert.False(File.Exists(Path.Combine(Content, told.Location)));
        await CheckAsync(store);
    }

    [Fact]
    public async Task A_large_message_whose_file_could_not_be_deleted_is_told_of_and_swept()
    {
        await using (var store = await OpenAsync())
        {
            await FillAsync(store, 1);
            var uid = await DeliverAsync(store, new string('x', 300_000));
            _io.Called = call => call == "delete" ? Fault.InputOutputError : null;
            await store.Messages.ExpungeAsync(await InboxAsync(store), UidSet.Single(uid), false);
        }

        _io.Called = null;
        await using var again = await OpenAsync();
        Assert.Equal("UnreferencedFile", Assert.Single(await FindingsAsync(again)).Kind);
        Assert.True(await again.CompactAsync() > 300_000);
        Assert.Empty(Directory.GetFiles(Content, "*.msg"));
        Assert.Empty(await FindingsAsync(again));
    }

    [Fact]
    public async Task A_disk_that_is_full_when_contents_are_to_move_fills_no_further()
    {
        await using var store = await OpenHalfDeadAsync();
        Assert.Empty(await FindingsAsync(store));
        var before = Directory.GetFiles(Content).Order().ToList();
        for (var i = 0; i < 3; i++)
        {
            var isCopied = false;
            _io.Called = call =>
            {
                isCopied |= call == "flush directory";
                return isCopied && call == "write" ? Fault.NoSpace : null;
            };
            await FailsAsync("StoreDiskFull", () => store.CompactAsync());
            Assert.Equal(before, Directory.GetFiles(Content).Order());
        }

        _io.Called = null;
        Assert.Empty(await FindingsAsync(store));
        Assert.True(await store.CompactAsync() > 5_000);
        await CheckAsync(store);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(60)]
    [InlineData(90)]
    [InlineData(120)]
    public async Task A_compaction_beside_a_verification_is_no_damage_and_the_index_can_be_folded(int reads)
    {
        await using var store = await OpenHalfDeadAsync();
        using var gate = new ManualResetEventSlim();
        var reading = new TaskCompletionSource();
        _io.Called = call =>
        {
            if (call == "read" && --reads == 0)
            {
                reading.SetResult();
                gate.Wait();
            }

            return null;
        };
        var verifying = Task.Run(() => FindingsAsync(store));
        // Where there are fewer reads the verification has ended: it is then one that nothing happened beside.
        await Task.WhenAny(reading.Task, verifying);
        await store.CompactAsync();
        using (var index = new Sqlite.IndexWriter(new Sqlite.IndexConnection(IO.SystemStoreIO.Instance, Path.Combine(_path, "index.db"), create: false)))
        {
            index.Fold();
        }

        gate.Set();
        Assert.Empty(await verifying);
        await CheckAsync(store);
    }

    [Fact]
    public async Task An_index_that_a_power_failure_set_back_before_a_compaction_learns_of_its_segment()
    {
        var earlier = _path + "-earlier";
        await using (var store = await OpenHalfDeadAsync())
        {
            using var gate = new ManualResetEventSlim();
            var copying = new TaskCompletionSource();
            _io.Called = call =>
            {
                if (call == "write" && copying.TrySetResult())
                {
                    gate.Wait();
                }

                return null;
            };
            var compacting = store.CompactAsync();
            await copying.Task;
            // The log goes on in segments behind the one that is being written, and the index with it.
            for (var i = 0; i < 10; i++)
            {
                await DeliverAsync(store, "later ".PadRight(500, 'x'));
            }

            await store.Folders.CreateAsync((await MailboxAsync(store)).Id, "so that the index has it");
            Copy(_path, earlier);
            gate.Set();
            Assert.True(await compacting > 5_000);
            _io.Called = null;
        }

        foreach (var file in Directory.GetFiles(earlier, "index.db*"))
        {
            File.Move(file, Path.Combine(_path, Path.GetFileName(file)), overwrite: true);
        }

        // What the index still knows of had not been deleted then.
        foreach (var file in Directory.GetFiles(Path.Combine(earlier, "content")).Where(f => !File.Exists(Path.Combine(Content, Path.GetFileName(f)))))
        {
            File.Move(file, Path.Combine(Content, Path.GetFileName(file)));
        }

        Directory.Delete(earlier, true);
        await using (var store = await OpenAsync())
        {
            await CheckAsync(store);
            await store.Messages.ExpungeAsync(await InboxAsync(store), UidSet.Range(1, 40), false);
            await store.CompactAsync();
            Assert.Empty(await FindingsAsync(store));
            // All that was moved is dead, and its segment with it: none is left that the index does not know.
            using var reader = new Sqlite.IndexReader(new Sqlite.IndexConnection(IO.SystemStoreIO.Instance, Path.Combine(_path, "index.db"), create: false));
            var known = reader.Segments().ConvertAll(s => SegmentTable.NameOf(s.Id));
            Assert.All(Directory.GetFiles(Content, "*.seg"), f => Assert.Contains(Path.GetFileName(f), known));
        }
    }

    private Task<SqliteMailStore> OpenAsync() => SqliteMailStore.OpenAsync(new StoreOptions { Path = _path, IO = _io, SegmentSize = 3000 });

    /// <summary>Forty messages over many segments, of which every fifth is left.</summary>
    private async Task<SqliteMailStore> OpenHalfDeadAsync()
    {
        var store = await OpenAsync();
        await FillAsync(store, 40, 500);
        await store.Messages.ExpungeAsync(await InboxAsync(store), UidSet.Of(Enumerable.Range(1, 40).Where(i => i % 5 != 0).Select(i => (uint)i)), false);
        return store;
    }

    private static async Task CheckAsync(SqliteMailStore store)
    {
        Assert.Empty(await FindingsAsync(store));
        for (var uid = 5u; uid <= 40; uid += 5)
        {
            Assert.StartsWith($"message {uid} ", await TextAsync(store, uid), StringComparison.Ordinal);
        }
    }
}
