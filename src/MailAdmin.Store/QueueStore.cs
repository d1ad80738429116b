using MailAdmin.Store.Operations;
using MailAdmin.Store.State;
using MailAdmin.Store.Summaries;
using MailAdmin.Store.Writer;

namespace MailAdmin.Store;

/// <summary>The queue: read from memory, changed through the writer.</summary>
internal sealed class QueueStore(StoreOptions options, StoreState state, StoreWriter writer, MessageStore messages) : IQueueStore
{
    public int Count => state.Queue.Committed.Count;

    public IReadOnlyCollection<QueueEntry> List() => [.. state.Queue.Committed.Select(q => q.Value.Entry)];

    public QueueEntry? Find(QueueId id) => state.Queue.Committed.GetValueOrDefault(state.Ids.Row(id))?.Entry;

    public async Task<EnqueueResult> EnqueueAsync(
        IncomingMessage content, IReadOnlyList<DeliveryTarget> targets, IReadOnlyList<NewQueueEntry> entries, IReadOnlyList<QueueChange> changes, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(targets.Count + entries.Count);
        return await messages.DeliverAsync(content, targets, entries, changes, cancellationToken);
    }

    public Task<IReadOnlyList<QueueEntry>> ChangeAsync(IReadOnlyList<QueueChange> changes, CancellationToken cancellationToken = default) =>
        changes.Count == 0 ? Task.FromResult<IReadOnlyList<QueueEntry>>([]) : writer.RunAsync(new ChangeQueueOperation(changes, cancellationToken));

    public ValueTask<MessageContent> OpenAsync(QueueEntry entry, CancellationToken cancellationToken = default) =>
        StoreQuestion.Answer<MessageContent>(() => messages.OpenContent(state.Ids.Row(entry.Content), entry.Id), options.Path);

    public ValueTask<MessageSummary?> SummarizeAsync(QueueEntry entry, CancellationToken cancellationToken = default) =>
        StoreQuestion.Answer(() => messages.Summarize(state.Ids.Row(entry.Content)), options.Path);
}
