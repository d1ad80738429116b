using System.Collections.Concurrent;
using System.Collections.Frozen;
using MailAdmin.Store.Operations;
using MailAdmin.Store.Sqlite;
using MailAdmin.Store.State;
using MailAdmin.Store.Writer;

namespace MailAdmin.Store;

/// <summary>Folders of mailboxes: lists from memory, changes through the writer.</summary>
internal sealed class FolderStore(StoreOptions options, StoreState state, StoreWriter writer, ReaderPool readers) : IFolderStore
{
    private readonly FolderLists _lists = new(state, readers);

    public ValueTask<IReadOnlyList<FolderRecord>> ListAsync(MailboxId mailbox, CancellationToken cancellationToken = default) =>
        Answer<IReadOnlyList<FolderRecord>>(() => _lists.Get(mailbox).Folders);

    public ValueTask<FolderRecord?> FindAsync(MailboxId mailbox, string name, CancellationToken cancellationToken = default) =>
        Answer(() => FolderName.TryNormalize(name, out var normalized) ? _lists.Get(mailbox).ByName.GetValueOrDefault(normalized) : null);

    public ValueTask<FolderRecord?> GetAsync(FolderId id, CancellationToken cancellationToken = default) =>
        Answer(() => state.Ids.Row(id) is > 0 and var row && readers.Ask(r => r.Folder(row)) is { } folder ? FolderVerbs.Record(state.Ids, folder) : null);

    public Task<FolderRecord> CreateAsync(MailboxId mailbox, string name, SpecialUse use = SpecialUse.None, CancellationToken cancellationToken = default) =>
        Run(c => FolderVerbs.Create(c, mailbox, name, use), cancellationToken);

    public Task<FolderRecord> RenameAsync(FolderId id, string newName, CancellationToken cancellationToken = default) =>
        Run(c => FolderVerbs.Rename(c, id, newName), cancellationToken);

    public Task RenameParentAsync(MailboxId mailbox, string name, string newName, CancellationToken cancellationToken = default) =>
        Run(c => FolderVerbs.RenameParent(c, mailbox, name, newName), cancellationToken);

    public Task DeleteAsync(FolderId id, CancellationToken cancellationToken = default) => Run(c => FolderVerbs.Delete(c, id), cancellationToken);

    public Task SubscribeAsync(MailboxId mailbox, string name, bool subscribed, CancellationToken cancellationToken = default) =>
        Run(c => FolderVerbs.Subscribe(c, mailbox, name, subscribed), cancellationToken);

    public ValueTask<IReadOnlySet<string>> ListSubscriptionsAsync(MailboxId mailbox, CancellationToken cancellationToken = default) =>
        Answer<IReadOnlySet<string>>(() => _lists.Get(mailbox).Subscriptions);

    private Task<T> Run<T>(Func<PlanContext, T> plan, CancellationToken cancellationToken) => writer.RunAsync(new StructuralOperation<T>(plan, cancellationToken));

    private ValueTask<T> Answer<T>(Func<T> question) => StoreQuestion.Answer(question, options.Path);
}

/// <summary>Turns what a question meets into the error a person can act on.</summary>
internal static class StoreQuestion
{
    public static ValueTask<T> Answer<T>(Func<T> question, string location)
    {
        try
        {
            return ValueTask.FromResult(question());
        }
        catch (Exception e)
        {
            // Whatever it is, the caller meets it where it awaits, as from a member that is asynchronous throughout.
            return ValueTask.FromException<T>(Translate(e, location));
        }
    }

    public static T Ask<T>(Func<T> question, string location)
    {
        try
        {
            return question();
        }
        catch (Exception e) when (e is IndexException or InvalidDataException or ObjectDisposedException or IOException or UnauthorizedAccessException)
        {
            throw Translate(e, location);
        }
    }

    private static Exception Translate(Exception e, string location) => e switch
    {
        ObjectDisposedException => StoreErrors.StoreClosed(location),
        InvalidDataException or IndexException or IOException or UnauthorizedAccessException => StoreErrors.From(e, location),
        _ => e,
    };
}

/// <summary>Folder lists of mailboxes as of the last commit, kept until one of accounts or folders follows.</summary>
internal sealed class FolderLists(StoreState state, ReaderPool readers)
{
    // Lists are small; past this many mailboxes the oldest knowledge is dropped in one go, which costs each one query.
    private const int MaxLists = 20_000;

    private readonly ConcurrentDictionary<long, FolderList> _lists = [];

    public FolderList Get(MailboxId mailbox)
    {
        var row = state.Ids.Row(mailbox);
        // The version is read before the rows: a list that is older than a commit carries an older version and is not used after it.
        var version = state.FolderVersion(row);
        if (_lists.TryGetValue(row, out var list) && list.Version == version)
        {
            return list;
        }

        if (_lists.Count >= MaxLists)
        {
            _lists.Clear();
        }

        var (folders, subscriptions) = readers.Ask(r => (r.Folders(row), r.Subscriptions(row)));
        FolderRecord[] records = [.. folders.Select(f => FolderVerbs.Record(state.Ids, f)).OrderBy(f => f.Name, StringComparer.Ordinal)];
        return _lists[row] = new FolderList(version, records, records.ToFrozenDictionary(f => f.Name), subscriptions.ToFrozenSet());
    }
}

internal sealed record FolderList(long Version, FolderRecord[] Folders, FrozenDictionary<string, FolderRecord> ByName, FrozenSet<string> Subscriptions);
