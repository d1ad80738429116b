using MailAdmin.Addresses;
using MailAdmin.Store;

namespace MailAdmin.Server.Administration;

/// <summary>What is wrong with the targets of an alias, told when it is made and listed. Delivery lives with both: it follows a loop once and reports a dead target.</summary>
internal sealed class AliasTargets(IAccountStore accounts, char? separator)
{
    /// <summary>Aliases looked at for a loop, as many as delivery follows.</summary>
    private const int MaxAliases = 1000;

    /// <summary>An address without its detail.</summary>
    public MailboxAddress WithoutDetail(MailboxAddress address) => separator is { } s ? address.WithoutDetail(s, out _) : address;

    /// <summary>The way from an alias over its targets back to it, both ends named; null where there is none.</summary>
    public async ValueTask<IReadOnlyList<MailboxAddress>?> FindLoopAsync(MailboxAddress alias, IEnumerable<MailboxAddress> targets, CancellationToken cancellationToken)
    {
        var cameFrom = new Dictionary<MailboxAddress, MailboxAddress>();
        var open = new Queue<MailboxAddress>();
        Add(alias, targets);
        while (open.TryDequeue(out var next))
        {
            var further = next == alias || cameFrom.Count >= MaxAliases ? null : await FindAliasAsync(next, cancellationToken);
            if (next == alias || further?.Address == alias)
            {
                return Way(alias, next == alias ? cameFrom[next] : next, cameFrom);
            }

            Add(next, further?.Targets ?? []);
        }

        return null;

        void Add(MailboxAddress from, IEnumerable<MailboxAddress> to)
        {
            foreach (var target in to)
            {
                if (cameFrom.TryAdd(target, from))
                {
                    open.Enqueue(target);
                }
            }
        }
    }

    /// <summary>Those that nobody has although their domain is here.</summary>
    public async ValueTask<IReadOnlyList<MailboxAddress>> FindDeadAsync(IEnumerable<MailboxAddress> targets, CancellationToken cancellationToken)
    {
        List<MailboxAddress>? dead = null;
        foreach (var target in targets)
        {
            if (!await IsSomebodyAsync(target, cancellationToken)
                && await accounts.FindDomainAsync(target.Domain, cancellationToken) is { } domain
                && !(domain.CatchAll is { } catchAll && await IsSomebodyAsync(catchAll, cancellationToken))
                && target.LocalPart != Delivery.AddressResolver.Postmaster)
            {
                (dead ??= []).Add(target);
            }
        }

        return dead ?? [];
    }

    private async ValueTask<bool> IsSomebodyAsync(MailboxAddress address, CancellationToken cancellationToken) =>
        await accounts.FindMailboxAsync(address, cancellationToken) is not null
        || await FindAliasAsync(address, cancellationToken) is not null
        || (WithoutDetail(address) is var plain && plain != address && await accounts.FindMailboxAsync(plain, cancellationToken) is not null);

    private async ValueTask<AliasRecord?> FindAliasAsync(MailboxAddress address, CancellationToken cancellationToken) =>
        await accounts.FindAliasAsync(address, cancellationToken)
        ?? (WithoutDetail(address) is var plain && plain != address ? await accounts.FindAliasAsync(plain, cancellationToken) : null);

    private static List<MailboxAddress> Way(MailboxAddress alias, MailboxAddress last, Dictionary<MailboxAddress, MailboxAddress> cameFrom)
    {
        var way = new List<MailboxAddress> { alias };
        for (var at = last; at != alias; at = cameFrom[at])
        {
            way.Add(at);
        }

        way.Add(alias);
        way.Reverse();
        return way;
    }
}
