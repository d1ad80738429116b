using MailAdmin.Addresses;
using MailAdmin.Store;

namespace MailAdmin.Server.Delivery;

/// <summary>What an address comes to.</summary>
internal enum ResolutionStatus
{
    /// <summary>Mailboxes of ours, and perhaps addresses elsewhere.</summary>
    Found,
    /// <summary>The domain is ours, the address is nobody's.</summary>
    Unknown,
    /// <summary>The domain is not ours.</summary>
    Outside,
}

/// <summary>An address resolved: mailboxes without repetition, and addresses of other hosts.</summary>
internal readonly record struct Resolution(ResolutionStatus Status, IReadOnlyList<MailboxRecord> Mailboxes, IReadOnlyList<MailboxAddress> Elsewhere);

/// <summary>
/// Finds where an address leads. Order: mailbox, alias, the same without its detail, the domain's catch-all. Aliases lead on to aliases; one that leads
/// back to itself is followed once.
/// </summary>
internal sealed class AddressResolver(IAccountStore accounts, DirectoryCache directory, MailServerSettings settings)
{
    /// <summary>Addresses an alias may come to in all; one above that resolves to what was found by then.</summary>
    private const int MaxExpansion = 1000;

    /// <summary>Resolves an address.</summary>
    public async ValueTask<Resolution> ResolveAsync(MailboxAddress address, CancellationToken cancellationToken)
    {
        // The common case first: a mailbox, and one that is known.
        if (await directory.FindAsync(address, cancellationToken) is { } mailbox)
        {
            return new Resolution(ResolutionStatus.Found, [mailbox], []);
        }

        var walk = new Walk();
        if (await TryFollowAsync(address, walk, cancellationToken))
        {
            return new Resolution(walk.Mailboxes.Count + walk.Elsewhere.Count > 0 ? ResolutionStatus.Found : ResolutionStatus.Unknown, walk.Mailboxes, walk.Elsewhere);
        }

        var domain = await accounts.FindDomainAsync(address.Domain, cancellationToken);
        if (domain is null)
        {
            return new Resolution(ResolutionStatus.Outside, [], [address]);
        }

        if (domain.CatchAll is { } catchAll && await TryFollowAsync(catchAll, walk, cancellationToken) && walk.Mailboxes.Count > 0)
        {
            return new Resolution(ResolutionStatus.Found, walk.Mailboxes, walk.Elsewhere);
        }

        // RFC 5321 §4.5.1: postmaster of every domain of ours is somebody: where none has one, whoever was there first.
        return address.LocalPart == Postmaster && await FindPostmasterAsync(cancellationToken) is { } postmaster
            ? new Resolution(ResolutionStatus.Found, [postmaster], [])
            : new Resolution(ResolutionStatus.Unknown, [], []);
    }

    /// <summary>RFC 5321 §4.5.1.</summary>
    public const string Postmaster = "postmaster";

    /// <summary>The address that <c>&lt;postmaster&gt;</c> without a domain stands for: that of the first domain. Null where there is no domain.</summary>
    public async ValueTask<MailboxAddress?> PostmasterAddressAsync(CancellationToken cancellationToken)
    {
        foreach (var name in settings.Domains)
        {
            if (MailboxAddress.TryParse($"{Postmaster}@{name}", out var configured))
            {
                return configured;
            }
        }

        await foreach (var domain in accounts.ListDomainsAsync(cancellationToken))
        {
            return MailboxAddress.Parse($"{Postmaster}@{domain.Name}");
        }

        return null;
    }

    /// <summary>True where mail for an address comes to a mailbox.</summary>
    public async ValueTask<bool> LeadsToAsync(MailboxAddress address, MailboxRecord mailbox, CancellationToken cancellationToken)
    {
        if (address == mailbox.Address || WithoutDetail(address) == mailbox.Address)
        {
            return true;
        }

        var walk = new Walk();
        return await TryFollowAsync(address, walk, cancellationToken) && walk.Mailboxes.Exists(m => m.Id == mailbox.Id);
    }

    private MailboxAddress WithoutDetail(MailboxAddress address) =>
        settings.DetailSeparator is { } separator ? address.WithoutDetail(separator, out _) : address;

    // False: neither mailbox nor alias has the address, with or without its detail.
    private async ValueTask<bool> TryFollowAsync(MailboxAddress address, Walk walk, CancellationToken cancellationToken)
    {
        if (!walk.Seen.Add(address) || walk.Seen.Count > MaxExpansion)
        {
            return true;
        }

        var plain = WithoutDetail(address);
        for (var candidate = address; ; candidate = plain)
        {
            if (await accounts.FindMailboxAsync(candidate, cancellationToken) is { } mailbox)
            {
                if (!walk.Mailboxes.Exists(m => m.Id == mailbox.Id))
                {
                    walk.Mailboxes.Add(mailbox);
                }

                return true;
            }

            if (await accounts.FindAliasAsync(candidate, cancellationToken) is { } alias)
            {
                foreach (var target in alias.Targets)
                {
                    if (!await TryFollowAsync(target, walk, cancellationToken) && await accounts.FindDomainAsync(target.Domain, cancellationToken) is null)
                    {
                        walk.Elsewhere.Add(target);
                    }
                }

                return true;
            }

            if (candidate == plain)
            {
                return false;
            }
        }
    }

    private async ValueTask<MailboxRecord?> FindPostmasterAsync(CancellationToken cancellationToken)
    {
        await foreach (var domain in accounts.ListDomainsAsync(cancellationToken))
        {
            if (await accounts.FindMailboxAsync(MailboxAddress.Parse($"{Postmaster}@{domain.Name}"), cancellationToken) is { } found)
            {
                return found;
            }
        }

        return await directory.FindFirstMadeAsync(cancellationToken);
    }

    private sealed class Walk
    {
        public HashSet<MailboxAddress> Seen { get; } = [];
        public List<MailboxRecord> Mailboxes { get; } = [];
        public List<MailboxAddress> Elsewhere { get; } = [];
    }
}
