using MailAdmin.Addresses;
using MailAdmin.Store.IO;
using MailAdmin.Store.Sqlite;

namespace MailAdmin.Store.Recovery;

/// <summary>
/// An index from before a rebuild: says how far the log went, and who had what where the log has lost it. The latter only where SQLite finds nothing wrong with it; that is
/// looked at when it is first asked, for it reads all of it.
/// </summary>
internal sealed class EarlierIndex : IDisposable
{
    private const int Page = 500;

    private readonly IndexReader _reader;
    private bool? _isSound;

    private EarlierIndex(IndexReader reader, IndexPosition position)
    {
        _reader = reader;
        Position = position;
    }

    public IndexPosition Position { get; }

    /// <summary>Opens one; null where it is not there or cannot be read: that is why it is made anew.</summary>
    public static EarlierIndex? Open(IStoreIO io, string path)
    {
        if (!io.Exists(path))
        {
            return null;
        }

        IndexReader? reader = null;
        try
        {
            reader = new IndexReader(new IndexConnection(io, path, create: false));
            if (reader.Position() is { } position)
            {
                return new EarlierIndex(reader, position);
            }
        }
        catch (Exception e) when (e is IndexException or InvalidDataException)
        {
            // See above.
        }

        reader?.Dispose();
        return null;
    }

    public FolderRow? Folder(long row) => Ask(r => r.Folder(row)) is { } folder && IsSound(folder) ? folder : null;

    public MailboxRow? Mailbox(long row) => Ask(r => r.Mailbox(row)) is { } mailbox && MailboxAddress.TryParse(mailbox.Address, out _) ? mailbox : null;

    /// <summary>All folders, by their rows.</summary>
    public IEnumerable<FolderRow> Folders()
    {
        for (long after = 0; Ask(r => r.FoldersAfter(after, Page)) is { Count: > 0 } page; after = page[^1].Row)
        {
            foreach (var row in page.Where(IsSound))
            {
                yield return row;
            }
        }
    }

    // These rows have no checksum of their own.
    private static bool IsSound(FolderRow folder) => FolderName.TryNormalize(folder.Name, out var name) && name == folder.Name;

    public void Dispose() => _reader.Dispose();

    private T? Ask<T>(Func<IndexReader, T?> question)
        where T : class
    {
        try
        {
            return (_isSound ??= _reader.IntegrityProblems(CancellationToken.None).Count == 0) ? question(_reader) : null;
        }
        catch (Exception e) when (e is IndexException or InvalidDataException)
        {
            _isSound = false;
            return null;
        }
    }
}
