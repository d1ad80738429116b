using MailAdmin.Administration;
using Xunit;
using static MailAdmin.Store.Tests.Faults.Scenes;

namespace MailAdmin.Store.Tests.Faults;

/// <summary>Files of contents that cannot be opened: a repair goes on without them, says so, and leaves them for the day on which they can.</summary>
public sealed class UnreadableFileTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), "mailadmin-" + Guid.NewGuid().ToString("N"));

    private string Index => Path.Combine(_path, "index.db");

    private string[] Segments => [.. Directory.GetFiles(Path.Combine(_path, "content"), "*.seg").Order().Select(p => Path.GetFileName(p))];

    public void Dispose() => Directory.Delete(_path, true);

    [Theory]
    [InlineData(0.0, false)]
    [InlineData(0.0, true)]
    [InlineData(0.5, false)]
    [InlineData(0.5, true)]
    [InlineData(1.0, false)]
    [InlineData(1.0, true)]
    public async Task A_segment_that_cannot_be_opened_costs_what_lies_in_it_until_it_can_be(double which, bool hasIndex)
    {
        using var io = new FailingStoreIO();
        await using (var store = await OpenAsync(io))
        {
            await FillAsync(store, 30);
        }

        Assert.InRange(Segments.Length, 5, 20);
        var closed = Segments[(int)(which * (Segments.Length - 1))];
        if (!hasIndex)
        {
            File.Delete(Index);
        }

        io.Closed.Add(closed);
        var report = await RebuildAsync(io);
        Assert.InRange(report.Messages, 20, 29);
        Assert.Equal(1, report.DamagedPlaces);
        Assert.Equal((MailEventSeverity.Error, "UnreadableSegment"), (report.Findings[0].Severity, report.Findings[0].Kind));
        Assert.Equal(closed, report.Findings[0].Location);
        Assert.Contains(report.Findings, f => f.Kind == "LostOperations");

        // Without its first segment and its index nothing says whose the mail is.
        var isOwned = which > 0 || hasIndex;
        var (ended, uid) = (which == 1 ? 1u : 30, 0u);
        await using (var store = await OpenAsync(io))
        {
            if (isOwned)
            {
                uid = await DeliverAsync(store, "goes on".PadRight(300, 'x'));
                Assert.True(uid > 30);
                Assert.StartsWith($"message {ended} ", await TextAsync(store, ended), StringComparison.Ordinal);
                await store.Messages.ExpungeAsync(await InboxAsync(store), UidSet.Single(ended), false);
            }
            else
            {
                Assert.Null(await store.Accounts.FindMailboxAsync(Addresses.MailboxAddress.Parse("a@example.org")));
            }

            await store.CompactAsync();
            Assert.Equal([closed], (await FindingsAsync(store)).Select(f => f.Location));
            Assert.Equal("UnreadableSegment", (await FindingsAsync(store))[0].Kind);
        }

        io.Closed.Clear();
        await using (var store = await OpenAsync(io))
        {
            Assert.Equal([("LeftOutSegment", closed)], (await FindingsAsync(store)).Select(f => (f.Kind, f.Location)));
        }

        report = await RebuildAsync(io);
        Assert.Equal((30, 0L, 0L, 0L), (report.Messages, report.LostMessages, report.DamagedPlaces, report.SkippedRecords));
        await using var again = await OpenAsync(io);
        for (var i = 1u; i <= 30; i++)
        {
            Assert.StartsWith(isOwned && i == ended ? string.Empty : $"message {i} ", await TextAsync(again, i), StringComparison.Ordinal);
        }

        if (isOwned)
        {
            Assert.StartsWith("goes on", await TextAsync(again, uid), StringComparison.Ordinal);
        }

        Assert.Empty(await FindingsAsync(again));
    }

    [Fact]
    public async Task A_large_message_whose_file_cannot_be_opened_is_lost_until_it_can_be()
    {
        using var io = new FailingStoreIO();
        await using (var store = await OpenAsync(io))
        {
            await FillAsync(store, 1);
            await DeliverAsync(store, new string('x', 300_000));
        }

        var file = Path.GetFileName(Assert.Single(Directory.GetFiles(Path.Combine(_path, "content"), "*.msg")));
        io.Closed.Add(file);
        var report = await RebuildAsync(io);
        Assert.Equal((1L, 1L, 1L), (report.Messages, report.LostMessages, report.DamagedPlaces));
        Assert.Equal(file, Assert.Single(report.Findings).Location);
        await using (var store = await OpenAsync(io))
        {
            await store.CompactAsync();
            Assert.Equal([("UnreadableSegment", file)], (await FindingsAsync(store)).Select(f => (f.Kind, f.Location)));
        }

        io.Closed.Clear();
        await using (var store = await OpenAsync(io))
        {
            Assert.Equal([("LeftOutSegment", file)], (await FindingsAsync(store)).Select(f => (f.Kind, f.Location)));
        }

        report = await RebuildAsync(io);
        Assert.Equal((2L, 0L, 0L), (report.Messages, report.LostMessages, report.DamagedPlaces));
        await using var again = await OpenAsync(io);
        Assert.Equal(300_000, (await TextAsync(again, 2)).Length);
        Assert.Empty(await FindingsAsync(again));
    }

    [Fact]
    public async Task A_large_message_that_is_damaged_is_lost_and_its_file_stays_for_whoever_can_mend_it()
    {
        using var io = new FailingStoreIO();
        await using (var store = await OpenAsync(io))
        {
            await FillAsync(store, 1);
            await DeliverAsync(store, new string('x', 300_000));
        }

        var file = Assert.Single(Directory.GetFiles(Path.Combine(_path, "content"), "*.msg"));
        Flip(file, 200_000);
        Assert.Equal(1, (await RebuildAsync(io)).LostMessages);
        await using (var store = await OpenAsync(io))
        {
            await store.CompactAsync();
            Assert.Equal("DamagedRecord", Assert.Single(await FindingsAsync(store)).Kind);
        }

        Flip(file, 200_000);
        Assert.Equal(2, (await RebuildAsync(io)).Messages);
    }

    [Fact]
    public async Task Where_no_segment_can_be_opened_the_cause_is_told_and_the_index_stays()
    {
        using var io = new FailingStoreIO();
        await using (var store = await OpenAsync(io))
        {
            await FillAsync(store, 3);
        }

        File.Move(Index, Path.Combine(_path, "index.old"));
        io.Closed.UnionWith(Segments);
        await FailsAsync("StoreAccessDenied", () => RebuildAsync(io));
        Assert.True(File.Exists(Path.Combine(_path, "index.old")));
        Assert.False(File.Exists(Index));
    }

    private Task<SqliteMailStore> OpenAsync(FailingStoreIO io) => SqliteMailStore.OpenAsync(new StoreOptions { Path = _path, IO = io, SegmentSize = 2000 });

    private Task<StoreRepairReport> RebuildAsync(FailingStoreIO io) => StoreRepair.RebuildAsync(new StoreOptions { Path = _path, IO = io }, TestContext.Current.CancellationToken);
}
