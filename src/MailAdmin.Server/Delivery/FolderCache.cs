using System.Collections.Concurrent;
using MailAdmin.Errors;
using MailAdmin.Store;

namespace MailAdmin.Server.Delivery;

/// <summary>The INBOX of each mailbox that gets mail: its id never changes while the mailbox lives.</summary>
internal sealed class FolderCache(IMailStore store)
{
    /// <summary>Entries kept; above that it starts over.</summary>
    private const int Max = 100_000;

    private readonly ConcurrentDictionary<MailboxId, FolderId> _inboxes = new();

    /// <summary>The INBOX; null where the mailbox is gone.</summary>
    public async ValueTask<FolderId?> FindAsync(MailboxId mailbox, CancellationToken cancellationToken)
    {
        if (_inboxes.TryGetValue(mailbox, out var known))
        {
            return known;
        }

        if (await store.Folders.FindAsync(mailbox, FolderName.Inbox, cancellationToken) is not { } inbox)
        {
            return null;
        }

        if (_inboxes.Count >= Max)
        {
            _inboxes.Clear();
        }

        return _inboxes[mailbox] = inbox.Id;
    }

    /// <summary>A folder by name, made where it is missing.</summary>
    public async ValueTask<FolderId> EnsureAsync(MailboxId mailbox, string name, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            if (await store.Folders.FindAsync(mailbox, name, cancellationToken) is { } folder)
            {
                return folder.Id;
            }

            try
            {
                var made = await store.Folders.CreateAsync(mailbox, name, cancellationToken: cancellationToken);
                await store.Folders.SubscribeAsync(mailbox, name, subscribed: true, cancellationToken);
                return made.Id;
            }
            catch (MailAdminException e) when (e.ErrorId == "FolderExists" && attempt == 0)
            {
                // Another session made it in this moment.
            }
        }
    }
}
