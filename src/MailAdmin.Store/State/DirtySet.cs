using System.Runtime.InteropServices;
using MailAdmin.Store.Content;

namespace MailAdmin.Store.State;

/// <summary>What is committed in the log and not yet in the index.</summary>
internal sealed class DirtySet
{
    public Dictionary<long, ContentPlace> Contents { get; } = [];
    public Dictionary<long, ContentPlace> Moves { get; } = [];
    public Dictionary<long, int> References { get; } = [];
    public HashSet<FolderState> Folders { get; } = [];
    public HashSet<MailboxState> Mailboxes { get; } = [];
    /// <summary>Queue entries as they are, or null where they went.</summary>
    public Dictionary<long, QueueRow?> Queue { get; } = [];
    /// <summary>Messages that came, went or changed.</summary>
    public int Changes { get; set; }
    /// <summary>Octets of content that a restart would read again.</summary>
    public long Octets { get; set; }

    public bool IsEmpty => Folders.Count == 0 && Contents.Count == 0 && References.Count == 0 && Moves.Count == 0 && Mailboxes.Count == 0 && Queue.Count == 0;

    /// <summary>Adds what a batch changed.</summary>
    public void Add(BatchChanges batch)
    {
        foreach (var (key, place) in CollectionsMarshal.AsSpan(batch.Contents))
        {
            Contents[key] = place;
            Octets += place.IsAdopted ? 0 : place.Length;
        }

        foreach (var (key, place) in CollectionsMarshal.AsSpan(batch.Moves))
        {
            Move(key, place);
        }

        foreach (var (key, change) in CollectionsMarshal.AsSpan(batch.References))
        {
            CollectionsMarshal.GetValueRefOrAddDefault(References, key, out _) += change;
        }

        foreach (var folder in CollectionsMarshal.AsSpan(batch.Folders))
        {
            Folders.Add(folder);
        }

        foreach (var mailbox in CollectionsMarshal.AsSpan(batch.Mailboxes))
        {
            Mailboxes.Add(mailbox);
        }

        foreach (var (row, after) in CollectionsMarshal.AsSpan(batch.Queue))
        {
            Queue[row] = after;
        }

        Changes += batch.Changes;
    }

    /// <summary>Adds what came later.</summary>
    public void Add(DirtySet later)
    {
        foreach (var (key, place) in later.Contents)
        {
            Contents[key] = place;
        }

        foreach (var (key, place) in later.Moves)
        {
            Move(key, place);
        }

        foreach (var (key, change) in later.References)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(References, key, out _) += change;
        }

        foreach (var (row, after) in later.Queue)
        {
            Queue[row] = after;
        }

        Folders.UnionWith(later.Folders);
        Mailboxes.UnionWith(later.Mailboxes);
        Changes += later.Changes;
        Octets += later.Octets;
    }

    private void Move(long key, ContentPlace place)
    {
        // One that the index does not have yet is simply where it is now.
        if (Contents.ContainsKey(key))
        {
            Contents[key] = place;
        }
        else
        {
            Moves[key] = place;
        }
    }
}
