using MailAdmin.Errors;
using MailAdmin.Server.Diagnostics;
using MailAdmin.Store;
using Microsoft.Extensions.Logging;

namespace MailAdmin.Server.Queue;

/// <summary>
/// Commits how attempts ended: recipients that were taken or given up leave the entry, the rest waits, and who sent it is told what failed, in the same commit.
/// </summary>
/// <remarks>
/// Nothing is forgotten: a commit that fails is tried again for as long as the server runs, for what the peer took must not be sent again. Nobody is told of the failure
/// of a message with a null sender (RFC 5321 §6.1), so that reports never answer reports.
/// </remarks>
internal sealed partial class Settlement(QueueParts parts)
{
    private readonly List<(Outcome Outcome, bool IsTold)> _untold = [];

    /// <summary>All recipients of all entries ended alike.</summary>
    public Task SettleAsync(IReadOnlyList<QueueEntry> entries, RecipientResult result, string? host, CancellationToken cancellationToken) =>
        SettleAsync(entries, [.. entries.SelectMany(e => e.Recipients).Select(_ => result)], host, cancellationToken);

    /// <summary>Settles entries; results of their recipients in their order.</summary>
    public async Task SettleAsync(IReadOnlyList<QueueEntry> entries, IReadOnlyList<RecipientResult> results, string? host, CancellationToken cancellationToken)
    {
        var now = parts.Time.GetUtcNow();
        var (plain, told, at) = (new List<Outcome>(entries.Count), new List<Outcome>(), 0);
        foreach (var entry in entries)
        {
            var outcome = Outcome.Of(entry, [.. results.Skip(at).Take(entry.Recipients.Count)], host, now, parts.Options, parts.Random);
            at += entry.Recipients.Count;
            (outcome.Report is null || entry.Sender.Length == 0 ? plain : told).Add(outcome);
        }

        if (plain.Count > 0)
        {
            var changes = plain.ConvertAll(o => o.Change);
            await CommitAsync(() => parts.Store.Queue.ChangeAsync(changes, CancellationToken.None), cancellationToken);
            _untold.AddRange(plain.Select(o => (o, false)));
        }

        foreach (var outcome in told)
        {
            await ReportAsync(outcome, cancellationToken);
        }
    }

    /// <summary>Gives up all that is left of an entry, and tells its sender.</summary>
    public Task GiveUpAsync(QueueEntry entry, RecipientResult result, CancellationToken cancellationToken) => SettleAsync([entry], result, null, cancellationToken);

    private async Task ReportAsync(Outcome outcome, CancellationToken cancellationToken)
    {
        var isTold = false;
        await CommitAsync(
            async () =>
            {
                var (targets, entries) = await parts.Delivery.FindReportTargetsAsync(outcome.Entry.Sender, CancellationToken.None);
                isTold = targets.Count + entries.Count > 0 && await TryReportAsync(outcome, targets, entries);
                if (!isTold)
                {
                    await parts.Store.Queue.ChangeAsync([outcome.Change], CancellationToken.None);
                }
            },
            cancellationToken);
        _untold.Add((outcome, isTold));
    }

    /// <summary>Stores the report and the end of what it reports; false where the report finds no room, and nothing was done.</summary>
    private async Task<bool> TryReportAsync(Outcome outcome, IReadOnlyList<DeliveryTarget> targets, IReadOnlyList<NewQueueEntry> entries)
    {
        if (DeliveryReport.TryMake(outcome.Report!, await HeaderAsync(outcome.Entry), parts.HostName(), parts.Time.GetUtcNow(), parts.Log) is not { } report)
        {
            return false;
        }

        await using var content = parts.Store.Messages.CreateIncoming();
        await content.WriteAsync(report);
        try
        {
            await parts.Store.Queue.EnqueueAsync(content, targets, entries, [outcome.Change], CancellationToken.None);
            return true;
        }
        catch (MailAdminException e) when (e.ErrorId is "QueueMessageNotFound")
        {
            // Removed meanwhile, by somebody who wanted nobody told.
            return true;
        }
        catch (MailAdminException e) when (e.ErrorId is "QuotaExceeded" or "QueueFull" or "FolderNotFound" or "FolderFull")
        {
            return false;
        }
    }

    /// <summary>The header of the message; empty where the content cannot be read: a report without it is enough, and none would keep the message in the queue for ever.</summary>
    private async Task<byte[]> HeaderAsync(QueueEntry entry)
    {
        try
        {
            using var content = await parts.Store.Queue.OpenAsync(entry, CancellationToken.None);
            await using var octets = content.OpenStream();
            return await DeliveryReport.HeaderOfAsync(octets, parts.Options.ReportedHeader);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException
            or MailAdminException { ErrorId: "ContentCorrupt" or "MessageNotFound" or "StoreIOError" or "StoreCorrupt" or "StoreAccessDenied" })
        {
            return [];
        }
    }

    /// <summary>Counts and tells what was settled since the last time.</summary>
    public void Tell()
    {
        foreach (var (outcome, isTold) in _untold)
        {
            Announce(outcome, isTold);
        }

        _untold.Clear();
    }

    private async Task CommitAsync(Func<Task> commit, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await commit();
                return;
            }
            catch (MailAdminException e) when (e.ErrorId is not ("StoreFaulted" or "StoreClosed"))
            {
                NotCommitted(parts.Log, e, e.Message);
            }

            await Task.Delay(parts.Options.CommitRetry, parts.Time, cancellationToken);
        }
    }

    private void Announce(Outcome outcome, bool isTold)
    {
        var entry = outcome.Entry;
        var details = new ServerEventDetails(Mailbox: entry.Submitter, QueueId: entry.Id.ToString());
        Tell("Relayed", MailEventSeverity.Information, outcome.Relayed, "taken by " + outcome.Host);
        Tell("Deferred", MailEventSeverity.Warning, outcome.Deferred, FormattableString.Invariant($"put off until {outcome.Next:u}"));
        Tell("Bounced", MailEventSeverity.Warning, outcome.Failed, entry.Sender.Length == 0 ? "given up; it has no sender to tell" : isTold ? "given up, its sender is told" : "given up; its sender could not be told");
        parts.Counters.Relayed(outcome.Relayed.Count);
        parts.Counters.Deferred(outcome.Deferred.Count > 0 ? 1 : 0);
        parts.Counters.Bounced(outcome.Failed.Count);

        void Tell(string kind, MailEventSeverity severity, IReadOnlyList<(QueueRecipient Recipient, RecipientResult Result)> recipients, string what)
        {
            if (recipients.Count > 0)
            {
                var more = recipients.Count > 1 ? $" and {recipients.Count - 1} more" : "";
                parts.Events.Publish(kind, severity, $"Message from <{entry.Sender}> for {recipients[0].Recipient.Address}{more} {what}: {recipients[0].Result.Reply}", details);
            }
        }
    }

    [LoggerMessage(EventId = 7002, Level = LogLevel.Error, Message = "The outcome of an attempt could not be written and is tried again: {Reason}")]
    private static partial void NotCommitted(ILogger logger, Exception cause, string reason);
}
