using System.Collections.Concurrent;

namespace MailAdmin.Store.State;

/// <summary>What is noted in memory and written with a later checkpoint: last logins, what sessions were told of, computed summaries. A crash may lose it.</summary>
internal sealed class PendingNotes
{
    // Summaries are small but many; beyond this they are recomputed another time instead of being kept for the index.
    private const int MaxSummaries = 50_000;

    // Where nobody writes, as many computed summaries as this ask for a checkpoint of their own.
    private const int Worthwhile = 2_000;

    private readonly ConcurrentDictionary<long, long> _logins = [];
    private readonly ConcurrentDictionary<long, byte[]> _summaries = [];
    private readonly ConcurrentDictionary<long, uint> _recents = [];
    private int _summaryCount;

    /// <summary>Called when enough is noted to be written.</summary>
    public Action? Filled { get; set; }

    public bool HasAny => !_logins.IsEmpty || !_summaries.IsEmpty || !_recents.IsEmpty;

    public void NoteLogin(long mailbox, long at) => _logins[mailbox] = at;

    public long? Login(long mailbox) => _logins.TryGetValue(mailbox, out var at) ? at : null;

    public void NoteRecent(FolderState folder) => _recents[folder.Row] = folder.RecentFrom;

    public void NoteSummary(long content, byte[] value)
    {
        if (Volatile.Read(ref _summaryCount) < MaxSummaries && _summaries.TryAdd(content, value))
        {
            if (Interlocked.Increment(ref _summaryCount) % Worthwhile == 0)
            {
                Filled?.Invoke();
            }
        }
    }

    public byte[]? Summary(long content) => _summaries.GetValueOrDefault(content);

    /// <summary>What is to be written now; it stays readable here until <see cref="Settle"/>.</summary>
    public List<(long Mailbox, long At)> TakeLogins() => [.. _logins.Select(p => (p.Key, p.Value))];

    /// <inheritdoc cref="TakeLogins"/>
    public List<(long Folder, uint Uid)> TakeRecents() => [.. _recents.Select(p => (p.Key, p.Value))];

    /// <inheritdoc cref="TakeLogins"/>
    public List<(long Content, byte[] Value)> TakeSummaries() => [.. _summaries.Select(p => (p.Key, p.Value))];

    public void Settle(Checkpoint checkpoint)
    {
        foreach (var (mailbox, at) in checkpoint.Logins)
        {
            _logins.TryRemove(new KeyValuePair<long, long>(mailbox, at));
        }

        foreach (var (folder, uid) in checkpoint.Recents)
        {
            _recents.TryRemove(new KeyValuePair<long, uint>(folder, uid));
        }

        foreach (var (content, value) in checkpoint.Summaries)
        {
            if (_summaries.TryRemove(new KeyValuePair<long, byte[]>(content, value)))
            {
                Interlocked.Decrement(ref _summaryCount);
            }
        }
    }
}
