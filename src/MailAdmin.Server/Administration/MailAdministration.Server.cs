using MailAdmin.Administration;

namespace MailAdmin.Server.Administration;

internal sealed partial class MailAdministration
{
    /// <inheritdoc/>
    public async Task<MailServerInfo> GetServerAsync(CancellationToken cancellationToken)
    {
        if (host is not null)
        {
            return await Host.GetInfoAsync(cancellationToken);
        }

        var totals = await store.GetTotalsAsync(cancellationToken);
        var domains = new List<string>();
        await foreach (var domain in store.Accounts.ListDomainsAsync(cancellationToken))
        {
            domains.Add(domain.Name);
        }

        return new MailServerInfo
        {
            Name = "(store)",
            HostName = Environment.MachineName.ToLowerInvariant(),
            State = MailServerState.Stopped,
            StorePath = store.Location,
            ProcessId = Environment.ProcessId,
            Endpoints = [],
            Domains = domains,
            MailboxCount = totals.Mailboxes,
            MessageCount = totals.Messages,
            Version = Version,
        };
    }

    /// <inheritdoc/>
    public async Task<MailServerStatistics> GetStatisticsAsync(CancellationToken cancellationToken)
    {
        var server = Host;
        var totals = await store.GetTotalsAsync(cancellationToken);
        var disk = new DriveInfo(server.StorePath);
        var counters = server.Counters;
        var (queue, active) = (store.Queue.List(), server.Queue.Active());
        return new MailServerStatistics
        {
            At = server.Time.GetUtcNow(),
            Protocols =
            [
                .. Enum.GetValues<MailProtocol>().Select(p => new MailProtocolStatistics
                {
                    Protocol = p,
                    Sessions = server.Table.CountOf(p),
                    Connections = counters[p].Connections,
                    Commands = counters[p].Commands,
                    Messages = counters[p].Messages,
                    BytesIn = counters[p].BytesIn,
                    BytesOut = counters[p].BytesOut,
                }),
            ],
            MessagesDelivered = counters.MessagesDelivered,
            MessagesRefused = counters.MessagesRefused,
            QueueDepth = queue.Count,
            QueueActive = active.Count,
            QueueRetry = queue.Count(e => e.Attempts > 0 && !e.IsSuspended && !active.Contains(e.Id)),
            QueueSuspended = queue.Count(e => e.IsSuspended),
            QueueOldest = queue.Count == 0 ? null : queue.Min(e => e.ReceivedAt),
            MessagesRelayed = counters.MessagesRelayed,
            MessagesDeferred = counters.MessagesDeferred,
            MessagesBounced = counters.MessagesBounced,
            LoginsSucceeded = counters.LoginsSucceeded,
            LoginsFailed = counters.LoginsFailed,
            StoreBytes = totals.DiskBytes,
            DiskFreeBytes = disk.AvailableFreeSpace,
            DiskTotalBytes = disk.TotalSize,
            WorkingSetBytes = Environment.WorkingSet,
        };
    }

    /// <inheritdoc/>
    public async Task<MailServerInfo> SetServerAsync(MailServerChange change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        Host.Change(change);
        return await Host.GetInfoAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task StopServerAsync(TimeSpan drain, CancellationToken cancellationToken) => Host.StopAsync(drain, cancellationToken);

    /// <inheritdoc/>
    public async Task<MailServerInfo> RestartServerAsync(TimeSpan drain, CancellationToken cancellationToken)
    {
        var next = await Host.RestartAsync(drain, cancellationToken);
        return await next.GetInfoAsync(cancellationToken);
    }
}
