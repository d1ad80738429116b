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
    /// <summary>Messages that came, went or changed.</summary>
    public int Changes { get; set; }
    /// <summary>Octets of content that a restart would read again.</summary>
    public long Octets { get; set; }

    public bool IsEmpty => Folders.Count == 0 && Contents.Count == 0 && References.Count == 0 && Moves.Count == 0 && Mailboxes.Count == 0;

    /// <summary>Adds what came later.</summary>
    public void Add(DirtySet later)
    {
        foreach (var (key, place) in later.Contents)
        {
            Contents[key] = place;
        }

        foreach (var (key, place) in later.Moves)
        {
            if (Contents.ContainsKey(key))
            {
                Contents[key] = place;
            }
            else
            {
                Moves[key] = place;
            }
        }

        foreach (var (key, change) in later.References)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(References, key, out _) += change;
        }

        Folders.UnionWith(later.Folders);
        Mailboxes.UnionWith(later.Mailboxes);
        Changes += later.Changes;
        Octets += later.Octets;
    }
}
