using System.Collections;
using MailAdmin.Errors;
using MailAdmin.Store;

namespace MailAdmin.Server.Pop3;

/// <summary>The INBOX as it was at login, with the session's deletion marks.</summary>
internal sealed class Maildrop : IDisposable
{
    /// <summary>Rows fetched ahead when a message is asked for: clients retrieve in order.</summary>
    private const int ReadAhead = 256;

    private readonly IMailStore _store;
    private readonly FolderSnapshot _snapshot;
    private readonly Dictionary<uint, StoredMessage> _rows = [];
    private BitArray? _marks;

    private Maildrop(IMailStore store, FolderSnapshot snapshot)
    {
        _store = store;
        _snapshot = snapshot;
    }

    /// <summary>Messages, marked ones included.</summary>
    public int Count => _snapshot.Count;
    /// <summary>Octets, marked ones included.</summary>
    public long TotalSize => _snapshot.TotalSize;
    /// <summary>Messages marked.</summary>
    public int MarkedCount { get; private set; }
    /// <summary>Octets of the messages marked.</summary>
    public long MarkedSize { get; private set; }
    public MessageState this[int index] => _snapshot[index];

    /// <summary>Opens a mailbox's INBOX; null where it is gone.</summary>
    /// <exception cref="MailAdminException">The store cannot read it.</exception>
    public static async ValueTask<Maildrop?> OpenAsync(IMailStore store, MailboxRecord mailbox, CancellationToken cancellationToken)
    {
        try
        {
            return await store.Folders.FindAsync(mailbox.Id, FolderName.Inbox, cancellationToken) is { } inbox
                ? new Maildrop(store, await store.Messages.GetSnapshotAsync(inbox.Id, cancellationToken))
                : null;
        }
        catch (MailAdminException e) when (e.ErrorId is "FolderNotFound" or "MailboxNotFound")
        {
            // Removed between login and here.
            return null;
        }
    }

    /// <summary>Unique id: never changes and is never given again, for UIDVALIDITY and UID are not. RFC 1939 §7.</summary>
    public string UniqueIdOf(int index) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{_snapshot.UidValidity}.{_snapshot[index].Uid}");

    public bool IsMarked(int index) => MarkedCount > 0 && _marks![index];

    /// <summary>Messages from the first on that are not marked.</summary>
    public IEnumerable<(int Index, MessageState State)> Unmarked()
    {
        var index = 0;
        foreach (var state in _snapshot.Enumerate())
        {
            if (!IsMarked(index))
            {
                yield return (index, state);
            }

            index++;
        }
    }

    /// <summary>Marks a message as deleted.</summary>
    public void Mark(int index)
    {
        _marks ??= new BitArray(Count);
        _marks[index] = true;
        MarkedCount++;
        MarkedSize += _snapshot[index].Size;
    }

    /// <summary>Takes all marks away.</summary>
    public void Unmark()
    {
        _marks = null;
        MarkedCount = 0;
        MarkedSize = 0;
    }

    /// <summary>Opens a message's content; null where an IMAP session expunged it meanwhile.</summary>
    /// <exception cref="MailAdminException">It cannot be read.</exception>
    public async ValueTask<MessageContent?> OpenContentAsync(int index, CancellationToken cancellationToken)
    {
        var uid = _snapshot[index].Uid;
        if (!_rows.Remove(uid, out var row))
        {
            await ReadRowsAsync(index, cancellationToken);
            if (!_rows.Remove(uid, out row))
            {
                return null;
            }
        }

        return await _store.Messages.OpenAsync(row, cancellationToken);
    }

    /// <summary>Deletes what is marked: all of it in one commit, or nothing.</summary>
    /// <exception cref="MailAdminException">Nothing was deleted.</exception>
    public Task DeleteMarkedAsync()
    {
        var uids = new UidSet.Builder();
        for (var index = 0; index < Count; index++)
        {
            if (IsMarked(index))
            {
                uids.Add(_snapshot[index].Uid);
            }
        }

        // Once begun it is not broken off: the client has said its last word.
        return _store.Messages.ExpungeAsync(_snapshot.Folder, uids.Build(), onlyDeleted: false, CancellationToken.None);
    }

    public void Dispose() => _rows.Clear();

    private async ValueTask ReadRowsAsync(int index, CancellationToken cancellationToken)
    {
        _rows.Clear();
        var uids = new UidSet.Builder();
        for (var i = index; i < Math.Min(Count, index + ReadAhead); i++)
        {
            uids.Add(_snapshot[i].Uid);
        }

        await foreach (var row in _store.Messages.ReadAsync(_snapshot.Folder, uids.Build(), MessageParts.None, cancellationToken))
        {
            _rows[row.Uid] = row;
        }
    }
}
