using System.Collections.Concurrent;
using MailAdmin.Addresses;
using MailAdmin.Store;

namespace MailAdmin.Server.Delivery;

/// <summary>
/// Mailboxes by their address, as far as mail came for them: a recipient costs a look into memory. Only mailboxes without a quota are kept, for what a
/// mailbox uses changes with every message; and only until any mailbox changes.
/// </summary>
internal sealed class DirectoryCache : IDisposable
{
    /// <summary>Mailboxes kept; above that it starts over.</summary>
    private const int Max = 20_000;

    private readonly IAccountStore _accounts;
    private readonly IDisposable _watch;
    private readonly ConcurrentDictionary<MailboxAddress, MailboxRecord> _known = new();
    private long _version;
    private FirstMade? _firstMade;

    public DirectoryCache(IMailStore store)
    {
        _accounts = store.Accounts;
        _watch = store.Watch(change =>
        {
            if (change is MailboxChanged)
            {
                // The version first: a lookup that began before must not put back what it read.
                Interlocked.Increment(ref _version);
                _known.Clear();
            }
        });
    }

    /// <summary>The mailbox with exactly this address; what it uses may be of some time ago where it has no quota.</summary>
    public ValueTask<MailboxRecord?> FindAsync(MailboxAddress address, CancellationToken cancellationToken) =>
        _known.TryGetValue(address, out var known) ? new(known) : LookUpAsync(address, cancellationToken);

    /// <summary>The mailbox that was made first, of all domains; null where there is none. Looked for once after each change of a mailbox.</summary>
    public async ValueTask<MailboxRecord?> FindFirstMadeAsync(CancellationToken cancellationToken)
    {
        var version = Interlocked.Read(ref _version);
        if (Volatile.Read(ref _firstMade) is not { } known || known.Version != version)
        {
            MailboxRecord? first = null;
            await foreach (var mailbox in _accounts.ListMailboxesAsync(cancellationToken: cancellationToken))
            {
                first = first is null || mailbox.CreatedAt < first.CreatedAt ? mailbox : first;
            }

            known = new FirstMade(version, first?.Id);
            Volatile.Write(ref _firstMade, known);
        }

        return known.Id is { } id ? await _accounts.GetMailboxAsync(id, cancellationToken) : null;
    }

    public void Dispose() => _watch.Dispose();

    private async ValueTask<MailboxRecord?> LookUpAsync(MailboxAddress address, CancellationToken cancellationToken)
    {
        var version = Interlocked.Read(ref _version);
        var mailbox = await _accounts.FindMailboxAsync(address, cancellationToken);
        if (mailbox is { QuotaBytes: null })
        {
            if (_known.Count >= Max)
            {
                _known.Clear();
            }

            _known[address] = mailbox;
            if (Interlocked.Read(ref _version) != version)
            {
                _known.TryRemove(address, out _);
            }
        }

        return mailbox;
    }

    private sealed record FirstMade(long Version, MailboxId? Id);
}
