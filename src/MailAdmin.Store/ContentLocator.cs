using MailAdmin.Store.Content;
using MailAdmin.Store.Sqlite;
using MailAdmin.Store.State;

namespace MailAdmin.Store;

/// <summary>Finds where a content lies: what the index does not have yet, then a small table of recent answers, then the index.</summary>
internal sealed class ContentLocator(StoreState state, ReaderPool readers)
{
    // One direct-mapped table: an answer replaces what stood in its place. 32,768 places of 40 octets.
    private const int Places = 1 << 15;
    // Contents are numbered as they come: whoever reads one of a folder will likely want the next.
    private const int ReadAhead = 32;

    private readonly Entry?[] _recent = new Entry?[Places];

    public ContentPlace? Find(long key)
    {
        if (state.Overlay.TryGetValue(key, out var place))
        {
            return place;
        }

        if (Volatile.Read(ref _recent[key & (Places - 1)]) is { } entry && entry.Key == key)
        {
            return entry.Place;
        }

        return Ask(key);
    }

    /// <summary>Looks again in the index itself: a compaction may have moved it since.</summary>
    public ContentPlace? Ask(long key)
    {
        // Overlay first, then index: what leaves the one is in the other by then.
        if (state.Overlay.TryGetValue(key, out var place))
        {
            return place;
        }

        List<(long Key, ContentPlace Place)> contents;
        try
        {
            contents = readers.Ask(r => r.Contents(key, ReadAhead));
        }
        catch (InvalidDataException)
        {
            // A damaged row near it is not its own.
            return readers.Ask(r => r.Content(key));
        }

        ContentPlace? found = null;
        foreach (var (near, where) in contents)
        {
            Volatile.Write(ref _recent[near & (Places - 1)], new Entry(near, where));
            if (near == key)
            {
                found = where;
            }
        }

        return found;
    }

    private sealed record Entry(long Key, ContentPlace Place);
}
