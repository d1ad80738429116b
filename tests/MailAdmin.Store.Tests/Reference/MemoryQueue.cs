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
                List<QueueEntryChange> changed = [];
                foreach (var entry in entries)
                {
                    queued.Add(new QueueEntry
                    {
                        Id = new QueueId(Guid.NewGuid()), Content = id, Size = octets.Length, Sender = entry.Sender, Domain = entry.Domain,
                        Recipients = [.. entry.Recipients.Select(r => new QueueRecipient(r))], Needs = entry.Needs, Submitter = entry.Submitter,
                        ReceivedAt = now, ExpiresAt = entry.ExpiresAt, NextAttempt = now,
                    });
                    _entries[queued[^1].Id] = (queued[^1], octets);
                    changed.Add(new QueueEntryChange(queued[^1].Id, queued[^1]));
                }

                Apply(changes, changed);
                Tell(changed, told);
                return new EnqueueResult(places, queued);
            });

        public Task<IReadOnlyList<QueueEntry>> ChangeAsync(IReadOnlyList<QueueChange> changes, CancellationToken cancellationToken = default) =>
            store.Change<IReadOnlyList<QueueEntry>>(told =>
            {
                List<QueueEntryChange> changed = [];
                var entries = Apply(changes, changed);
                Tell(changed, told);
                return entries;
            });

        public ValueTask<MessageContent> OpenAsync(QueueEntry entry, CancellationToken cancellationToken = default) =>
            store.Ask<MessageContent>(() => _entries.TryGetValue(entry.Id, out var found) ? new MemoryContent(found.Octets) : throw Error("MessageNotFound"));

        public async ValueTask<MessageSummary?> SummarizeAsync(QueueEntry entry, CancellationToken cancellationToken = default)
        {
            using var content = await OpenAsync(entry, cancellationToken);
            return MessageSummary.Compute(content);
        }

        private static void Tell(List<QueueEntryChange> changed, List<StoreChange> told)
        {
            if (changed.Count > 0)
            {
                told.Add(new QueueChanged(changed, DateTimeOffset.UtcNow));
            }
        }

        private List<QueueEntry> Apply(IReadOnlyList<QueueChange> changes, List<QueueEntryChange> told)
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
                told.Add(new QueueEntryChange(change.Id, after));
            }

            return changed;
        }
    }
}
