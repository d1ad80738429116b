using MailAdmin.Addresses;
using MailAdmin.Security;
using MailAdmin.Store.Journal;
using MailAdmin.Testing;
using static MailAdmin.Store.Tests.Faults.Scenes;

namespace MailAdmin.Store.Tests.Faults;

/// <summary>What a rebuild makes of a log with losses: no number is given twice, one lost record costs what it held and no more, and a rebuild that fails leaves what it began with.</summary>
public sealed class RebuildTests : IDisposable
{
    private static readonly string[] Allowed = ["StoreDiskFull", "StoreIOError", "StoreCorrupt"];

    private readonly string _path = Path.Combine(Path.GetTempPath(), "mailadmin-" + Guid.NewGuid().ToString("N"));
    private readonly ManualTimeProvider _clock = new();

    private string Index => Path.Combine(_path, "index.db");

    private string FirstSegment => Path.Combine(_path, "content", "00000001.seg");

    public void Dispose() => Directory.Delete(_path, true);

    [Fact]
    public async Task The_number_of_a_lost_content_is_not_given_again()
    {
        ContentId lost;
        await using (var store = await OpenAsync())
        {
            await FillAsync(store, 10);
            lost = await ContentAsync(store, 10);
        }

        Flip(FirstSegment, File.ReadAllBytes(FirstSegment).AsSpan().IndexOf("message 10 "u8));
        await StoreRepair.RebuildAsync(_path);
        await using (var store = await OpenAsync())
        {
            Assert.NotEqual(lost, await ContentAsync(store, await DeliverAsync(store, "another's")));
        }

        File.Delete(Index);
        var report = await StoreRepair.RebuildAsync(_path);
        Assert.Equal((10L, 1L), (report.Messages, report.LostMessages));
        await using var again = await OpenAsync();
        Assert.Equal("1:9,11", await UidsAsync(again));
    }

    [Fact]
    public async Task The_number_of_a_large_message_that_is_gone_with_its_file_is_not_given_again()
    {
        ContentId gone;
        await using (var store = await OpenAsync())
        {
            await FillAsync(store, 1);
            var uid = await DeliverAsync(store, new string('x', 300_000));
            gone = await ContentAsync(store, uid);
            await store.Messages.ExpungeAsync(await InboxAsync(store), UidSet.Single(uid), false);
        }

        Assert.Empty(Directory.GetFiles(Path.Combine(_path, "content"), "*.msg"));
        File.Delete(Index);
        await StoreRepair.RebuildAsync(_path);
        await using var again = await OpenAsync();
        Assert.NotEqual(gone, await ContentAsync(again, await DeliverAsync(again, "another's")));
    }

    [Fact]
    public async Task Where_a_record_is_lost_no_folder_and_no_uidvalidity_is_given_again()
    {
        FolderRecord lost;
        await using (var store = await OpenAsync())
        {
            await FillAsync(store, 1);
            lost = await store.Folders.CreateAsync((await MailboxAsync(store)).Id, "new");
            await DeliverAsync(store, "behind it");
        }

        LoseJournal(_path, e => e is FolderPut { Name: "new" });
        File.Delete(Index);
        await StoreRepair.RebuildAsync(_path);
        await using var again = await OpenAsync();
        var made = await again.Folders.CreateAsync((await MailboxAsync(again)).Id, "new");
        Assert.NotEqual(lost.Id, made.Id);
        Assert.True(made.UidValidity > lost.UidValidity);
        Assert.True(await DeliverAsync(again, "goes on") > 2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_one_rebuild_skipped_the_next_does_not_give_out(bool cut)
    {
        await using (var store = await OpenAsync())
        {
            await FillAsync(store, 10);
        }

        var (_, offset) = JournalOf(_path, e => e is MessagesPlaced { Rows: [{ Uid: 8 }] });
        if (cut)
        {
            // The end is gone; the old index knows how much there was.
            using var file = File.OpenWrite(FirstSegment);
            file.SetLength(offset);
        }
        else
        {
            // Nothing knows but the damage itself.
            File.Delete(Index);
            using var file = File.OpenWrite(FirstSegment);
            file.Position = offset;
            file.Write(Enumerable.Repeat((byte)0xFF, (int)(file.Length - offset)).ToArray());
        }

        await StoreRepair.RebuildAsync(_path);
        await using (var store = await OpenAsync())
        {
            Assert.Equal("1:7", await UidsAsync(store));
            await DeliverAsync(store, "elsewhere", "Archive");
        }

        await StoreRepair.RebuildAsync(_path);
        await using var again = await OpenAsync();
        Assert.True(await DeliverAsync(again, "goes on") > 10);
    }

    [Fact]
    public async Task The_end_of_the_log_is_told_from_what_compaction_wrote_behind_it()
    {
        await using (var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = _path, SegmentSize = 20_000 }))
        {
            await FillAsync(store, 40, 500);
            await store.Messages.ExpungeAsync(await InboxAsync(store), UidSet.Range(2, 30), false);
            Assert.True(await store.CompactAsync() > 0);
            Assert.Equal(41u, await DeliverAsync(store, "in the last segment of the log"));
        }

        // The last segment of the log holds nothing sound any more; the copy of the one before it has a higher number.
        Assert.Equal(["00000002.seg", "00000003.seg"], Directory.GetFiles(Path.Combine(_path, "content")).Select(Path.GetFileName).Order());
        var last = Path.Combine(_path, "content", "00000002.seg");
        File.WriteAllBytes(last, [.. Enumerable.Repeat((byte)0xFF, (int)new FileInfo(last).Length)]);
        File.Delete(Index);
        await StoreRepair.RebuildAsync(_path);
        await using var again = await OpenAsync();
        Assert.True(await DeliverAsync(again, "goes on") > 41);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_folder_whose_end_was_lost_gives_way_to_the_one_that_took_its_name(bool isReplayed)
    {
        await using (var store = await OpenAsync())
        {
            await FillAsync(store, 1);
            var mailbox = (await MailboxAsync(store)).Id;
            var old = await store.Folders.CreateAsync(mailbox, "work", SpecialUse.Important);
            await DeliverAsync(store, "old 1", "work");
            await DeliverAsync(store, "old 2", "work");
            if (isReplayed)
            {
                await store.Folders.CreateAsync(mailbox, "so that the index has it");
                Copy(_path, Earlier);
            }

            await store.Folders.DeleteAsync(old.Id);
            await store.Folders.CreateAsync(mailbox, "work");
            await DeliverAsync(store, "new 1", "work");
        }

        LoseJournal(_path, e => e is FolderDeleted);
        if (isReplayed)
        {
            SetIndexBack();
        }
        else
        {
            Assert.Equal((4L, 0L), await RebuildAsync());
        }

        await using var again = await OpenAsync();
        var folders = (await again.Folders.ListAsync((await MailboxAsync(again)).Id)).Where(f => f.Name.StartsWith("work", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, folders.Count);
        Assert.Equal(1, (await again.Messages.GetSnapshotAsync(await InboxAsync(again, "work"))).Count);
        Assert.Equal(2, (await again.Messages.GetSnapshotAsync(folders.Single(f => f.Name != "work").Id)).Count);
        Assert.DoesNotContain(await FindingsAsync(again), f => f.Kind != "DamagedRecord");
    }

    [Fact]
    public async Task A_mailbox_whose_end_was_lost_gives_way_to_the_one_that_took_its_address()
    {
        MailboxId old;
        await using (var store = await OpenAsync())
        {
            await FillAsync(store, 3);
            old = (await MailboxAsync(store)).Id;
            await store.Accounts.DeleteMailboxAsync(old);
            await FillAsync(store, 2);
        }

        LoseJournal(_path, e => e is MailboxDeleted);
        Assert.Equal((5L, 0L), await RebuildAsync());
        await using var again = await OpenAsync();
        Assert.Equal("1:2", await UidsAsync(again));
        var kept = (await again.Accounts.GetMailboxAsync(old))!;
        Assert.Equal((3, false), (kept.MessageCount, kept.IsEnabled));
        Assert.StartsWith("a-", kept.Address.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, (await again.Accounts.FindDomainAsync("example.org"))!.MailboxCount);
        Assert.Equal(2, (await again.GetTotalsAsync()).Mailboxes);
        Assert.DoesNotContain(await FindingsAsync(again), f => f.Kind != "DamagedRecord");
    }

    [Fact]
    public async Task The_end_of_a_mailbox_whose_beginning_was_lost_counts_nobody()
    {
        await using (var store = await OpenAsync())
        {
            await FillAsync(store, 1);
            var other = await store.Accounts.CreateMailboxAsync(new NewMailbox(MailboxAddress.Parse("b@example.org"), ScramVerifier.Create("x", 4096)));
            await store.Accounts.DeleteMailboxAsync(other.Id);
        }

        LoseJournal(_path, e => e is MailboxPut { Address: "b@example.org" });
        await RebuildAsync();
        await using var again = await OpenAsync();
        Assert.Equal(1, (await again.GetTotalsAsync()).Mailboxes);
        Assert.Equal(1, (await again.Accounts.FindDomainAsync("example.org"))!.MailboxCount);
    }

    [Fact]
    public async Task The_record_that_names_the_store_may_be_lost_where_its_old_index_is_there()
    {
        Guid id;
        await using (var store = await OpenAsync())
        {
            await FillAsync(store, 3);
            id = store.Id;
        }

        LoseJournal(_path, e => e is StoreMade);
        await RebuildAsync();
        await using var again = await OpenAsync();
        Assert.Equal(id, again.Id);
        Assert.Equal("1:3", await UidsAsync(again));
    }

    [Fact]
    public async Task Each_segment_names_the_store()
    {
        Guid id;
        await using (var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = _path, SegmentSize = 2000 }))
        {
            await FillAsync(store, 30);
            id = store.Id;
        }

        File.Delete(Index);
        File.Delete(FirstSegment);
        await RebuildAsync();
        await using var again = await OpenAsync();
        Assert.Equal(id, again.Id);
    }

    [Fact]
    public async Task An_index_that_was_moved_away_still_says_how_far_the_log_went()
    {
        await using (var store = await OpenAsync())
        {
            await FillAsync(store, 10);
        }

        var (_, offset) = JournalOf(_path, e => e is MessagesPlaced { Rows: [{ Uid: 8 }] });
        using (var file = File.OpenWrite(FirstSegment))
        {
            file.SetLength(offset);
        }

        // A rebuild that ended between its two renames.
        File.Move(Index, Path.Combine(_path, "index.old"));
        await RebuildAsync();
        await using var again = await OpenAsync();
        Assert.True(await DeliverAsync(again, "goes on") > 10);
    }

    [Fact]
    public async Task A_sector_that_cannot_be_read_costs_what_lies_in_it()
    {
        await using (var store = await OpenAsync())
        {
            await FillAsync(store, 60, 1000);
        }

        using var io = new FailingStoreIO { Unreadable = ("00000001.seg", 32 * 1024) };
        var report = await StoreRepair.RebuildAsync(new StoreOptions { Path = _path, IO = io }, TestContext.Current.CancellationToken);
        Assert.InRange(report.Messages, 53, 57);
        Assert.InRange(report.DamagedPlaces, 1, 2);
        io.Unreadable = null;
        await using var again = await OpenAsync();
        Assert.StartsWith("message 60 ", await TextAsync(again, 60), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sector_that_cannot_be_read_ends_neither_verification_nor_compaction()
    {
        await using (var store = await OpenAsync())
        {
            await FillAsync(store, 60, 1000);
        }

        using var io = new FailingStoreIO();
        await using (var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = _path, IO = io, SegmentSize = 1000 }))
        {
            await DeliverAsync(store, "in a segment of its own");
            await store.Messages.ExpungeAsync(await InboxAsync(store), UidSet.Range(1, 50), false);
            io.Unreadable = ("00000001.seg", 32 * 1024);
            Assert.Equal(0, await store.CompactAsync());
            Assert.Contains(await FindingsAsync(store), f => f.Kind == "DamagedRecord" && f.Location.StartsWith("00000001.seg", StringComparison.Ordinal));
            io.Unreadable = null;
            Assert.True(await store.CompactAsync() > 40_000);
            Assert.StartsWith("message 60 ", await TextAsync(store, 60), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_old_index_of_which_nothing_can_be_read_does_not_hinder_a_rebuild()
    {
        await using (var store = await OpenAsync())
        {
            await FillAsync(store, 3);
        }

        using (var index = new Sqlite.IndexConnection(IO.SystemStoreIO.Instance, Index, create: false))
        {
            index.Execute("UPDATE state SET store = x'00'");
        }

        await FailsAsync("StoreCorrupt", OpenAsync);
        Assert.Equal((3L, 0L), await RebuildAsync());
        await using var again = await OpenAsync();
        Assert.Equal("1:3", await UidsAsync(again));
    }

    [Theory]
    [InlineData(Fault.NoSpace, 1)]
    [InlineData(Fault.NoSpace, 4)]
    [InlineData(Fault.NoSpace, 100_000)]
    public async Task Whichever_call_of_a_rebuild_fails_it_says_so_or_has_everything(Fault fault, int count)
    {
        var source = Path.Combine(_path, "source");
        await using (var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = source, SegmentSize = 2000 }))
        {
            await FillAsync(store, 8);
            await DeliverAsync(store, new string('x', 300_000));
        }

        for (var at = 1; ; at++)
        {
            using var io = new FailingStoreIO { FailAt = at, FailCount = count, Fault = fault };
            var path = Path.Combine(_path, "run");
            Copy(source, path);
            string? said = null;
            try
            {
                var report = await StoreRepair.RebuildAsync(new StoreOptions { Path = path, IO = io }, TestContext.Current.CancellationToken);
                said = report.DamagedPlaces > 0 ? "DamagedPlaces" : null;
            }
            catch (Errors.MailAdminException e)
            {
                said = e.ErrorId;
                Assert.Contains(e.ErrorId, Allowed);
            }

            var what = $"{fault} × {count} at call {at} ({io.Failed}): {said}";
            // What failed is begun again on a disk that is well.
            if (said is not null)
            {
                await StoreRepair.RebuildAsync(path);
            }

            await using (var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = path }))
            {
                Assert.True(await UidsAsync(store) == "1:9", what);
                Assert.StartsWith("message 8 ", await TextAsync(store, 8), StringComparison.Ordinal);
                Assert.True((await FindingsAsync(store)).Count == 0, what);
            }

            Directory.Delete(path, true);
            if (io.Failed is null)
            {
                return;
            }
        }
    }

    private string Earlier => _path + "-earlier";

    private Task<SqliteMailStore> OpenAsync() => SqliteMailStore.OpenAsync(new StoreOptions { Path = _path, TimeProvider = _clock });

    private async Task<(long Messages, long Skipped)> RebuildAsync()
    {
        var report = await StoreRepair.RebuildAsync(_path);
        return (report.Messages, report.SkippedRecords);
    }

    /// <summary>The index as it was when <see cref="Earlier"/> was copied, beside the log of now: what a power failure may leave.</summary>
    private void SetIndexBack()
    {
        foreach (var suffix in (string[])["", "-wal", "-shm"])
        {
            File.Delete(Index + suffix);
            if (File.Exists(Path.Combine(Earlier, "index.db" + suffix)))
            {
                File.Move(Path.Combine(Earlier, "index.db" + suffix), Index + suffix);
            }
        }

        Directory.Delete(Earlier, true);
    }
}
