using MailAdmin.Store.Content;
using MailAdmin.Store.Journal;

namespace MailAdmin.Store.State;

/// <summary>What the batch in work touched; the lists are reused from batch to batch.</summary>
internal sealed class BatchChanges
{
    public List<FolderState> Folders { get; } = [];
    public List<MailboxState> Mailboxes { get; } = [];
    public List<(long Key, ContentPlace Place)> Contents { get; } = [];
    public List<(long Key, ContentPlace Place)> Moves { get; } = [];
    public List<(long Key, int Change)> References { get; } = [];
    public List<(FolderState Folder, ExpungedRun Run)> Expunged { get; } = [];
    public List<(long Row, QueueRow? After)> Queue { get; } = [];
    public List<MailboxPut> ChangedMailboxes { get; } = [];
    public List<long> DeletedMailboxes { get; } = [];
    public HashSet<long> ChangedFolderLists { get; } = [];
    /// <summary>Messages that came, went or changed.</summary>
    public int Changes { get; set; }
    /// <summary>True once the dirty set has them.</summary>
    public bool IsMerged { get; set; }

    public void Clear()
    {
        Folders.Clear();
        Mailboxes.Clear();
        Contents.Clear();
        Moves.Clear();
        References.Clear();
        Expunged.Clear();
        Queue.Clear();
        ChangedMailboxes.Clear();
        DeletedMailboxes.Clear();
        ChangedFolderLists.Clear();
        Changes = 0;
        IsMerged = false;
    }
}
