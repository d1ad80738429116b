using MailAdmin.Store.Snapshots;

namespace MailAdmin.Store.State;

/// <summary>A loaded folder. The writer alone changes it; readers see <see cref="Committed"/>.</summary>
/// <remarks>
/// <see cref="Working"/> runs ahead of <see cref="Committed"/> within a batch and falls back to it when the batch fails. A folder that is not loaded has
/// nothing the index does not know.
/// </remarks>
internal sealed class FolderState
{
    private readonly Lock _recentLock = new();
    private volatile ChunkedSnapshot? _committed;
    private volatile ExpungedRun[] _expunged = [];
    private uint _recentFrom;

    public FolderState(long row, long mailbox, FolderId id, ChunkedSnapshot? committed, uint recentFrom)
    {
        Row = row;
        Mailbox = mailbox;
        Id = id;
        _committed = committed;
        Working = committed;
        Persisted = committed;
        _recentFrom = recentFrom;
    }

    public long Row { get; }
    /// <summary>Its mailbox; only recovery ever changes it.</summary>
    public long Mailbox { get; set; }
    public FolderId Id { get; }

    /// <summary>As of the last commit; null before its creation is committed and after its deletion is.</summary>
    public ChunkedSnapshot? Committed
    {
        get => _committed;
        set => _committed = value;
    }

    /// <summary>As of the last planned operation; the writer's alone. Null: does not exist.</summary>
    public ChunkedSnapshot? Working { get; set; }

    /// <summary>As the index has it; the checkpoint's alone.</summary>
    public ChunkedSnapshot? Persisted { get; set; }

    /// <summary>Expunged UIDs that the index does not have yet, oldest first.</summary>
    public ExpungedRun[] PendingExpunged
    {
        get => _expunged;
        set => _expunged = value;
    }

    /// <summary>Number of the batch that touched it last; keeps the batch's list of folders free of doubles, and tells what lies idle.</summary>
    public long TouchedBy { get; set; } = -1;

    /// <summary>When somebody last asked for it, a timestamp of the store's clock; only told apart, so that a torn race is harmless.</summary>
    public long LastUsed { get; set; }

    /// <summary>True where the index has all of it, so that it can be let go.</summary>
    public bool IsClean => _committed is { } now && ReferenceEquals(now, Working) && ReferenceEquals(now, Persisted) && _expunged.Length == 0;

    public uint RecentFrom
    {
        get
        {
            lock (_recentLock)
            {
                return _recentFrom;
            }
        }
    }

    /// <summary>Gives the first UID no session was told of, and takes all there are now.</summary>
    public uint ClaimRecent(uint uidNext)
    {
        lock (_recentLock)
        {
            var from = _recentFrom;
            _recentFrom = Math.Max(_recentFrom, uidNext);
            return from;
        }
    }
}

/// <summary>UIDs that went at one mod-sequence.</summary>
internal readonly record struct ExpungedRun(ulong ModSeq, UidSet Uids);

/// <summary>A mailbox that messages came to or went from since the store was opened.</summary>
internal sealed class MailboxState(long row, string address, long? quota, long used, long count)
{
    private long _committedUsed = used;
    private long _committedCount = count;

    public long Row { get; } = row;
    public string Address { get; set; } = address;
    public long? Quota { get; set; } = quota;
    /// <summary>As of the last planned operation.</summary>
    public long Used { get; set; } = used;
    /// <inheritdoc cref="Used"/>
    public long Count { get; set; } = count;
    public long TouchedBy { get; set; } = -1;

    public long CommittedUsed => Volatile.Read(ref _committedUsed);
    public long CommittedCount => Volatile.Read(ref _committedCount);

    public void Commit()
    {
        Volatile.Write(ref _committedUsed, Used);
        Volatile.Write(ref _committedCount, Count);
    }

    public void RollBack()
    {
        Used = CommittedUsed;
        Count = CommittedCount;
    }
}
