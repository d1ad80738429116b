using MailAdmin.Store.Sqlite;

namespace MailAdmin.Store.Maintenance;

/// <summary>Files of contents that nothing refers to: a crash or a failure came between the commit that forgot them and their end. Verification tells of them, compaction deletes them.</summary>
internal static class Leftovers
{
    /// <param name="found">Files that were there before the index caught up: what it does not know of then is not on its way to it.</param>
    /// <param name="current">The segment in which the log goes on; from it on, segments are replayed, not known.</param>
    /// <param name="reader">The index.</param>
    public static IEnumerable<long> Of(IEnumerable<long> found, long current, IndexReader reader)
    {
        var known = reader.Segments().ConvertAll(s => s.Id).ToHashSet();
        return found.Where(file => file < 0
            ? reader.Content(-file) is null && !known.Contains(file)
            : file < current && !known.Contains(file) && !reader.HasContentIn(file));
    }
}
