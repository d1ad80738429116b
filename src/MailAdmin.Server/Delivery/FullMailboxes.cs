using MailAdmin.Addresses;
using MailAdmin.Errors;
using MailAdmin.Server.Diagnostics;
using MailAdmin.Server.Queue;
using MailAdmin.Store;

namespace MailAdmin.Server.Delivery;

/// <summary>Mailboxes that a message finds full while others get it: its sender has a 250 for these, and a report of those.</summary>
/// <remarks>
/// No mail goes in silence: a mailbox is left out only where the sender has one here that takes a report, and the report is stored before the message. What fails by then refuses
/// the message, and whoever sends it tells its sender (RFC 5321 §6.1). Every other sender is told by the answer alone: a report to elsewhere may find no way, and goes to whomever a forger
/// named. The report names the recipient as the sender wrote it: who reads an alias is not a sender's to know. The event names the mailbox.
/// </remarks>
internal sealed class FullMailboxes(MailDelivery delivery, DeliveryContext context)
{
    private List<(MailboxRecord Mailbox, string Recipient)>? _full;
    private List<DeliveryTarget>? _sender;
    private int _told;

    /// <summary>True where a mailbox takes so many octets more.</summary>
    public static bool HasRoom(MailboxRecord mailbox, long octets) => mailbox.QuotaBytes is not { } quota || mailbox.UsedBytes + Math.Max(octets, 1) <= quota;

    /// <summary>True where mailboxes may be left out: the sender has one here, and it has room.</summary>
    public async ValueTask<bool> MayLeaveOutAsync(CancellationToken cancellationToken) => (_sender ??= await FindSenderAsync(cancellationToken)).Count > 0;

    /// <summary>Adds one that is left out, with the recipient that led to it.</summary>
    public void Add(MailboxRecord mailbox, string recipient) => (_full ??= []).Add((mailbox, recipient));

    /// <summary>Tells the sender of those that it was not told of.</summary>
    /// <param name="content">Its message, not stored yet.</param>
    /// <exception cref="MailAdminException">The report could not be stored.</exception>
    public async ValueTask ReportAsync(IncomingMessage content)
    {
        if (_full is null || _told == _full.Count)
        {
            return;
        }

        var now = delivery.Time.GetUtcNow();
        var about = _full.Skip(_told).DistinctBy(f => f.Recipient).Select(f => (new QueueRecipient(f.Recipient), Result(f.Mailbox, f.Recipient))).ToList();
        var subject = new ReportSubject(ReportKind.Failed, context.Sender!, now, now, null, about);
        var report = Make(await HeaderOfAsync(content)) ?? Make([])
            ?? throw new MailAdminException("QuotaExceeded", MailErrorCategory.QuotaExceeded, "A recipient's mailbox is full, and no report of it could be made.");
        await using var incoming = delivery.Store.Messages.CreateIncoming();
        await incoming.WriteAsync(report);
        await delivery.Store.Messages.DeliverAsync(incoming, _sender!, CancellationToken.None);
        _told = _full.Count;

        byte[]? Make(byte[] header) => DeliveryReport.TryMake(subject, header, delivery.HostName(), now, delivery.Log);
    }

    /// <summary>Tells whoever watches, once the others have the message.</summary>
    public void Announce()
    {
        if (_full is null)
        {
            return;
        }

        delivery.Counters.Bounced(_full.Count);
        foreach (var (mailbox, recipient) in _full)
        {
            delivery.Events.Publish("Bounced", MailEventSeverity.Warning, $"Message from <{context.Sender}> for {recipient} not delivered to {mailbox.Address}, which is full; its sender is told",
                new ServerEventDetails(context.SessionId, context.Protocol, Mailbox: mailbox.Address.ToString(), RemoteAddress: context.RemoteAddress));
        }
    }

    private async ValueTask<List<DeliveryTarget>> FindSenderAsync(CancellationToken cancellationToken)
    {
        var targets = new List<DeliveryTarget>();
        if (MailboxAddress.TryParse(context.Sender, out var sender))
        {
            foreach (var mailbox in (await delivery.Resolver.ResolveAsync(sender, cancellationToken)).Mailboxes)
            {
                if (HasRoom(mailbox, 1) && await delivery.Inboxes.FindAsync(mailbox.Id, cancellationToken) is { } inbox)
                {
                    targets.Add(new DeliveryTarget(inbox));
                }
            }
        }

        return targets;
    }

    private async ValueTask<byte[]> HeaderOfAsync(IncomingMessage content)
    {
        await using var octets = content.OpenRead();
        return await DeliveryReport.HeaderOfAsync(octets, delivery.Queue.ReportedHeader);
    }

    private static RecipientResult Result(MailboxRecord mailbox, string recipient) => new(
        RecipientFate.Failed,
        recipient.Equals(mailbox.Address.ToString(), StringComparison.OrdinalIgnoreCase) ? "552 5.2.2 The mailbox is full" : "552 5.2.2 A mailbox that this address leads to is full; the message goes to the others",
        "5.2.2");
}
