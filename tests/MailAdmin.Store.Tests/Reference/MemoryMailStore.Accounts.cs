using System.IO.Enumeration;
using MailAdmin.Addresses;

namespace MailAdmin.Store.Tests.Reference;

public sealed partial class MemoryMailStore
{
    public ValueTask<DomainRecord?> FindDomainAsync(string name, CancellationToken cancellationToken = default) =>
        Ask(() => MailboxAddress.TryCanonicalDomain(name, out var canonical) && _domains.TryGetValue(canonical, out var domain) ? Count(domain) : null);

    public IAsyncEnumerable<DomainRecord> ListDomainsAsync(CancellationToken cancellationToken = default) => List(() => _domains.Values.OrderBy(d => d.Name, StringComparer.Ordinal).Select(Count));

    public Task<DomainRecord> CreateDomainAsync(string name, MailboxAddress? catchAll, CancellationToken cancellationToken = default) => Change(_ =>
        _domains.TryAdd(Canonical(name), new DomainRecord(Canonical(name), catchAll, 0, DateTimeOffset.UtcNow)) ? _domains[Canonical(name)] : throw Error("DomainExists"));

    public Task<DomainRecord> SetCatchAllAsync(string name, MailboxAddress? catchAll, CancellationToken cancellationToken = default) => Change(_ =>
    {
        var domain = _domains.GetValueOrDefault(Canonical(name)) ?? throw Error("DomainNotFound");
        return Count(_domains[domain.Name] = domain with { CatchAll = catchAll });
    });

    public Task DeleteDomainAsync(string name, CancellationToken cancellationToken = default) => Change(_ =>
    {
        var domain = _domains.GetValueOrDefault(Canonical(name)) ?? throw Error("DomainNotFound");
        if (_mailboxes.Values.Any(m => m.Address.Domain == domain.Name) || _aliases.Values.Any(a => a.Address.Domain == domain.Name))
        {
            throw Error("DomainNotEmpty");
        }

        return _domains.Remove(domain.Name);
    });

    public ValueTask<MailboxRecord?> FindMailboxAsync(MailboxAddress address, CancellationToken cancellationToken = default) => Ask(() => _mailboxes.Values.FirstOrDefault(m => m.Address == address));

    public ValueTask<MailboxRecord?> GetMailboxAsync(MailboxId id, CancellationToken cancellationToken = default) => Ask(() => _mailboxes.GetValueOrDefault(id));

    public IAsyncEnumerable<MailboxRecord> ListMailboxesAsync(string? pattern = null, CancellationToken cancellationToken = default) => List(() =>
        _mailboxes.Values.Where(m => pattern is null || FileSystemName.MatchesSimpleExpression(pattern, m.Address.ToString())).OrderBy(m => m.Address.ToString(), StringComparer.Ordinal));

    public Task<MailboxRecord> CreateMailboxAsync(NewMailbox mailbox, CancellationToken cancellationToken = default) => Change(changes =>
    {
        RequireFree(mailbox.Address);
        var folders = mailbox.Folders.Select(f => (Name: Normalize(f.Name), f.Use)).Prepend((FolderName.Inbox, SpecialUse.None)).ToList();
        if (!_domains.ContainsKey(mailbox.Address.Domain))
        {
            _ = mailbox.CreateDomain ? _domains[mailbox.Address.Domain] = new DomainRecord(mailbox.Address.Domain, null, 0, DateTimeOffset.UtcNow) : throw Error("DomainNotFound");
        }

        var record = new MailboxRecord(
            new MailboxId(Guid.NewGuid()), mailbox.Address, mailbox.DisplayName, mailbox.IsEnabled, mailbox.QuotaBytes, 0, 0, mailbox.Verifier, DateTimeOffset.UtcNow, null);
        _mailboxes.Add(record.Id, record);
        changes.Add(new MailboxChanged(record.Id, record.Address.ToString(), MailboxChangeKind.Created, DateTimeOffset.UtcNow));
        foreach (var (name, use) in folders)
        {
            Add(record.Id, name, use, changes);
            _subscriptions.Add((record.Id, name));
        }

        return record;
    });

    public Task<MailboxRecord> UpdateMailboxAsync(MailboxId id, MailboxUpdate update, CancellationToken cancellationToken = default) => Change(changes =>
    {
        var old = _mailboxes.GetValueOrDefault(id) ?? throw Error("MailboxNotFound");
        if (update.Address is { } address && address != old.Address)
        {
            RequireFree(address);
            _ = _domains.GetValueOrDefault(address.Domain) ?? throw Error("DomainNotFound");
        }

        var now = old with
        {
            Address = update.Address ?? old.Address,
            DisplayName = update.ClearDisplayName ? null : update.DisplayName ?? old.DisplayName,
            QuotaBytes = update.ClearQuota ? null : update.QuotaBytes ?? old.QuotaBytes,
            IsEnabled = update.IsEnabled ?? old.IsEnabled,
            Verifier = update.Verifier ?? old.Verifier,
        };
        if (now.Address != old.Address)
        {
            foreach (var alias in _aliases.Values.Where(a => a.Targets.Contains(old.Address)).ToList())
            {
                _aliases[alias.Address.ToString()] = alias with { Targets = [.. alias.Targets.Select(t => t == old.Address ? now.Address : t).Distinct()] };
            }

            foreach (var domain in _domains.Values.Where(d => d.CatchAll == old.Address).ToList())
            {
                _domains[domain.Name] = domain with { CatchAll = now.Address };
            }
        }

        changes.Add(new MailboxChanged(id, now.Address.ToString(), MailboxChangeKind.Updated, DateTimeOffset.UtcNow));
        return _mailboxes[id] = now;
    });

    public Task DeleteMailboxAsync(MailboxId id, CancellationToken cancellationToken = default) => Change(changes =>
    {
        var mailbox = _mailboxes.GetValueOrDefault(id) ?? throw Error("MailboxNotFound");
        foreach (var folder in _folders.Values.Where(f => f.Record.Mailbox == id).ToList())
        {
            _folders.Remove(folder.Record.Id);
        }

        _subscriptions.RemoveWhere(s => s.Item1 == id);
        changes.Add(new MailboxChanged(id, mailbox.Address.ToString(), MailboxChangeKind.Deleted, DateTimeOffset.UtcNow));
        return _mailboxes.Remove(id);
    });

    public void NoteLogin(MailboxId id, DateTimeOffset at)
    {
        lock (_lock)
        {
            _mailboxes[id] = _mailboxes[id] with { LastLoginAt = at };
        }
    }

    public ValueTask<AliasRecord?> FindAliasAsync(MailboxAddress address, CancellationToken cancellationToken = default) => Ask(() => _aliases.GetValueOrDefault(address.ToString()));

    public IAsyncEnumerable<AliasRecord> ListAliasesAsync(CancellationToken cancellationToken = default) => List(() => _aliases.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => a.Value));

    public Task<AliasRecord> PutAliasAsync(MailboxAddress address, IReadOnlyList<MailboxAddress> targets, bool replace, CancellationToken cancellationToken = default) => Change(_ =>
    {
        if (_aliases.ContainsKey(address.ToString()) && !replace)
        {
            throw Error("AliasExists");
        }

        if (_mailboxes.Values.Any(m => m.Address == address))
        {
            throw Error("AddressInUse");
        }

        if (!_domains.ContainsKey(address.Domain))
        {
            throw Error("DomainNotFound");
        }

        return _aliases[address.ToString()] = new AliasRecord(address, [.. targets], DateTimeOffset.UtcNow);
    });

    public Task DeleteAliasAsync(MailboxAddress address, CancellationToken cancellationToken = default) => Change(_ => _aliases.Remove(address.ToString()) ? true : throw Error("AliasNotFound"));

    public ValueTask<string?> GetSettingAsync(string key, CancellationToken cancellationToken = default) => Ask(() => _settings.GetValueOrDefault(key));

    public IAsyncEnumerable<KeyValuePair<string, string>> ListSettingsAsync(string prefix, CancellationToken cancellationToken = default) =>
        _settings.Where(s => s.Key.StartsWith(prefix, StringComparison.Ordinal)).OrderBy(s => s.Key, StringComparer.Ordinal).ToList().ToAsyncEnumerable();

    public Task PutSettingAsync(string key, string? value, CancellationToken cancellationToken = default) => Change(_ =>
    {
        _settings.Remove(key);
        if (value is not null)
        {
            _settings[key] = value;
        }

        return true;
    });

    private void RequireFree(MailboxAddress address)
    {
        if (_mailboxes.Values.Any(m => m.Address == address))
        {
            throw Error("MailboxExists");
        }

        if (_aliases.ContainsKey(address.ToString()))
        {
            throw Error("AddressInUse");
        }
    }

    private DomainRecord Count(DomainRecord domain) => domain with { MailboxCount = _mailboxes.Values.Count(m => m.Address.Domain == domain.Name) };

    private static string Canonical(string name) => MailboxAddress.TryCanonicalDomain(name, out var canonical) ? canonical : throw Error("DomainNotFound");

    private async IAsyncEnumerable<T> List<T>(Func<IEnumerable<T>> question)
    {
        foreach (var item in await Ask(() => question().ToList()))
        {
            yield return item;
        }
    }
}
