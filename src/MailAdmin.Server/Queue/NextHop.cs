namespace MailAdmin.Server.Queue;

/// <summary>A host to send to.</summary>
internal readonly record struct RelayHost(string Name, int Port);

/// <summary>Where mail for a domain goes next.</summary>
/// <param name="Hosts">In the order in which they are tried.</param>
/// <param name="Tls">How TLS is used.</param>
/// <param name="Route">The route that says so; null for MX.</param>
internal sealed record NextHop(IReadOnlyList<RelayHost> Hosts, MailRouteTlsMode Tls, RelayRoute? Route);

/// <summary>Why there is no next hop.</summary>
/// <param name="IsPermanent">Another attempt would end alike.</param>
/// <param name="Status">Enhanced status code. RFC 3463.</param>
/// <param name="Reason">One sentence.</param>
internal sealed record NoNextHop(bool IsPermanent, string Status, string Reason);

/// <summary>Finds the next hop of a lane: its route, else its domain's MX, else the domain's own address. RFC 5321 §5.1.</summary>
internal sealed class NextHopFinder(IMailResolver resolver, RelayRoutes routes, QueueOptions options, Func<string> hostName, Random random)
{
    /// <summary>What decides where mail for a domain goes.</summary>
    public LaneKey LaneOf(string domain) => routes.Find(domain) is { } route ? new LaneKey(null, route) : new LaneKey(domain, null);

    /// <summary>The next hop, or why there is none. Routes are not asked again: mail of several domains shares a lane by what they were.</summary>
    public async ValueTask<(NextHop? Hop, NoNextHop? None)> FindAsync(LaneKey lane, CancellationToken cancellationToken)
    {
        if (lane.Route is { } route)
        {
            return (new NextHop([new RelayHost(route.Host, route.Port)], route.TlsMode, route), null);
        }

        var domain = lane.Domain!;
        var answer = await resolver.GetExchangersAsync(domain, cancellationToken);
        switch (answer.Status)
        {
            case ExchangerStatus.Unknown:
                return No(false, "4.4.3", $"DNS does not answer for {domain}");
            case ExchangerStatus.NoDomain:
                return No(true, "5.1.2", $"There is no domain {domain}");
            case ExchangerStatus.NoRecords:
                // RFC 5321 §5.1: the host of that name takes the mail, where there is one.
                return await resolver.GetAddressesAsync(domain, cancellationToken) switch
                {
                    null => No(false, "4.4.3", $"DNS does not answer for {domain}"),
                    [] => No(true, "5.4.4", $"The domain {domain} has neither MX nor address"),
                    _ => (Mx([new MailExchanger(domain, 0)]), null),
                };
        }

        if (answer.Hosts is [{ Host: "" }])
        {
            // RFC 7505 §3.
            return No(true, "5.1.10", $"The domain {domain} takes no mail");
        }

        // RFC 5321 §5.1: where we are one of them, only those preferred to us.
        var own = answer.Hosts.Where(h => h.Host.Equals(hostName(), StringComparison.OrdinalIgnoreCase)).Select(h => (int?)h.Preference).Min() ?? int.MaxValue;
        MailExchanger[] usable = [.. answer.Hosts.Where(h => h.Host.Length > 0 && h.Preference < own)];
        return usable.Length > 0 ? (Mx(usable), null) : No(true, "5.4.6", $"Mail for {domain} would come back to this host, which does not take it");
    }

    private NextHop Mx(MailExchanger[] exchangers)
    {
        // Shuffled first: the sort is stable, and equals are to share the load.
        random.Shuffle(exchangers);
        return new NextHop([.. exchangers.OrderBy(e => e.Preference).Select(e => new RelayHost(e.Host, options.ExchangerPort))], MailRouteTlsMode.Opportunistic, null);
    }

    private static (NextHop? Hop, NoNextHop? None) No(bool permanent, string status, string reason) => (null, new NoNextHop(permanent, status, reason));
}
