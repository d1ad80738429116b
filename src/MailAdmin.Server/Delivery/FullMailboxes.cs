using MailAdmin.Errors;
using MailAdmin.Server.Diagnostics;
using MailAdmin.Server.Queue;
using MailAdmin.Store;

namespace MailAdmin.Server.Delivery;

/// <summary>Mailboxes that a message finds full while others get it: its sender has a 250 for these, and is told of those by a report, as every event is.</summary>
/// <remarks>
/// The report names the recipient as the sender wrote it: who reads an alias is not a stranger's to know. The event names the mailbox. A null sender is told nothing (RFC 5321 §6.1),
/// and a sender elsewhere only where mail leaves the server.
/// </remarks>
internal sealed class FullMailboxes(MailDelivery delivery, DeliveryContext context)
{
    private List<(MailboxRecord Mailbox, string Recipient)>? _full;
    private byte[]? _header;

    /// <summary>True where a mailbox takes so many octets more.</summary>
    public static bool HasRoom(MailboxRecord mailbox, long octets) => mailbox.QuotaBytes is not { } quota || mailbox.UsedBytes + Math.Max(octets, 1) <= quota;

    /// <summary>Adds one that is left out, with the recipient that led to it.</summary>
    public void Add(MailboxRecord mailbox, string recipient) => (_full ??= []).Add((mailbox, recipient));

    /// <summary>Keeps what a report will return: the content is the store's once it is committed.</summary>
    public async ValueTask KeepHeaderAsync(IncomingMessage content)
    {
        if (_full is not null && _header is null)
        {
            await using var octets = content.OpenRead();
            _header = await DeliveryReport.HeaderOfAsync(octets, delivery.Queue.ReportedHeader);
        }
    }

    /// <summary>Tells the sender, and whoever watches. The message is delivered by then, so nothing that fails here fails it.</summary>
    public async ValueTask ReportAsync()
    {
        if (_full is null)
        {
            return;
        }

        var isTold = false;
        try
        {
            isTold = await TryReportAsync(_full);
        }
        catch (MailAdminException e)
        {
            DeliveryLog.ReportFailed(delivery.Log, e, context.SessionId);
        }

        delivery.Counters.Bounced(_full.Count);
        var end = string.IsNullOrEmpty(context.Sender) ? "it has no sender to tell" : isTold ? "its sender is told" : "its sender could not be told";
        foreach (var (mailbox, recipient) in _full)
        {
            delivery.Events.Publish("Bounced", MailEventSeverity.Warning, $"Message from <{context.Sender}> for {recipient} not delivered to {mailbox.Address}, which is full; {end}",
                new ServerEventDetails(context.SessionId, context.Protocol, Mailbox: mailbox.Address.ToString(), RemoteAddress: context.RemoteAddress));
        }
    }

    private async ValueTask<bool> TryReportAsync(List<(MailboxRecord Mailbox, string Recipient)> full)
    {
        if (string.IsNullOrEmpty(context.Sender))
        {
            return false;
        }

        var (targets, entries) = await delivery.FindReportTargetsAsync(context.Sender, CancellationToken.None);
        if (delivery.Outbound.Mode != MailOutboundMode.Relay)
        {
            entries = [];
        }

        var now = delivery.Time.GetUtcNow();
        var about = full.DistinctBy(f => f.Recipient).Select(f => (new QueueRecipient(f.Recipient), Result(f.Mailbox, f.Recipient))).ToList();
        var subject = new ReportSubject(ReportKind.Failed, context.Sender, now, now, null, about);
        if (targets.Count + entries.Count == 0 || DeliveryReport.TryMake(subject, _header ?? [], delivery.HostName(), now, delivery.Log) is not { } report)
        {
            return false;
        }

        await using var content = delivery.Store.Messages.CreateIncoming();
        await content.WriteAsync(report);
        await delivery.Store.Queue.EnqueueAsync(content, targets, entries, [], CancellationToken.None);
        return true;
    }

    private static RecipientResult Result(MailboxRecord mailbox, string recipient) => new(
        RecipientFate.Failed,
        recipient.Equals(mailbox.Address.ToString(), StringComparison.OrdinalIgnoreCase) ? "552 5.2.2 The mailbox is full" : "552 5.2.2 A mailbox that this address leads to is full; the others have the message",
        "5.2.2");
}
