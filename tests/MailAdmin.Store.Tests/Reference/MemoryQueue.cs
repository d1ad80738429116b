using MailAdmin.Store.Summaries;

namespace MailAdmin.Store.Tests.Reference;

public sealed partial class MemoryMailStore
{
    private sealed class MemoryQueue(MemoryMailStore store) : IQueueStore
    {
        private readonly Dictionary<QueueId, (QueueEntry Entry, byte[] Octets)> _entries = [];

        public int Count => _entries.Count;

        public IReadOnlyCollection<QueueEntry> List()
        {
            lock (store._lock)
            {
                return [.. _entries.Values.Select(e => e.Entry)];
            }
        }

        public QueueEntry? Find(QueueId id)
        {
            lock (store._lock)
            {
                return _entries.TryGetValue(id, out var found) ? found.Entry : null;
            }
        }

        public Task<EnqueueResult> EnqueueAsync(
            IncomingMessage content, IReadOnlyList<DeliveryTarget> targets, IReadOnlyList<NewQueueEntry> entries, IReadOnlyList<QueueChange> changes, CancellationToken cancellationToken = default) =>
            store.Change(told =>
            {
                if (changes.Any(c => !_entries.ContainsKey(c.Id)))
                {
                    throw Error("QueueMessageNotFound");
                }

                var id = new ContentId(Guid.NewGuid());
                var places = store.Deliver(content, targets, id, told);
                var octets = ((MemoryIncoming)content).ToArray();
                var now = DateTimeOffset.UtcNow;
                List<QueueEntry> queued = [];
                foreach (var entry in entries)
                {
                    queued.Add(new QueueEntry
                    {
                        Id = new QueueId(Guid.NewGuid()), Content = id, Size = octets.Length, Sender = entry.Sender, Domain = entry.Domain,
                        Recipients = [.. entry.Recipients.Select(r => new QueueRecipient(r))], Needs = entry.Needs, Submitter = entry.Submitter,
                        ReceivedAt = now, ExpiresAt = entry.ExpiresAt, NextAttempt = now,
                    });
                    _entries[queued[^1].Id] = (queued[^1], octets);
                    told.Add(new QueueChanged(queued[^1].Id, queued[^1], now));
                }

                Apply(changes, told);
                return new EnqueueResult(places, queued);
            });

        public Task<IReadOnlyList<QueueEntry>> ChangeAsync(IReadOnlyList<QueueChange> changes, CancellationToken cancellationToken = default) =>
            store.Change<IReadOnlyList<QueueEntry>>(told => Apply(changes, told));

        public ValueTask<MessageContent> OpenAsync(QueueEntry entry, CancellationToken cancellationToken = default) =>
            store.Ask<MessageContent>(() => _entries.TryGetValue(entry.Id, out var found) ? new MemoryContent(found.Octets) : throw Error("MessageNotFound"));

        public async ValueTask<MessageSummary?> SummarizeAsync(QueueEntry entry, CancellationToken cancellationToken = default)
        {
            using var content = await OpenAsync(entry, cancellationToken);
            return MessageSummary.Compute(content);
        }

        private List<QueueEntry> Apply(IReadOnlyList<QueueChange> changes, List<StoreChange> told)
        {
            List<QueueEntry> changed = [];
            foreach (var change in changes)
            {
                if (!_entries.TryGetValue(change.Id, out var found))
                {
                    continue;
                }

                var after = change.Apply(found.Entry);
                if (after is null)
                {
                    _entries.Remove(change.Id);
                }
                else
                {
                    _entries[change.Id] = (after, found.Octets);
                }

                changed.Add(after ?? found.Entry);
                told.Add(new QueueChanged(change.Id, after, DateTimeOffset.UtcNow));
            }

            return changed;
        }
    }
}
