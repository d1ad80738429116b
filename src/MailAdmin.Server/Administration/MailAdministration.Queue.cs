using System.Runtime.CompilerServices;
using MailAdmin.Administration;
using MailAdmin.Server.Queue;
using MailAdmin.Store;

namespace MailAdmin.Server.Administration;

internal sealed partial class MailAdministration
{
    /// <inheritdoc/>
    public async IAsyncEnumerable<MailQueueMessage> GetQueueMessagesAsync(MailQueueQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var active = ActiveEntries();
        var left = query.First > 0 ? query.First : int.MaxValue;
        IEnumerable<QueueEntry> entries;
        if (Guid.TryParse(query.Id, out var id))
        {
            // One by its whole id: not the whole queue for each of a pipeline.
            entries = store.Queue.Find(new QueueId(id)) is { } one ? [one] : [];
            query = query with { Id = null };
        }
        else
        {
            entries = store.Queue.List();
        }

        foreach (var entry in entries.Where(e => Selects(query, e, active)).OrderBy(e => e.ReceivedAt).ThenBy(e => e.Id.Value))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (left-- == 0)
            {
                yield break;
            }

            yield return await DescribeAsync(entry, active, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MailQueueDestination>> GetQueueDestinationsAsync(string? pattern, CancellationToken cancellationToken)
    {
        var routes = await RoutesAsync(cancellationToken);
        var active = ActiveEntries();
        return
        [
            .. store.Queue.List().GroupBy(e => e.Domain).Where(g => NamePattern.Matches(pattern, g.Key)).Select(g => Describe(g.Key, [.. g], active, routes.Find(g.Key)))
                .OrderByDescending(d => d.MessageCount).ThenBy(d => d.Destination, StringComparer.Ordinal),
        ];
    }

    /// <inheritdoc/>
    public async Task<byte[]> ReadQueueMessageAsync(string id, long offset, int count, CancellationToken cancellationToken)
    {
        var entry = Guid.TryParse(id, out var value) ? store.Queue.Find(new QueueId(value)) : null;
        using var content = await store.Queue.OpenAsync(entry ?? throw AdministrationErrors.QueueMessageNotFound(id), cancellationToken);
        var octets = new byte[Math.Clamp(content.Length - offset, 0, Math.Min(count, MaxReadOctets))];
        var read = content.Read(offset, octets);
        return read == octets.Length ? octets : octets[..Math.Max(read, 0)];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MailQueueMessage>> ChangeQueueMessagesAsync(IReadOnlyList<string> ids, MailQueueAction action, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ids);
        List<QueueId> known = [.. ids.Select(i => Guid.TryParse(i, out var value) ? new QueueId(value) : throw AdministrationErrors.QueueMessageNotFound(i)).Distinct()];
        var changed = host is not null ? await Host.Queue.ChangeAsync(known, action, cancellationToken)
            : action == MailQueueAction.Bounce ? throw Hosting.ServerErrors.ServerNotRunning(null)
            : await store.Queue.ChangeAsync(QueueActions.Of(known, action, TimeProvider.System.GetUtcNow()), cancellationToken);
        var active = ActiveEntries();
        var described = new List<MailQueueMessage>(changed.Count);
        foreach (var entry in changed)
        {
            described.Add(await DescribeAsync(entry, active, cancellationToken));
        }

        return described;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MailRoute>> GetRoutesAsync(string? pattern, CancellationToken cancellationToken) =>
        [.. NamePattern.Choose((await RoutesAsync(cancellationToken)).List(), pattern, r => r.Name).Select(r => r.ToRoute())];

    /// <inheritdoc/>
    public async Task<MailRoute> NewRouteAsync(string name, MailRouteChange route, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(route);
        return (await (await RoutesAsync(cancellationToken)).AddAsync(name, route, (host?.Time ?? TimeProvider.System).GetUtcNow(), cancellationToken)).ToRoute();
    }

    /// <inheritdoc/>
    public async Task<MailRoute> SetRouteAsync(string name, MailRouteChange change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        return (await (await RoutesAsync(cancellationToken)).SetAsync(name, change, cancellationToken)).ToRoute();
    }

    /// <inheritdoc/>
    public async Task RemoveRouteAsync(string name, CancellationToken cancellationToken) => await (await RoutesAsync(cancellationToken)).RemoveAsync(name, cancellationToken);

    private async ValueTask<RelayRoutes> RoutesAsync(CancellationToken cancellationToken) => host is not null ? Host.Queue.Routes : await RelayRoutes.OpenAsync(store, cancellationToken);

    private HashSet<QueueId> ActiveEntries() => host is not null ? Host.Queue.Active() : [];

    private static bool Selects(MailQueueQuery query, QueueEntry entry, HashSet<QueueId> active) =>
        NamePattern.Matches(query.Id, entry.Id.ToString())
        && NamePattern.Matches(query.Destination, entry.Domain)
        && (query.Sender is "" ? entry.Sender.Length == 0 : NamePattern.Matches(query.Sender, entry.Sender))
        && (query.Recipient is null || entry.Recipients.Any(r => NamePattern.Matches(query.Recipient, r.Address)))
        && (query.Status is null || query.Status == StatusOf(entry, active));

    private static MailQueueStatus StatusOf(QueueEntry entry, HashSet<QueueId> active) =>
        active.Contains(entry.Id) ? MailQueueStatus.Active
        : entry.IsSuspended ? MailQueueStatus.Suspended
        : entry.Attempts > 0 ? MailQueueStatus.Retry
        : MailQueueStatus.Queued;

    private async ValueTask<MailQueueMessage> DescribeAsync(QueueEntry entry, HashSet<QueueId> active, CancellationToken cancellationToken)
    {
        var (status, summary) = (StatusOf(entry, active), await store.Queue.SummarizeAsync(entry, cancellationToken));
        return new MailQueueMessage
        {
            Id = entry.Id.ToString(),
            Sender = entry.Sender,
            Recipients = [.. entry.Recipients.Select(r => new MailQueueRecipient(r.Address, r.LastReply))],
            Destination = entry.Domain,
            NextHop = entry.NextHop,
            Status = status,
            SizeBytes = entry.Size,
            Subject = summary?.Subject,
            MessageId = MessageSelection.Bare(summary?.MessageId),
            Submitter = entry.Submitter,
            ReceivedAt = entry.ReceivedAt,
            ExpiresAt = entry.ExpiresAt,
            Attempts = entry.Attempts,
            LastAttempt = entry.LastAttempt,
            NextAttempt = status is MailQueueStatus.Active or MailQueueStatus.Suspended ? null : entry.NextAttempt,
            LastReply = entry.LastReply,
        };
    }

    private MailQueueDestination Describe(string domain, QueueEntry[] entries, HashSet<QueueId> active, RelayRoute? route)
    {
        var last = entries.Where(e => e.LastAttempt is not null).MaxBy(e => e.LastAttempt);
        var rest = host is not null ? Host.Queue.RestOf(domain) : null;
        var waiting = entries.Where(e => StatusOf(e, active) is MailQueueStatus.Queued or MailQueueStatus.Retry).Select(e => (DateTimeOffset?)e.NextAttempt).Min();
        return new MailQueueDestination
        {
            Destination = domain,
            NextHop = route?.Host ?? last?.NextHop,
            Route = route?.Name,
            MessageCount = entries.Length,
            QueuedCount = Count(MailQueueStatus.Queued),
            ActiveCount = Count(MailQueueStatus.Active),
            RetryCount = Count(MailQueueStatus.Retry),
            SuspendedCount = Count(MailQueueStatus.Suspended),
            SizeBytes = entries.Sum(e => e.Size),
            OldestAt = entries.Min(e => e.ReceivedAt),
            ConnectionCount = host is not null ? Host.Queue.ConnectionsOf(domain) : 0,
            LastAttempt = last?.LastAttempt,
            NextAttempt = Count(MailQueueStatus.Active) > 0 ? null : rest > waiting ? rest : waiting,
            LastReply = last?.LastReply,
        };

        int Count(MailQueueStatus status) => entries.Count(e => StatusOf(e, active) == status);
    }
}
