using System.Collections.Concurrent;

namespace MailAdmin.Store.State;

/// <summary>An entry of the queue with the numbers of this store.</summary>
internal sealed record QueueRow(long Row, long Content, QueueEntry Entry)
{
    /// <summary>With the identities of the store.</summary>
    public QueueRow Identify(IdCodec ids) => Entry.Id == ids.Queue(Row) ? this : this with { Entry = Entry with { Id = ids.Queue(Row), Content = ids.Content(Content) } };
}

/// <summary>
/// The queue in memory: what is committed, which anybody reads, and over it what the batch in work plans, which only the writer sees.
/// </summary>
internal sealed class QueueState
{
    private readonly Dictionary<long, QueueRow?> _planned = [];

    /// <summary>Entries as of the last Publish.</summary>
    public ConcurrentDictionary<long, QueueRow> Committed { get; } = [];

    /// <summary>Entries as planned so far.</summary>
    public int PlannedCount { get; private set; }

    /// <summary>Takes over what the index has; before the log is replayed.</summary>
    public void Load(IEnumerable<QueueRow> rows)
    {
        foreach (var row in rows)
        {
            Committed[row.Row] = row;
        }

        PlannedCount = Committed.Count;
    }

    /// <summary>An entry as planned so far.</summary>
    public QueueRow? Find(long row) => _planned.TryGetValue(row, out var planned) ? planned : Committed.GetValueOrDefault(row);

    /// <summary>Plans an entry as it is to be, or its end; returns what it was before.</summary>
    public QueueRow? Plan(long row, QueueRow? after)
    {
        var before = Find(row);
        _planned[row] = after;
        PlannedCount += (after is null ? 0 : 1) - (before is null ? 0 : 1);
        return before;
    }

    /// <summary>What is planned becomes what is.</summary>
    public void Publish()
    {
        foreach (var (row, planned) in _planned)
        {
            if (planned is not null)
            {
                Committed[row] = planned;
            }
            else
            {
                Committed.TryRemove(row, out _);
            }
        }

        _planned.Clear();
    }

    /// <summary>What was planned never was.</summary>
    public void RollBack()
    {
        _planned.Clear();
        PlannedCount = Committed.Count;
    }
}
