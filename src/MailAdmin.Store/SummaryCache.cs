using System.Collections.Concurrent;
using MailAdmin.Store.Summaries;

namespace MailAdmin.Store;

/// <summary>
/// Summaries in memory, within a bound of octets. Two generations: what is asked for moves to the younger one, and when that is full the older one is dropped whole,
/// so that neither asking nor keeping takes a lock.
/// </summary>
internal sealed class SummaryCache(long maxOctets)
{
    // Object, entry and key beside the blob, and the sort key that it may come to keep.
    private const int Overhead = 200 + (2 * MessageSummary.MaxKeptSubject);

    private readonly Lock _turning = new();
    private volatile Generation _young = new();
    private volatile Generation _old = new();

    public MessageSummary? Find(long content)
    {
        if (_young.Entries.TryGetValue(content, out var summary))
        {
            return summary;
        }

        if (_old.Entries.TryGetValue(content, out summary))
        {
            Keep(content, summary);
        }

        return summary;
    }

    public void Keep(long content, MessageSummary summary)
    {
        var young = _young;
        if (!young.Entries.TryAdd(content, summary) || Interlocked.Add(ref young.Octets, summary.Encode().Length + Overhead) < maxOctets / 2)
        {
            return;
        }

        lock (_turning)
        {
            if (_young == young)
            {
                _old = young;
                _young = new Generation();
            }
        }
    }

    private sealed class Generation
    {
        public readonly ConcurrentDictionary<long, MessageSummary> Entries = [];
        public long Octets;
    }
}
