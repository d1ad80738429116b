using MailAdmin.Store.Content;
using MailAdmin.Store.IO;
using MailAdmin.Store.Journal;
using MailAdmin.Store.Sqlite;
using MailAdmin.Store.State;
using MailAdmin.Store.Writer;
using MailAdmin.Testing;

namespace MailAdmin.Store.Tests.Engine;

/// <summary>What left the dirty set is in the index or dirty again, whatever it was that hindered.</summary>
public sealed class IndexFollowerTests
{
    private static readonly QueueEntry Sound = new()
    {
        Id = default, Content = default, Size = 1, Sender = "a@example.org", Domain = "b.test", Recipients = [new QueueRecipient("one@b.test")],
        ReceivedAt = DateTimeOffset.UnixEpoch, ExpiresAt = DateTimeOffset.UnixEpoch, NextAttempt = DateTimeOffset.UnixEpoch,
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_nobody_foresaw_in_a_checkpoint_loses_nothing_of_it(bool inBackground)
    {
        using var directory = new TempDirectory();
        var options = new StoreOptions { Path = directory.Path, CheckpointInterval = TimeSpan.FromDays(1) };
        var store = Guid.NewGuid();
        using var segments = new SegmentTable(SystemStoreIO.Instance, directory.Path);
        Directory.CreateDirectory(segments.ContentDirectory);
        SystemStoreIO.Instance.Create(segments.PathOf(1)).Dispose();
        using var index = new IndexWriter(new IndexConnection(SystemStoreIO.Instance, Path.Combine(directory.Path, "index.db"), create: true));
        index.CreateSchema(store, 0);
        using var log = new LogAppender(options, segments, store, new SegmentRow(1, 0, 0, 0));
        var state = new StoreState(new IdCodec(store), new StoreCounters(0, 1, 1, 0, 0, 0), 1) { Reader = index.Reader };
        await using var follower = new IndexFollower(options, state, log, segments, index, new PendingNotes(), () => true);
        Put(1, Sound);
        Put(2, Sound with { Recipients = null! });
        if (inBackground)
        {
            follower.FollowUp(asked: true);
            await Eventually.Holds(() => follower.FollowUp(asked: false), "the checkpoint to have ended");
        }
        else
        {
            Assert.Throws<NullReferenceException>(follower.Begin);
        }

        Put(2, Sound);
        Put(3, Sound);
        follower.Begin();
        follower.RollBack();
        Assert.Equal([1, 2, 3], index.Reader.QueueAfter(0, 10).Select(r => r.Row));

        void Put(long row, QueueEntry entry)
        {
            state.Apply(new QueuePut(new QueueRow(row, 7, entry)));
            state.Publish();
        }
    }
}
