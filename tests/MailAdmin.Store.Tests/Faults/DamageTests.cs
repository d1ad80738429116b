using MailAdmin.Addresses;
using MailAdmin.Errors;
using static MailAdmin.Store.Tests.Faults.Scenes;

namespace MailAdmin.Store.Tests.Faults;

/// <summary>Damage on disk: one message suffers, the rest is served, verification names it, repair keeps what is sound.</summary>
public sealed class DamageTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), "mailadmin-" + Guid.NewGuid().ToString("N"));

    private string Segment => Path.Combine(_path, "content", "00000001.seg");

    public void Dispose() => Directory.Delete(_path, true);

    [Fact]
    public async Task A_flipped_bit_costs_one_message()
    {
        await FillAsync();
        Flip(Segment, Find(Segment, "message 5 "u8));
        await using (var store = await OpenAsync())
        {
            await FailsAsync("ContentCorrupt", () => TextAsync(store, 5));
            Assert.StartsWith("message 4 ", await TextAsync(store, 4), StringComparison.Ordinal);
            Assert.StartsWith("message 6 ", await TextAsync(store, 6), StringComparison.Ordinal);
            Assert.Contains(await FindingsAsync(store), f => f.Kind == "ChecksumMismatch");
        }

        var report = await StoreRepair.RebuildAsync(_path);
        Assert.Equal((9L, 1L), (report.Messages, report.LostMessages));
        await using (var store = await OpenAsync())
        {
            Assert.Equal("1:4,6:10", await UidsAsync(store));
            Assert.StartsWith("message 10 ", await TextAsync(store, 10), StringComparison.Ordinal);
            Assert.DoesNotContain(await FindingsAsync(store), f => f.Kind != "DamagedRecord");
        }
    }

    [Fact]
    public async Task A_flipped_bit_in_the_head_of_a_record_does_not_hide_those_behind_it_from_a_rebuild()
    {
        await FillAsync();
        Flip(Segment, Find(Segment, "message 5 "u8) - 20);
        File.Delete(Path.Combine(_path, "index.db"));
        var report = await StoreRepair.RebuildAsync(_path);
        Assert.Equal((9L, 1L), (report.Messages, report.LostMessages));
        Assert.True(report.DamagedPlaces > 0);
        await using var store = await OpenAsync();
        Assert.Equal("1:4,6:10", await UidsAsync(store));
    }

    [Fact]
    public async Task A_cut_segment_is_reported_when_the_store_is_opened_and_repair_keeps_what_is_left()
    {
        await FillAsync();
        var end = Find(Segment, "message 8 "u8) + 3;
        using (var file = File.OpenWrite(Segment))
        {
            file.SetLength(end);
        }

        await FailsAsync("StoreCorrupt", OpenAsync);
        var report = await StoreRepair.RebuildAsync(_path);
        Assert.Equal(7, report.Messages);
        await using var store = await OpenAsync();
        Assert.Equal("1:7", await UidsAsync(store));
        // 8 to 10 were given out once, as the old index knows.
        Assert.True(await DeliverAsync(store, "again") > 10);
    }

    [Fact]
    public async Task A_missing_segment_costs_its_messages_and_no_others()
    {
        await FillAsync(segmentSize: 1000);
        var second = Directory.GetFiles(Path.Combine(_path, "content")).Order().ElementAt(2);
        File.Delete(second);
        await using (var store = await OpenAsync())
        {
            Assert.Contains(await FindingsAsync(store), f => f.Kind == "MissingSegment");
            Assert.StartsWith("message 10 ", await TextAsync(store, 10), StringComparison.Ordinal);
            var lost = 0;
            for (var uid = 1u; uid <= 10; uid++)
            {
                try
                {
                    await TextAsync(store, uid);
                }
                catch (MailAdminException e) when (e.ErrorId == "ContentCorrupt")
                {
                    lost++;
                }
            }

            Assert.InRange(lost, 1, 5);
            Assert.Equal(11u, await DeliverAsync(store, "goes on"));
        }

        var report = await StoreRepair.RebuildAsync(_path);
        Assert.InRange(report.Messages, 6, 10);
        await using var repaired = await OpenAsync();
        // The journal of the missing segment may have given out more.
        Assert.True(await DeliverAsync(repaired, "next") > 11);
    }

    [Fact]
    public async Task A_missing_or_damaged_index_is_an_error_that_names_the_remedy_and_repair_brings_everything_back()
    {
        await FillAsync();
        var index = Path.Combine(_path, "index.db");
        File.Delete(index);
        await FailsAsync("StoreCorrupt", OpenAsync);
        await File.WriteAllBytesAsync(index, new byte[8192]);
        await FailsAsync("StoreCorrupt", OpenAsync);
        var report = await StoreRepair.RebuildAsync(_path);
        Assert.Equal(new StoreRepairReport(1, 10, 0, 0, 0), report);
        await using var store = await OpenAsync();
        Assert.Equal("1:10", await UidsAsync(store));
        Assert.True((await store.Accounts.FindMailboxAsync(MailboxAddress.Parse("a@example.org")))!.Verifier.Verify("secret"));
        Assert.Empty(await FindingsAsync(store));
    }

    [Fact]
    public async Task A_store_that_is_open_is_not_opened_again_and_the_error_names_the_holder()
    {
        await using var store = await OpenAsync();
        var error = await Assert.ThrowsAsync<MailAdminException>(OpenAsync);
        Assert.Equal("StoreInUse", error.ErrorId);
        Assert.Contains(Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture), error.Message, StringComparison.Ordinal);
        await FailsAsync("StoreInUse", () => StoreRepair.RebuildAsync(_path));
    }

    [Fact]
    public async Task What_was_left_in_the_spool_is_in_nobodys_way()
    {
        await FillAsync();
        for (var i = 1; i < 5; i++)
        {
            await File.WriteAllTextAsync(Path.Combine(_path, "spool", $"{i:D10}.tmp"), "left");
        }

        var theirs = Path.Combine(_path, "spool", "letter.txt");
        await File.WriteAllTextAsync(theirs, "of somebody who had a directory of this name");

        await using var store = await OpenAsync();
        Assert.Equal(11u, await DeliverAsync(store, new string('x', 200_000)));
        Assert.True(File.Exists(theirs));
    }

    [Fact]
    public async Task Nothing_of_a_store_is_readable_by_others()
    {
        await FillAsync();
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        foreach (var entry in Directory.EnumerateFileSystemEntries(_path, "*", SearchOption.AllDirectories).Append(_path))
        {
            var others = File.GetUnixFileMode(entry) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite);
            Assert.True(others == UnixFileMode.None, entry);
        }
    }

    [Fact]
    public async Task Compaction_gives_dead_octets_back_while_readers_go_on()
    {
        await FillAsync(segmentSize: 3000, count: 60, size: 500);
        await using var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = _path, SegmentSize = 3000 });
        var inbox = await InboxAsync(store);
        StoredMessage? first = null;
        await foreach (var message in store.Messages.ReadAsync(inbox, UidSet.Single(1), MessageParts.None))
        {
            first = message;
        }

        using var open = await store.Messages.OpenAsync(first!);
        await store.Messages.ExpungeAsync(inbox, UidSet.Of(Enumerable.Range(1, 50).Where(i => i % 7 != 0).Select(i => (uint)i)), false);
        var gained = await store.CompactAsync();
        Assert.True(gained > 10_000, $"{gained}");
        using (var reader = new StreamReader(open.OpenStream()))
        {
            Assert.StartsWith("message 1 ", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        }

        Assert.StartsWith("message 7 ", await TextAsync(store, 7), StringComparison.Ordinal);
        Assert.Empty(await FindingsAsync(store));
        Assert.Equal(0, await store.CompactAsync());
    }

    private Task<SqliteMailStore> OpenAsync() => SqliteMailStore.OpenAsync(new StoreOptions { Path = _path });

    private async Task FillAsync(long segmentSize = 1_000_000, int count = 10, int size = 300)
    {
        await using var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = _path, SegmentSize = segmentSize });
        await Scenes.FillAsync(store, count, size);
    }

    private static int Find(string path, ReadOnlySpan<byte> what) => File.ReadAllBytes(path).AsSpan().IndexOf(what);
}
