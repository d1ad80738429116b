using MailAdmin.Addresses;
using MailAdmin.Errors;
using MailAdmin.Server.Diagnostics;
using MailAdmin.Server.Queue;
using MailAdmin.Store;

namespace MailAdmin.Server.Delivery;

/// <summary>Whom a message does not reach while others get it: full mailboxes, and what an alias leads to in vain. Its sender has a 250 for the others, and a report of these.</summary>
/// <remarks>
/// No mail goes in silence: a full mailbox is left out only where the sender has one here that takes a report, and the report is stored before the message. What fails by then refuses
/// the message, and whoever sends it tells its sender (RFC 5321 §6.1). Every other sender is told by the answer alone: a report to elsewhere may find no way, and goes to whomever a forger
/// named. A dead target is nobody's mailbox, and its alias would take no mail from elsewhere until an administrator mends it: it is left out for every sender, and the event tells
/// the administrator. The report names the recipient as the sender wrote it: who reads an alias is not a sender's to know. The event names the mailbox or target.
/// </remarks>
internal sealed class LeftOut(MailDelivery delivery, DeliveryContext context)
{
    private List<Entry>? _entries;
    private List<DeliveryTarget>? _sender;
    private int _told;

    /// <summary>True where a mailbox takes so many octets more.</summary>
    public static bool HasRoom(MailboxRecord mailbox, long octets) => mailbox.QuotaBytes is not { } quota || mailbox.UsedBytes + Math.Max(octets, 1) <= quota;

    /// <summary>True where mailboxes may be left out: the sender has one here, and it has room.</summary>
    public async ValueTask<bool> MayLeaveOutAsync(CancellationToken cancellationToken) => (_sender ??= await FindSenderAsync(cancellationToken)).Count > 0;

    /// <summary>Adds a full mailbox, with the recipient that led to it.</summary>
    public void Add(MailboxRecord mailbox, string recipient)
    {
        var address = mailbox.Address.ToString();
        var diagnostic = recipient.Equals(address, StringComparison.OrdinalIgnoreCase)
            ? "552 5.2.2 The mailbox is full" : "552 5.2.2 A mailbox that this address leads to is full; the message goes to the others";
        (_entries ??= []).Add(new Entry(recipient, address, "which is full", 1, diagnostic, "5.2.2"));
    }

    /// <summary>Adds what a recipient leads to in vain.</summary>
    public void Add(IReadOnlyList<DeadTarget> dead, string recipient)
    {
        if (dead.Count > 0 && _entries?.Exists(e => e.Recipient == recipient) != true)
        {
            (_entries ??= []).Add(new Entry(
                recipient, dead[0].Target.ToString(), Describe(dead), dead.Count, "550 5.1.1 An address that this one leads to is nobody's; the message goes to the others", "5.1.1"));
        }
    }

    /// <summary>Says of dead targets what is wrong with the first of them, and how many there are.</summary>
    public static string Describe(IReadOnlyList<DeadTarget> dead) =>
        $"a target of alias {dead[0].Alias} {dead[0].Reason}{(dead.Count > 1 ? $", and to {dead.Count - 1} more" : "")}";

    /// <summary>Tells a sender here of those that it was not told of.</summary>
    /// <param name="content">Its message, not stored yet.</param>
    /// <exception cref="MailAdminException">The report could not be stored.</exception>
    public async ValueTask ReportAsync(IncomingMessage content)
    {
        if (_entries is null || _told == _entries.Count || !await MayLeaveOutAsync(CancellationToken.None))
        {
            return;
        }

        var now = delivery.Time.GetUtcNow();
        var about = _entries.Skip(_told).DistinctBy(e => e.Recipient)
            .Select(e => (new QueueRecipient(e.Recipient), new RecipientResult(RecipientFate.Failed, e.Diagnostic, e.Status))).ToList();
        var subject = new ReportSubject(ReportKind.Failed, context.Sender!, now, now, null, about);
        var report = Make(await HeaderOfAsync(content)) ?? Make([])
            ?? throw new MailAdminException("QuotaExceeded", MailErrorCategory.QuotaExceeded, "A recipient is left out, and no report of it could be made.");
        await using var incoming = delivery.Store.Messages.CreateIncoming();
        await incoming.WriteAsync(report);
        await delivery.Store.Messages.DeliverAsync(incoming, _sender!, CancellationToken.None);
        _told = _entries.Count;

        byte[]? Make(byte[] header) => DeliveryReport.TryMake(subject, header, delivery.HostName(), now, delivery.Log);
    }

    /// <summary>Tells whoever watches, once the others have the message.</summary>
    public void Announce()
    {
        if (_entries is null)
        {
            return;
        }

        delivery.Counters.Bounced(_entries.Sum(e => e.Count));
        var end = _told > 0 ? "its sender is told" : string.IsNullOrEmpty(context.Sender) ? "it has no sender to tell" : "its sender has no mailbox here with room for a report";
        foreach (var entry in _entries)
        {
            delivery.Events.Publish("Bounced", MailEventSeverity.Warning, $"Message from <{context.Sender}> for {entry.Recipient} not delivered to {entry.Address}, {entry.Reason}; {end}",
                new ServerEventDetails(context.SessionId, context.Protocol, Mailbox: entry.Address, RemoteAddress: context.RemoteAddress));
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

    /// <param name="Recipient">As the sender wrote it.</param>
    /// <param name="Address">Whom it does not reach; of several the first.</param>
    /// <param name="Reason">For the administrator.</param>
    /// <param name="Count">How many it does not reach.</param>
    /// <param name="Diagnostic">For the sender.</param>
    /// <param name="Status">RFC 3463.</param>
    private sealed record Entry(string Recipient, string Address, string Reason, int Count, string Diagnostic, string Status);
}
