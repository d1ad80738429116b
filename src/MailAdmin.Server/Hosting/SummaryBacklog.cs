using MailAdmin.Store;

namespace MailAdmin.Server.Hosting;

/// <summary>
/// Messages that came and have no summary yet, as one run of UIDs for each folder. Bounded: the oldest go first, since a summary that is not made
/// ahead is made when it is asked for.
/// </summary>
internal sealed class SummaryBacklog(int maxFolders, int maxMessages)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<FolderId, UidRange> _runs = [];
    // Every folder of the runs once, the longest waiting first.
    private readonly LinkedList<FolderId> _order = [];

    /// <summary>Messages waiting; UIDs of a run that are gone count as well.</summary>
    public long Count
    {
        get
        {
            lock (_gate)
            {
                return _runs.Values.Sum(r => r.Count);
            }
        }
    }

    /// <summary>Adds messages. What lies between them and those of the folder that wait already is taken in: looking up a summary that is there costs little.</summary>
    public void Add(FolderId folder, UidSet uids)
    {
        if (uids.IsEmpty)
        {
            return;
        }

        lock (_gate)
        {
            var (first, last) = (uids.First, uids.Last);
            if (_runs.TryGetValue(folder, out var waiting))
            {
                (first, last) = (Math.Min(first, waiting.First), Math.Max(last, waiting.Last));
            }
            else
            {
                _order.AddLast(folder);
                if (_order.Count > maxFolders)
                {
                    _runs.Remove(_order.First!.Value);
                    _order.RemoveFirst();
                }
            }

            _runs[folder] = last - first < maxMessages ? new UidRange(first, last) : new UidRange(last - (uint)maxMessages + 1, last);
        }
    }

    /// <summary>Takes the next messages of the folder that waits longest; null where none wait.</summary>
    public (FolderId Folder, UidSet Uids)? Take(int messages)
    {
        lock (_gate)
        {
            if (_order.First is not { Value: var folder })
            {
                return null;
            }

            var run = _runs[folder];
            if (run.Count > messages)
            {
                var last = run.First + (uint)messages - 1;
                _runs[folder] = new UidRange(last + 1, run.Last);
                return (folder, UidSet.Range(run.First, last));
            }

            _runs.Remove(folder);
            _order.RemoveFirst();
            return (folder, UidSet.Range(run.First, run.Last));
        }
    }

    /// <summary>Forgets a folder that is gone.</summary>
    public void Remove(FolderId folder)
    {
        lock (_gate)
        {
            if (_runs.Remove(folder))
            {
                _order.Remove(folder);
            }
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _runs.Clear();
            _order.Clear();
        }
    }
}
