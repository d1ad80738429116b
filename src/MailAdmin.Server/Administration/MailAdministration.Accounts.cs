using System.Runtime.CompilerServices;
using MailAdmin.Addresses;
using MailAdmin.Administration;
using MailAdmin.Store;

namespace MailAdmin.Server.Administration;

internal sealed partial class MailAdministration
{
    /// <inheritdoc/>
    public async IAsyncEnumerable<MailDomain> GetDomainsAsync(string? pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var domain in store.Accounts.ListDomainsAsync(cancellationToken))
        {
            if (NamePattern.Matches(pattern, domain.Name))
            {
                yield return ToDomain(domain);
            }
        }
    }

    /// <inheritdoc/>
    public async Task<MailDomain> NewDomainAsync(string name, string? catchAll, CancellationToken cancellationToken) =>
        ToDomain(await store.Accounts.CreateDomainAsync(Domain(name), catchAll is null ? null : Address(catchAll), cancellationToken));

    /// <inheritdoc/>
    public async Task<MailDomain> SetDomainAsync(string name, string? catchAll, CancellationToken cancellationToken) =>
        ToDomain(await store.Accounts.SetCatchAllAsync(Domain(name), catchAll is null ? null : Address(catchAll), cancellationToken));

    /// <inheritdoc/>
    public Task RemoveDomainAsync(string name, CancellationToken cancellationToken) => store.Accounts.DeleteDomainAsync(Domain(name), cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<Mailbox> GetMailboxesAsync(string? pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // An address or an id is looked up, whatever the store's size; an address may have a * in it, and then means itself.
        if (pattern is not null && (pattern.Contains('@', StringComparison.Ordinal) || Guid.TryParse(pattern, out _)))
        {
            if (await FindMailboxAsync(pattern, cancellationToken) is { } one)
            {
                yield return ToMailbox(one);
                yield break;
            }

            if (!NamePattern.HasWildcards(pattern))
            {
                yield break;
            }
        }

        // A pattern with an @ means addresses and is the index's to narrow; any other may mean a name as well.
        var byAddress = pattern?.Contains('@', StringComparison.Ordinal) == true;
        await foreach (var mailbox in store.Accounts.ListMailboxesAsync(byAddress ? pattern : null, cancellationToken))
        {
            if (byAddress || NamePattern.Matches(pattern, mailbox.Address.ToString()) || (mailbox.DisplayName is { } name && NamePattern.Matches(pattern, name)))
            {
                yield return ToMailbox(mailbox);
            }
        }
    }

    /// <inheritdoc/>
    public async Task<Mailbox> NewMailboxAsync(NewMailboxRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return ToMailbox(await store.Accounts.CreateMailboxAsync(
            new NewMailbox(Address(request.Address), request.Verifier)
            {
                DisplayName = request.DisplayName,
                QuotaBytes = request.QuotaBytes,
                IsEnabled = request.IsEnabled,
                CreateDomain = request.CreateDomain,
            },
            cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<Mailbox> SetMailboxAsync(string identity, MailboxChange change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        var mailbox = await MailboxAsync(identity, cancellationToken);
        return ToMailbox(await store.Accounts.UpdateMailboxAsync(
            mailbox.Id,
            new MailboxUpdate
            {
                Address = change.Address is null ? null : Address(change.Address),
                DisplayName = change.DisplayName is { Length: > 0 } name ? name : null,
                ClearDisplayName = change.DisplayName is { Length: 0 },
                QuotaBytes = change.QuotaBytes is > 0 and var quota ? quota : null,
                ClearQuota = change.QuotaBytes == 0,
                IsEnabled = change.IsEnabled,
                Verifier = change.Verifier,
            },
            cancellationToken));
    }

    /// <inheritdoc/>
    public async Task RemoveMailboxAsync(string identity, CancellationToken cancellationToken) =>
        await store.Accounts.DeleteMailboxAsync((await MailboxAsync(identity, cancellationToken)).Id, cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<MailAlias> GetAliasesAsync(string? pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (MailboxAddress.TryParse(pattern, out var address) && await store.Accounts.FindAliasAsync(address, cancellationToken) is { } one)
        {
            yield return await ToAliasAsync(one, cancellationToken);
            yield break;
        }

        await foreach (var alias in store.Accounts.ListAliasesAsync(cancellationToken))
        {
            if (NamePattern.Matches(pattern, alias.Address.ToString()))
            {
                yield return await ToAliasAsync(alias, cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    public async Task<AddressUses> GetUsesAsync(string address, CancellationToken cancellationToken)
    {
        var used = Address(address);
        var aliases = new List<string>();
        await foreach (var alias in store.Accounts.ListAliasesAsync(cancellationToken))
        {
            if (alias.Targets.Any(t => t == used || Targets.WithoutDetail(t) == used))
            {
                aliases.Add(alias.Address.ToString());
            }
        }

        var domains = new List<string>();
        await foreach (var domain in store.Accounts.ListDomainsAsync(cancellationToken))
        {
            if (domain.CatchAll is { } catchAll && (catchAll == used || Targets.WithoutDetail(catchAll) == used))
            {
                domains.Add(domain.Name);
            }
        }

        return new AddressUses(aliases, domains);
    }

    /// <inheritdoc/>
    public async Task<MailAlias> SetAliasAsync(string address, IReadOnlyList<string> targets, bool replace, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(targets);
        var (alias, wanted) = (Address(address), targets.Select(Address).ToArray());
        if (await Targets.FindLoopAsync(alias, wanted, cancellationToken) is { } loop)
        {
            throw AdministrationErrors.AliasLoop(loop);
        }

        return await ToAliasAsync(await store.Accounts.PutAliasAsync(alias, wanted, replace, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task RemoveAliasAsync(string address, CancellationToken cancellationToken)
    {
        var alias = Address(address);
        if (await store.Accounts.FindAliasAsync(alias, cancellationToken) is null)
        {
            throw AdministrationErrors.AliasNotFound(address);
        }

        await store.Accounts.DeleteAliasAsync(alias, cancellationToken);
    }

    private static MailDomain ToDomain(DomainRecord domain) => new()
    {
        Name = domain.Name,
        CatchAll = domain.CatchAll?.ToString(),
        MailboxCount = domain.MailboxCount,
        CreatedAt = domain.CreatedAt,
    };

    private AliasTargets Targets => new(store.Accounts, (host is null ? new MailServerSettings() : host.Settings).DetailSeparator);

    private async ValueTask<MailAlias> ToAliasAsync(AliasRecord alias, CancellationToken cancellationToken) => new()
    {
        Address = alias.Address.ToString(),
        Targets = [.. alias.Targets.Select(t => t.ToString())],
        DeadTargets = [.. (await Targets.FindDeadAsync(alias.Targets, cancellationToken)).Select(t => t.ToString())],
        CreatedAt = alias.CreatedAt,
    };

    private static Mailbox ToMailbox(MailboxRecord mailbox) => new()
    {
        Id = mailbox.Id.Value,
        Address = mailbox.Address.ToString(),
        DisplayName = mailbox.DisplayName,
        IsEnabled = mailbox.IsEnabled,
        QuotaBytes = mailbox.QuotaBytes,
        UsedBytes = mailbox.UsedBytes,
        MessageCount = mailbox.MessageCount,
        CreatedAt = mailbox.CreatedAt,
        LastLoginAt = mailbox.LastLoginAt,
    };
}
