using MailAdmin.Administration;
using MailAdmin.Errors;
using MailAdmin.Store;
using MailAdmin.Store.Summaries;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Queue;

/// <summary>The queue's store fails: what the other server has taken and we cannot write down must not be sent again; what the disk cannot read comes to its end.</summary>
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_that_the_disk_cannot_read_comes_to_its_end(bool opens)
    {
        BrokenQueue? queue = null;
        await using var bench = await RelayBench.StartAsync(store: inner => new BrokenStore(inner, queue = new BrokenQueue(inner.Queue, "")));
        queue!.Unreadable = () => opens ? new UnreadableContent() : throw new MailAdminException("StoreIOError", MailErrorCategory.ResourceUnavailable, "the disk is away");
        await bench.SendAsync("carol@elsewhere.test");
        await bench.EventAsync("Deferred");
        await Eventually.Holds(() => bench.Server.Host.Queue.Active().Count == 0, "nothing being sent");
        var id = Assert.Single(await bench.QueueAsync()).Id;
        Assert.Single(await Eventually.Within(bench.Administration.ChangeQueueMessagesAsync([id], MailQueueAction.Bounce, CancellationToken.None), "the bounce"));
        Assert.Contains("Status: 5.7.0", Assert.Single(await bench.MailAsync("alice@example.com")), StringComparison.Ordinal);

        await bench.SendAsync("dave@elsewhere.test");
        await bench.EventAsync("Deferred");
        while (bench.Server.Store.Queue.Count > 0)
        {
            bench.ToNextAttempt();
            await bench.EventAsync("Deferred", "Bounced");
        }

        Assert.Contains("Status: 5.4.7", (await bench.MailAsync("alice@example.com"))[^1], StringComparison.Ordinal);
    }

    /// <summary>Verified before, so that the disk's own words come out of it.</summary>
    private sealed class UnreadableContent : MessageContent
    {
        public override long Length => 1000;

        public override int Read(long offset, Span<byte> destination) => throw new IOException("Input/output error");
    }

    private sealed class BrokenQueue(IQueueStore inner, string error) : IQueueStore
    {
        public int FailuresLeft;

        /// <summary>What is opened in the place of a content.</summary>
        public Func<MessageContent>? Unreadable { get; set; }

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

        public ValueTask<MessageContent> OpenAsync(QueueEntry entry, CancellationToken cancellationToken = default) =>
            Unreadable is { } content ? new(content()) : inner.OpenAsync(entry, cancellationToken);

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
