using MailAdmin.Store;

namespace MailAdmin.Server.Imap;

/// <summary>What LIST and LSUB see: the folders, the levels above them that do not exist, and the subscribed names.</summary>
internal sealed class FolderListing
{
    private readonly SortedDictionary<string, FolderRecord?> _names = new(NameOrder.Instance);
    private readonly HashSet<string> _parents = new(StringComparer.Ordinal);
    private readonly HashSet<string> _subscribedParents = new(StringComparer.Ordinal);

    private FolderListing(IReadOnlySet<string> subscribed) => Subscribed = subscribed;

    /// <summary>Subscribed names, whether a folder has them or not.</summary>
    public IReadOnlySet<string> Subscribed { get; }

    /// <summary>All names with their folder, or null where there is none; INBOX first, then in order.</summary>
    public IEnumerable<KeyValuePair<string, FolderRecord?>> Names => _names;

    public static async ValueTask<FolderListing> LoadAsync(ImapSession session)
    {
        var mailbox = session.Mailbox!.Id;
        var listing = new FolderListing(await session.Store.Folders.ListSubscriptionsAsync(mailbox));
        foreach (var folder in await session.Store.Folders.ListAsync(mailbox))
        {
            listing._names[folder.Name] = folder;
        }

        foreach (var name in listing._names.Keys.ToList())
        {
            foreach (var parent in ParentsOf(name))
            {
                listing._parents.Add(parent);
                listing._names.TryAdd(parent, null);
            }
        }

        foreach (var name in listing.Subscribed)
        {
            foreach (var parent in ParentsOf(name))
            {
                listing._subscribedParents.Add(parent);
            }
        }

        return listing;
    }

    /// <summary>Folders lie below it.</summary>
    public bool HasChildren(string name) => _parents.Contains(name);

    /// <summary>Subscribed names lie below it.</summary>
    public bool HasSubscribedBelow(string name) => _subscribedParents.Contains(name);

    public IEnumerable<string> SubscribedBelow(string name) =>
        Subscribed.Where(s => s.Length > name.Length && s[name.Length] == FolderName.Separator && s.StartsWith(name, StringComparison.Ordinal));

    /// <summary>Adds subscribed names that no folder has, and the levels above them.</summary>
    public void AddSubscribed()
    {
        foreach (var name in Subscribed)
        {
            _names.TryAdd(name, null);
            foreach (var parent in ParentsOf(name))
            {
                _names.TryAdd(parent, null);
            }
        }
    }

    private static IEnumerable<string> ParentsOf(string name)
    {
        for (var at = name.LastIndexOf(FolderName.Separator); at > 0; at = name.LastIndexOf(FolderName.Separator, at - 1))
        {
            yield return name[..at];
        }
    }

    private sealed class NameOrder : IComparer<string>
    {
        public static readonly NameOrder Instance = new();

        public int Compare(string? x, string? y) =>
            x == y ? 0 : x == FolderName.Inbox ? -1 : y == FolderName.Inbox ? 1 : string.CompareOrdinal(x, y);
    }
}
