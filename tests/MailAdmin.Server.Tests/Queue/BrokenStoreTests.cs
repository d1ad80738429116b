using MailAdmin.Administration;
using MailAdmin.Errors;
using MailAdmin.Store;
using MailAdmin.Store.Summaries;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Queue;

/// <summary>The other server has taken the message, and our store cannot write it down: it must not be sent again for that.</summary>
public sealed class BrokenStoreTests
{
    [Fact]
    public async Task An_outcome_that_cannot_be_written_is_tried_again_and_the_message_not_sent_again()
    {
        BrokenQueue? queue = null;
        await using var bench = await RelayBench.StartAsync(store: inner => new BrokenStore(inner, queue = new BrokenQueue(inner.Queue, "StoreDiskFull")));
        queue!.FailuresLeft = 2;
        await bench.SendAsync("carol@elsewhere.test");
        await bench.Remote.NextAsync();
        // Our side has yet to read that it was taken; no time passes until it has.
        await Eventually.Holds(() => Volatile.Read(ref queue.FailuresLeft) < 2, "the first failure");
        // Until somebody waits for the next try.
        await bench.MeanwhileAsync(bench.EmptyAsync(), TimeSpan.FromSeconds(10));

        Assert.False(bench.Remote.HasMore);
        Assert.Equal(0, queue.FailuresLeft);
    }

    [Fact]
    public async Task A_store_that_takes_no_more_changes_ends_all_sending()
    {
        BrokenQueue? queue = null;
        await using var bench = await RelayBench.StartAsync(store: inner => new BrokenStore(inner, queue = new BrokenQueue(inner.Queue, "StoreFaulted")));
        queue!.FailuresLeft = int.MaxValue;
        await bench.SendAsync("carol@elsewhere.test");
        await bench.Remote.NextAsync();
        Assert.Contains("nothing is sent until the server is started again", (await bench.EventAsync("Error")).Message, StringComparison.Ordinal);
        await bench.SendAsync("dave@other.test");
        bench.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(2, bench.Server.Store.Queue.Count);
        Assert.False(bench.Remote.HasMore);
    }

    private sealed class BrokenQueue(IQueueStore inner, string error) : IQueueStore
    {
        public int FailuresLeft;

        public int Count => inner.Count;

        public IReadOnlyCollection<QueueEntry> List() => inner.List();

        public QueueEntry? Find(QueueId id) => inner.Find(id);

        public Task<EnqueueResult> EnqueueAsync(
            IncomingMessage content, IReadOnlyList<DeliveryTarget> targets, IReadOnlyList<NewQueueEntry> entries, IReadOnlyList<QueueChange> changes, CancellationToken cancellationToken = default) =>
            inner.EnqueueAsync(content, targets, entries, changes, cancellationToken);

        public Task<IReadOnlyList<QueueEntry>> ChangeAsync(IReadOnlyList<QueueChange> changes, CancellationToken cancellationToken = default) =>
            FailuresLeft > 0 && Interlocked.Decrement(ref FailuresLeft) >= 0
                ? Task.FromException<IReadOnlyList<QueueEntry>>(new MailAdminException(error, MailErrorCategory.ResourceUnavailable, error))
                : inner.ChangeAsync(changes, cancellationToken);

        public ValueTask<MessageContent> OpenAsync(QueueEntry entry, CancellationToken cancellationToken = default) => inner.OpenAsync(entry, cancellationToken);

        public ValueTask<MessageSummary?> SummarizeAsync(QueueEntry entry, CancellationToken cancellationToken = default) => inner.SummarizeAsync(entry, cancellationToken);
    }

    private sealed class BrokenStore(IMailStore inner, IQueueStore queue) : IMailStore
    {
        public Guid Id => inner.Id;
        public string Location => inner.Location;
        public IAccountStore Accounts => inner.Accounts;
        public IFolderStore Folders => inner.Folders;
        public IMessageStore Messages => inner.Messages;
        public IQueueStore Queue => queue;

        public IDisposable Watch(Action<StoreChange> handler) => inner.Watch(handler);

        public IDisposable Watch(FolderId folder, Action<StoreChange> handler) => inner.Watch(folder, handler);

        public ValueTask<StoreTotals> GetTotalsAsync(CancellationToken cancellationToken = default) => inner.GetTotalsAsync(cancellationToken);

        public IAsyncEnumerable<StoreFinding> VerifyAsync(CancellationToken cancellationToken = default) => inner.VerifyAsync(cancellationToken);

        public Task<long> CompactAsync(CancellationToken cancellationToken = default) => inner.CompactAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
