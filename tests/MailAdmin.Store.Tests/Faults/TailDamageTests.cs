using MailAdmin.Administration;
using MailAdmin.Store.Content;
using MailAdmin.Store.Journal;

namespace MailAdmin.Store.Tests.Faults;

/// <summary>
/// Bit rot in the end of the log that the index has not taken over, met by the first open after a crash: what lies behind it was acknowledged and stays.
/// </summary>
public sealed class TailDamageTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), "mailadmin-" + Guid.NewGuid().ToString("N"));
    private readonly List<StoreFinding> _noticed = [];

    private string Crashed => Path.Combine(_path, "crashed");

    public void Dispose() => Directory.Delete(_path, true);

    [Fact]
    public async Task A_damaged_message_costs_itself_and_none_behind_it()
    {
        await CrashAsync();
        Flip(Record(RecordKind.Content, 4) + RecordHeader.Size + 3);
        await using var store = await OpenAsync();
        Assert.Equal("1:10", await Scenes.UidsAsync(store));
        await Scenes.FailsAsync("ContentCorrupt", () => Scenes.TextAsync(store, 5));
        Assert.StartsWith("message 6 ", await Scenes.TextAsync(store, 6), StringComparison.Ordinal);
        Assert.StartsWith("message 10 ", await Scenes.TextAsync(store, 10), StringComparison.Ordinal);
        Assert.Equal(11u, await Scenes.DeliverAsync(store, "goes on"));
        var told = Assert.Single(_noticed);
        Assert.Equal((MailEventSeverity.Error, "DamagedRecord"), (told.Severity, told.Kind));
        Assert.Contains(await Scenes.FindingsAsync(store), f => f.Kind == "DamagedRecord" && f.Location == told.Location);
    }

    [Fact]
    public async Task A_damaged_head_of_a_message_costs_itself_and_none_behind_it()
    {
        await CrashAsync();
        Flip(Record(RecordKind.Content, 4) + 8);
        await using var store = await OpenAsync();
        Assert.Equal("1:10", await Scenes.UidsAsync(store));
        await Scenes.FailsAsync("ContentCorrupt", () => Scenes.TextAsync(store, 5));
        Assert.StartsWith("message 10 ", await Scenes.TextAsync(store, 10), StringComparison.Ordinal);
        Assert.Single(_noticed);
    }

    [Fact]
    public async Task A_damaged_journal_record_costs_its_operation_and_no_uid_is_given_twice()
    {
        await CrashAsync();
        Flip(Record(RecordKind.Journal, 4) + RecordHeader.Size + 1);
        var (before, after) = (0UL, 0UL);
        await using (var store = await OpenAsync())
        {
            Assert.Equal("1:4,6:10", await Scenes.UidsAsync(store));
            Assert.StartsWith("message 6 ", await Scenes.TextAsync(store, 6), StringComparison.Ordinal);
            before = (await store.Messages.GetSnapshotAsync(await Scenes.InboxAsync(store))).HighestModSeq;
            Assert.True(await Scenes.DeliverAsync(store, "goes on") > 10);
            Assert.Single(_noticed);
            Assert.All(await Scenes.FindingsAsync(store), f => Assert.Equal("DamagedRecord", f.Kind));
        }

        await using (var store = await OpenAsync())
        {
            after = (await store.Messages.GetSnapshotAsync(await Scenes.InboxAsync(store))).HighestModSeq;
            Assert.True(after > before);
            Assert.Single(_noticed);
        }
    }

    [Fact]
    public async Task The_last_journal_record_before_others_may_have_given_out_the_highest_uid_and_it_is_not_given_again()
    {
        await CrashAsync(async store =>
        {
            // The last that touches INBOX is lost; what proves that it was acknowledged is of another folder.
            await store.Folders.SubscribeAsync((await Scenes.MailboxAsync(store)).Id, "Archive", true);
            await Scenes.DeliverAsync(store, "message 11 ");
            await Scenes.DeliverAsync(store, "elsewhere", "Archive");
            await Scenes.DeliverAsync(store, "elsewhere again", "Archive");
        });
        Flip(Record(RecordKind.Journal, 0) + RecordHeader.Size + 1);
        await using var store = await OpenAsync();
        Assert.Equal("1:10", await Scenes.UidsAsync(store));
        Assert.True(await Scenes.DeliverAsync(store, "goes on") > 11);
    }

    [Fact]
    public async Task Damage_in_the_last_batch_cannot_be_told_from_a_crash_and_is_cut_off()
    {
        await CrashAsync();
        Flip(Record(RecordKind.Content, 9) + RecordHeader.Size + 3);
        await using var store = await OpenAsync();
        Assert.Equal("1:9", await Scenes.UidsAsync(store));
        Assert.Empty(_noticed);
        Assert.Empty(await Scenes.FindingsAsync(store));
    }

    [Fact]
    public async Task Damage_at_the_end_of_a_segment_is_told_from_a_crash_by_the_next()
    {
        await CrashAsync(segmentSize: 1500);
        var first = Directory.GetFiles(Path.Combine(Crashed, "content")).Order().First(f => new FileInfo(f).Length > 1000);
        var records = Scenes.Records(first);
        var last = records.FindLastIndex(r => r.Header.Kind == RecordKind.Content);
        Flip(records[last].Offset + RecordHeader.Size + 3, first);
        await using var store = await OpenAsync();
        Assert.Equal("1:10", await Scenes.UidsAsync(store));
        Assert.StartsWith("message 10 ", await Scenes.TextAsync(store, 10), StringComparison.Ordinal);
        Assert.Single(_noticed);
    }

    [Fact]
    public async Task Room_that_was_written_ahead_is_neither_damage_nor_mail()
    {
        await CrashAsync();
        var segment = Path.Combine(Crashed, "content", "00000001.seg");
        Assert.True(new FileInfo(segment).Length > 20_000);
        var report = await StoreRepair.RebuildAsync(Crashed);
        Assert.Equal(new StoreRepairReport(1, 10, 0, 0, 0), report);
        await using (var store = await OpenAsync())
        {
            Assert.Equal("1:10", await Scenes.UidsAsync(store));
            Assert.Equal(11u, await Scenes.DeliverAsync(store, "goes on"));
            Assert.Empty(await Scenes.FindingsAsync(store));
        }

        Assert.Empty(_noticed);
        Assert.True(new FileInfo(segment).Length < 20_000, "An orderly end leaves no room behind.");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1024 * 1024)]
    public async Task What_the_page_cache_still_had_is_flushed_before_the_index_takes_it_over(long writeAhead)
    {
        await CrashAsync(writeAhead: writeAhead);
        var known = Known();
        using (var io = new FailingStoreIO { Called = call => call == "flush" ? Fault.InputOutputError : null })
        {
            await Scenes.FailsAsync("StoreIOError", () => SqliteMailStore.OpenAsync(new StoreOptions { Path = Crashed, IO = io }));
        }

        Assert.Equal(known, Known());
        await using var store = await OpenAsync();
        Assert.Equal("1:10", await Scenes.UidsAsync(store));
        Assert.Empty(_noticed);
    }

    [Fact]
    public async Task A_segment_that_is_gone_costs_what_it_held_and_none_of_its_uids_is_given_again()
    {
        await CrashAsync(
            async store =>
            {
                // One record of the log that gives out ten UIDs, alone in its segment.
                var inbox = await Scenes.InboxAsync(store);
                await store.Messages.CopyAsync(inbox, UidSet.All, inbox);
                await Scenes.DeliverAsync(store, "elsewhere", "Archive");
            }, segmentSize: 1);
        File.Delete(Scenes.JournalOf(Crashed, e => e is MessagesPlaced { Rows.Length: 10 }).Segment);
        await using var store = await OpenAsync();
        Assert.Equal("1:10", await Scenes.UidsAsync(store));
        Assert.True(await Scenes.DeliverAsync(store, "goes on") > 20);
        Assert.Equal((MailEventSeverity.Error, "LostOperations"), (Assert.Single(_noticed).Severity, _noticed[0].Kind));
    }

    [Fact]
    public async Task The_segment_that_the_index_points_into_must_be_there()
    {
        await CrashAsync();
        File.Move(Path.Combine(Crashed, "content", "00000001.seg"), Path.Combine(Crashed, "content", "00000002.seg"));
        await Scenes.FailsAsync("StoreCorrupt", OpenAsync);
    }

    private Task<SqliteMailStore> OpenAsync() => SqliteMailStore.OpenAsync(new StoreOptions { Path = Crashed, Noticed = _noticed.Add });

    /// <summary>Ten messages, acknowledged one by one, that the index knows nothing of; then the files as they are.</summary>
    private async Task CrashAsync(Func<SqliteMailStore, Task>? more = null, long segmentSize = 1_000_000, long writeAhead = 1024 * 1024)
    {
        await using var store = await SqliteMailStore.OpenAsync(
            new StoreOptions { Path = Path.Combine(_path, "running"), CheckpointInterval = TimeSpan.FromDays(1), SegmentSize = segmentSize, WriteAhead = writeAhead });
        await Scenes.FillAsync(store, 10);
        if (more is not null)
        {
            await more(store);
        }

        Scenes.Copy(store.Location, Crashed);
    }

    /// <summary>Number of the last operation that the index has.</summary>
    private long Known()
    {
        using var index = new Sqlite.IndexReader(new Sqlite.IndexConnection(IO.SystemStoreIO.Instance, Path.Combine(Crashed, "index.db"), create: false));
        return index.Position()!.Sequence;
    }

    /// <summary>Offset of the n-th record of a kind behind what the index knows, which ends with the last change of accounts and folders.</summary>
    private long Record(RecordKind kind, int number)
    {
        var segment = Path.Combine(Crashed, "content", "00000001.seg");
        using var index = new Sqlite.IndexReader(new Sqlite.IndexConnection(IO.SystemStoreIO.Instance, Path.Combine(Crashed, "index.db"), create: false));
        var from = index.Position()!.Offset;
        return Scenes.Records(segment).Where(r => r.Offset >= from && r.Header.Kind == kind).ElementAt(number).Offset;
    }

    private void Flip(long at, string? segment = null) => Scenes.Flip(segment ?? Path.Combine(Crashed, "content", "00000001.seg"), at);
}
