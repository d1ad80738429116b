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

/// <summary>A target of an alias that its mail does not reach.</summary>
/// <param name="Alias">The alias that names it.</param>
/// <param name="Target">An address of a domain here.</param>
/// <param name="Reason">For the administrator, as a relative clause.</param>
internal readonly record struct DeadTarget(MailboxAddress Alias, MailboxAddress Target, string Reason);

/// <summary>An address resolved: mailboxes without repetition, addresses of other hosts, and what an alias leads to in vain.</summary>
internal readonly record struct Resolution(ResolutionStatus Status, IReadOnlyList<MailboxRecord> Mailboxes, IReadOnlyList<MailboxAddress> Elsewhere, IReadOnlyList<DeadTarget> Dead);

/// <summary>
/// Finds where an address leads. Order: mailbox, alias, the same without its detail, the domain's catch-all. Aliases lead on to aliases, and each target to where mail for it
/// would come; one that leads back to itself is followed once.
/// </summary>
internal sealed class AddressResolver(IAccountStore accounts, DirectoryCache directory, MailServerSettings settings)
{
    /// <summary>Addresses an alias may come to in all; what is beyond is dead.</summary>
    private const int MaxExpansion = 1000;

    /// <summary>Resolves an address.</summary>
    public async ValueTask<Resolution> ResolveAsync(MailboxAddress address, CancellationToken cancellationToken)
    {
        // The common case first: a mailbox, and one that is known.
        if (await directory.FindAsync(address, cancellationToken) is { } mailbox)
        {
            return new Resolution(ResolutionStatus.Found, [mailbox], [], []);
        }

        var walk = new Walk();
        if (!await TryFollowAsync(address, walk, cancellationToken))
        {
            if (await accounts.FindDomainAsync(address.Domain, cancellationToken) is not { } domain)
            {
                return new Resolution(ResolutionStatus.Outside, [], [address], []);
            }

            await TryDefaultAsync(address, domain, walk, cancellationToken);
        }

        return new Resolution(walk.Mailboxes.Count + walk.Elsewhere.Count > 0 ? ResolutionStatus.Found : ResolutionStatus.Unknown, walk.Mailboxes, walk.Elsewhere, walk.Dead);
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
        if (!walk.Seen.TryAdd(address, true))
        {
            return walk.Seen[address];
        }

        var plain = WithoutDetail(address);
        for (var candidate = address; ; candidate = plain)
        {
            if (await accounts.FindMailboxAsync(candidate, cancellationToken) is { } mailbox)
            {
                walk.Add(mailbox);
                return true;
            }

            if (await accounts.FindAliasAsync(candidate, cancellationToken) is { } alias)
            {
                foreach (var target in alias.Targets)
                {
                    await ReachAsync(alias.Address, target, walk, cancellationToken);
                }

                return true;
            }

            if (candidate == plain)
            {
                return walk.Seen[address] = false;
            }
        }
    }

    private async ValueTask ReachAsync(MailboxAddress alias, MailboxAddress target, Walk walk, CancellationToken cancellationToken)
    {
        if (walk.Seen.Count >= MaxExpansion)
        {
            walk.Dead.Add(new DeadTarget(alias, target, $"which is beyond the {MaxExpansion} addresses that an alias may come to"));
        }
        else if (!await TryFollowAsync(target, walk, cancellationToken))
        {
            if (await accounts.FindDomainAsync(target.Domain, cancellationToken) is not { } domain)
            {
                walk.AddElsewhere(target);
            }
            else if (!await TryDefaultAsync(target, domain, walk, cancellationToken))
            {
                walk.Dead.Add(new DeadTarget(alias, target, "which nobody has"));
            }
        }
    }

    // Who takes the mail for an address of ours that nobody has; false: nobody.
    private async ValueTask<bool> TryDefaultAsync(MailboxAddress address, DomainRecord domain, Walk walk, CancellationToken cancellationToken)
    {
        var outside = walk.Elsewhere.Count;
        if (domain.CatchAll is { } catchAll && await TryFollowAsync(catchAll, walk, cancellationToken) && walk.Mailboxes.Count > 0)
        {
            return true;
        }

        // A catch-all that leads to no mailbox here takes nothing.
        walk.Elsewhere.RemoveRange(outside, walk.Elsewhere.Count - outside);
        // RFC 5321 §4.5.1: postmaster of every domain of ours is somebody: where none has one, whoever was there first.
        if (address.LocalPart == Postmaster && await FindPostmasterAsync(cancellationToken) is { } postmaster)
        {
            walk.Add(postmaster);
            return true;
        }

        return false;
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
        /// <summary>Addresses looked at; false where nobody has one.</summary>
        public Dictionary<MailboxAddress, bool> Seen { get; } = [];
        public List<MailboxRecord> Mailboxes { get; } = [];
        public List<MailboxAddress> Elsewhere { get; } = [];
        public List<DeadTarget> Dead { get; } = [];

        public void Add(MailboxRecord mailbox)
        {
            if (!Mailboxes.Exists(m => m.Id == mailbox.Id))
            {
                Mailboxes.Add(mailbox);
            }
        }

        public void AddElsewhere(MailboxAddress address)
        {
            if (!Elsewhere.Contains(address))
            {
                Elsewhere.Add(address);
            }
        }
    }
}
