using MailAdmin.Store.Content;
using MailAdmin.Store.Snapshots;
using MailAdmin.Store.Sqlite;

namespace MailAdmin.Store.State;

/// <summary>All that changed between two sequence numbers, captured between two commits so that the index can take it over while the writer goes on.</summary>
internal sealed class Checkpoint
{
    /// <summary>Where it came from, to go back to where the index fails.</summary>
    public required DirtySet Dirty { get; init; }
    public required IndexPosition Position { get; init; }
    /// <summary>Contents that the index does not know yet.</summary>
    public required Dictionary<long, ContentPlace> Contents { get; init; }
    /// <summary>Contents that the index knows elsewhere.</summary>
    public required Dictionary<long, ContentPlace> Moves { get; init; }
    /// <summary>Change of the number of references, by content.</summary>
    public required Dictionary<long, int> References { get; init; }
    public required List<FolderCheckpoint> Folders { get; init; }
    public required List<(long Row, long Used, long Count)> Mailboxes { get; init; }
    public required Dictionary<long, QueueRow?> Queue { get; init; }
    public required List<(long Mailbox, long At)> Logins { get; init; }
    public required List<(long Folder, uint Uid)> Recents { get; init; }
    public required List<(long Content, byte[] Value)> Summaries { get; init; }
    public required List<SegmentRow> Segments { get; init; }
    public required List<long> RemovedSegments { get; init; }
}

/// <summary>A folder from the snapshot that the index has to the one that it is to have.</summary>
internal sealed record FolderCheckpoint(FolderState State, ChunkedSnapshot? Before, ChunkedSnapshot After, ExpungedRun[] Expunged)
{
    public long Row => State.Row;
    public uint Recent => State.RecentFrom;
}
