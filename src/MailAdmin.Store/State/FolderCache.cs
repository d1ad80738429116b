using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using MailAdmin.Store.Sqlite;

namespace MailAdmin.Store.State;

/// <summary>The folders that are loaded: found by their row, loaded once whoever asks first, let go when nobody has used them for long.</summary>
internal sealed class FolderCache(IdCodec ids)
{
    private readonly ConcurrentDictionary<long, FolderState> _folders = [];
    private readonly Lock[] _loading = [.. Enumerable.Range(0, 64).Select(_ => new Lock())];

    public bool TryGet(long row, [NotNullWhen(true)] out FolderState? folder) => _folders.TryGetValue(row, out folder);

    /// <summary>A folder, loaded with <paramref name="reader"/> where it is not; null where it does not exist.</summary>
    public FolderState? Find(long row, IndexReader reader)
    {
        if (_folders.TryGetValue(row, out var state))
        {
            return state;
        }

        lock (_loading[row & 63])
        {
            return _folders.TryGetValue(row, out state) ? state : reader.LoadFolder(row, ids) is { } loaded ? _folders.GetOrAdd(row, loaded) : null;
        }
    }

    /// <summary>Puts a folder that was just made.</summary>
    public void Put(FolderState folder) => _folders[folder.Row] = folder;

    public void Remove(FolderState folder) => _folders.TryRemove(folder.Row, out _);

    /// <summary>Forgets all: the index has more than they know. Only before the store is in use.</summary>
    public void Clear() => _folders.Clear();

    /// <summary>Lets go of folders that nobody used for the longest time, until what is loaded is within the bound. Called on the writer's thread.</summary>
    public void Trim(long maxMessages, Func<FolderId, bool> isWatched)
    {
        long loaded = 0;
        foreach (var (_, folder) in _folders)
        {
            loaded += folder.Committed?.Count ?? 0;
        }

        if (loaded <= maxMessages)
        {
            return;
        }

        // A folder whose chunks the index does not have must stay; one that somebody watches would be loaded again at once.
        foreach (var folder in _folders.Values.Where(f => f.IsClean && !isWatched(f.Id)).OrderBy(f => f.LastUsed).ToList())
        {
            if (loaded <= maxMessages / 2)
            {
                break;
            }

            loaded -= folder.Working!.Count;
            _folders.TryRemove(folder.Row, out _);
        }
    }
}
