using System.Text;
using MailAdmin.Addresses;
using MailAdmin.Errors;
using MailAdmin.Server.Diagnostics;
using MailAdmin.Store;
using Microsoft.Extensions.Logging;

namespace MailAdmin.Server.Delivery;

/// <summary>One message on its way to mailboxes and to the queue: recipients are resolved as they come, all of them are committed at once.</summary>
/// <remarks>
/// SMTP has one answer for an alias and one for a content. Where the sender has a mailbox here, a full one stops nobody else: the answer is for those that get the mail, and a report for
/// the rest (<see cref="LeftOut"/>). Any other sender, and one whose recipients are all full, is refused: 552 for all loses nothing, and a 250 for some would.
/// </remarks>
internal sealed class MailTransaction(MailDelivery delivery, DeliveryContext context) : IMailTransaction
{
    /// <summary>Mailboxes named in an event.</summary>
    private const int MostNamed = 5;

    private readonly List<(MailboxRecord Mailbox, string Recipient)> _mailboxes = [];
    private readonly LeftOut _leftOut = new(delivery, context);
    private readonly OutboundRecipients _captured = new();
    private readonly OutboundRecipients _outbound = new();
    private HashSet<MailboxId>? _ids;

    public async ValueTask<RecipientOutcome> AddRecipientAsync(string recipient, CancellationToken cancellationToken)
    {
        try
        {
            return await AddAsync(recipient, cancellationToken);
        }
        catch (MailAdminException e)
        {
            // The store could not tell; the client may come again. The cause is for the log.
            DeliveryLog.RecipientFailed(delivery.Log, e, context.SessionId);
            return new RecipientOutcome(RecipientStatus.TemporaryFailure, null);
        }
    }

    public async ValueTask<DeliveryOutcome> CommitAsync(IncomingMessage content, CancellationToken cancellationToken)
    {
        try
        {
            // The copy is made first, with a place for it, while the content is ours to read and nobody has the message; it is stored second: what fails before leaves no copy of a
            // message that the client sends again.
            await using var copy = _captured.Count > 0 ? await CopyAsync(content, cancellationToken) : null;
            var folder = copy is null ? default : await delivery.Inboxes.EnsureAsync(context.Submitter!.Id, MailDelivery.CapturedFolder, cancellationToken);
            var places = await DeliverAsync(content, copy, cancellationToken);
            var isCaptured = copy is not null && await TryCaptureAsync(copy, folder);
            delivery.Counters.Delivered(places.Count + (isCaptured ? 1 : 0));
            Announce(places, content.Length);
            _leftOut.Announce();
            return new DeliveryOutcome(DeliveryStatus.Delivered, places);
        }
        catch (MailAdminException e)
        {
            delivery.Counters.Refused();
            var status = e.ErrorId switch
            {
                "QuotaExceeded" => DeliveryStatus.OverQuota,
                "StoreDiskFull" or "QueueFull" => DeliveryStatus.InsufficientStorage,
                _ => DeliveryStatus.TemporaryFailure,
            };
            if (status != DeliveryStatus.OverQuota)
            {
                DeliveryLog.CommitFailed(delivery.Log, e, context.SessionId);
            }

            delivery.Events.Publish("Refused", MailEventSeverity.Warning, $"Message from <{context.Sender}> refused: {status}", Details());
            return new DeliveryOutcome(status, []);
        }
    }

    public ValueTask DisposeAsync() => default;

    private async ValueTask<RecipientOutcome> AddAsync(string recipient, CancellationToken cancellationToken)
    {
        MailboxAddress address;
        if (!recipient.Contains('@', StringComparison.Ordinal))
        {
            if (!recipient.Equals(AddressResolver.Postmaster, StringComparison.OrdinalIgnoreCase)
                || await delivery.Resolver.PostmasterAddressAsync(cancellationToken) is not { } postmaster)
            {
                return new RecipientOutcome(RecipientStatus.UnknownMailbox, null);
            }

            address = postmaster;
        }
        else if (!MailboxAddress.TryParse(recipient, out address))
        {
            // An address literal is well-formed and never one of our domains.
            return new RecipientOutcome(recipient.Contains("@[", StringComparison.Ordinal) ? RecipientStatus.RelayDenied : RecipientStatus.BadAddress, null);
        }

        var resolution = await delivery.Resolver.ResolveAsync(address, cancellationToken);
        if (resolution.Status == ResolutionStatus.Unknown)
        {
            return new RecipientOutcome(RecipientStatus.UnknownMailbox, address) { Cause = resolution.Dead.Count > 0 ? $"it leads to {resolution.Dead[0].Target}, {LeftOut.Describe(resolution.Dead)}" : null };
        }

        var mode = delivery.Outbound.Mode;
        if (resolution.Elsewhere.Count > 0 && !MayLeave(resolution, mode))
        {
            return new RecipientOutcome(RecipientStatus.RelayDenied, address);
        }

        var takers = resolution.Elsewhere.Count;
        foreach (var mailbox in resolution.Mailboxes)
        {
            takers += LeftOut.HasRoom(mailbox, context.DeclaredSize) ? 1 : 0;
        }

        if (takers == 0 || (takers < resolution.Elsewhere.Count + resolution.Mailboxes.Count && !await _leftOut.MayLeaveOutAsync(cancellationToken)))
        {
            return new RecipientOutcome(RecipientStatus.OverQuota, address);
        }

        foreach (var mailbox in resolution.Mailboxes)
        {
            if (LeftOut.HasRoom(mailbox, context.DeclaredSize))
            {
                Take(mailbox, recipient);
            }
            else
            {
                _leftOut.Add(mailbox, recipient);
            }
        }

        _leftOut.Add(resolution.Dead, recipient);
        foreach (var outside in resolution.Elsewhere)
        {
            (mode == MailOutboundMode.Relay ? _outbound : _captured).Add(outside, outside == address ? recipient : null);
        }

        return new RecipientOutcome(RecipientStatus.Accepted, address);
    }

    // No open relay ever: to elsewhere sends who is logged in, and an alias that an admin made. RFC 5321 §7.9.
    private bool MayLeave(in Resolution resolution, MailOutboundMode mode) => mode switch
    {
        MailOutboundMode.Relay => context.Submitter is not null || resolution.Status == ResolutionStatus.Found,
        MailOutboundMode.Capture => context.Submitter is not null,
        _ => false,
    };

    private void Take(MailboxRecord mailbox, string recipient)
    {
        // Most messages have one recipient; the set is made for the second.
        if (_mailboxes.Count > 0)
        {
            _ids ??= [.. _mailboxes.Select(m => m.Mailbox.Id)];
            if (!_ids.Add(mailbox.Id))
            {
                return;
            }
        }

        _mailboxes.Add((mailbox, recipient));
    }

    private async ValueTask<IReadOnlyList<StoredPlace>> DeliverAsync(IncomingMessage content, IncomingMessage? copy, CancellationToken cancellationToken)
    {
        while (true)
        {
            await _leftOut.ReportAsync(content);
            if (_mailboxes.Count + _outbound.Count == 0)
            {
                return [];
            }

            if (copy is not null)
            {
                await RequireRoomAsync(copy, content, cancellationToken);
            }

            try
            {
                return await StoreAsync(content, cancellationToken);
            }
            catch (MailAdminException e) when (e.ErrorId == "QuotaExceeded" && _mailboxes.Count + _outbound.Count + _captured.Count > 1)
            {
                if (!await LeaveOutAsync(e.Target as string, content.Length, cancellationToken))
                {
                    throw;
                }
            }
        }
    }

    /// <summary>Nobody gets a message whose captured copy finds no room: its client is refused and would send it to them again.</summary>
    private async ValueTask RequireRoomAsync(IncomingMessage copy, IncomingMessage content, CancellationToken cancellationToken)
    {
        var submitter = context.Submitter!;
        var octets = copy.Length + (_mailboxes.Exists(m => m.Mailbox.Id == submitter.Id) ? content.Length : 0);
        if (await delivery.Store.Accounts.GetMailboxAsync(submitter.Id, cancellationToken) is { } now && !LeftOut.HasRoom(now, octets))
        {
            throw new MailAdminException("QuotaExceeded", MailErrorCategory.QuotaExceeded, $"The mailbox '{submitter.Address}' has no room for the captured copy.");
        }
    }

    /// <summary>
    /// Leaves out the mailbox that the store named and all that are as full by now; false where the sender could not be told, nobody would be left, or nobody is full any more.
    /// </summary>
    private async ValueTask<bool> LeaveOutAsync(string? named, long octets, CancellationToken cancellationToken)
    {
        var full = new HashSet<MailboxId>();
        foreach (var (mailbox, _) in _mailboxes)
        {
            if (mailbox.Address.ToString() == named
                || (mailbox.QuotaBytes is not null && await delivery.Store.Accounts.GetMailboxAsync(mailbox.Id, cancellationToken) is { } now && !LeftOut.HasRoom(now, octets)))
            {
                full.Add(mailbox.Id);
            }
        }

        if (full.Count == 0 || full.Count == _mailboxes.Count + _outbound.Count + _captured.Count || !await _leftOut.MayLeaveOutAsync(cancellationToken))
        {
            return false;
        }

        foreach (var (mailbox, recipient) in _mailboxes.Where(m => full.Contains(m.Mailbox.Id)))
        {
            _leftOut.Add(mailbox, recipient);
        }

        _mailboxes.RemoveAll(m => full.Contains(m.Mailbox.Id));
        return true;
    }

    private async ValueTask<IReadOnlyList<StoredPlace>> StoreAsync(IncomingMessage content, CancellationToken cancellationToken)
    {
        var targets = new List<DeliveryTarget>(_mailboxes.Count);
        foreach (var (mailbox, _) in _mailboxes)
        {
            if (await delivery.Inboxes.FindAsync(mailbox.Id, cancellationToken) is { } inbox)
            {
                targets.Add(new DeliveryTarget(inbox));
            }
        }

        if (targets.Count + _outbound.Count == 0)
        {
            // Every mailbox went between RCPT and the end of the content.
            throw new MailAdminException("MailboxNotFound", MailErrorCategory.ObjectNotFound, "The recipients' mailboxes were removed while the message came in.");
        }

        if (_outbound.Count == 0)
        {
            return await delivery.Store.Messages.DeliverAsync(content, targets, CancellationToken.None);
        }

        var entries = _outbound.ToEntries(context.Sender ?? "", delivery.Expiry, context.Needs, context.Submitter?.Address.ToString());
        var result = await delivery.Store.Queue.EnqueueAsync(content, targets, entries, [], CancellationToken.None);
        var details = Details() with { Mailbox = context.Submitter?.Address.ToString() };
        foreach (var entry in result.Entries)
        {
            delivery.Events.Publish("Queued", MailEventSeverity.Information,
                $"Message from <{context.Sender}> queued for {entry.Recipients[0].Address}{(entry.Recipients.Count > 1 ? $" and {entry.Recipients.Count - 1} more" : "")}",
                details with { QueueId = entry.Id.ToString() });
        }

        return result.Places;
    }

    // A content of its own, for its header names recipients that the others must not see.
    private async ValueTask<IncomingMessage> CopyAsync(IncomingMessage content, CancellationToken cancellationToken)
    {
        var copy = delivery.Store.Messages.CreateIncoming();
        try
        {
            await FillAsync(copy, content, cancellationToken);
            return copy;
        }
        catch
        {
            // Whatever it was is the caller's; the copy, and its spool file, are nobody's.
            await copy.DisposeAsync();
            throw;
        }
    }

    private async ValueTask FillAsync(IncomingMessage copy, IncomingMessage content, CancellationToken cancellationToken)
    {
        var envelope = new StringBuilder();
        envelope.Append("X-MailAdmin-Captured: not sent; this server runs in development\r\nX-Envelope-From: <").Append(context.Sender).Append(">\r\n");
        foreach (var recipient in _captured.Addresses)
        {
            envelope.Append("X-Envelope-To: <").Append(recipient).Append(">\r\n");
        }

        await copy.WriteAsync(Encoding.UTF8.GetBytes(envelope.ToString()), cancellationToken);
        await using var source = content.OpenRead();
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(32 * 1024);
        try
        {
            for (int read; (read = await source.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                await copy.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask<bool> TryCaptureAsync(IncomingMessage copy, FolderId folder)
    {
        try
        {
            await delivery.Store.Messages.DeliverAsync(copy, [new DeliveryTarget(folder)], CancellationToken.None);
        }
        catch (MailAdminException e) when (_mailboxes.Count + _outbound.Count > 0)
        {
            // The others have the message, and a refusal would bring it to them again.
            DeliveryLog.CaptureFailed(delivery.Log, e, context.SessionId, context.Sender, _captured.Count);
            return false;
        }

        delivery.Events.Publish("Delivered", MailEventSeverity.Information,
            $"Message from <{context.Sender}> for {_captured.Count} outside recipient(s) captured", Details() with { Mailbox = context.Submitter!.Address.ToString(), Folder = MailDelivery.CapturedFolder });
        return true;
    }

    private void Announce(IReadOnlyList<StoredPlace> places, long octets)
    {
        if (places.Count == 0)
        {
            return;
        }

        var first = _mailboxes[0].Mailbox.Address.ToString();
        // One text a message, whoever watches: events are kept for those who come later.
        delivery.Events.Publish("Delivered", MailEventSeverity.Information,
            $"Message from <{context.Sender}> delivered to {(_mailboxes.Count == 1 ? first : Named(first))}, {octets} octets",
            Details() with { Mailbox = first, Folder = FolderName.Inbox, Uid = places[0].Uid });
    }

    private string Named(string first)
    {
        var more = _mailboxes.Count - MostNamed;
        return $"{first}, {string.Join(", ", _mailboxes.Skip(1).Take(MostNamed - 1).Select(m => m.Mailbox.Address))}{(more > 0 ? $" and {more} more" : "")}";
    }

    private ServerEventDetails Details() => new(context.SessionId, context.Protocol, RemoteAddress: context.RemoteAddress);
}

/// <summary>Delivery's log lines.</summary>
internal static partial class DeliveryLog
{
    [LoggerMessage(EventId = 3001, Level = LogLevel.Error, Message = "Session {SessionId}: a recipient could not be looked up")]
    public static partial void RecipientFailed(ILogger log, Exception exception, string? sessionId);

    [LoggerMessage(EventId = 3003, Level = LogLevel.Error, Message = "Session {SessionId}: a message from <{Sender}> is delivered, but its copy for {Outside} outside recipient(s) could not be captured")]
    public static partial void CaptureFailed(ILogger log, Exception exception, string? sessionId, string? sender, int outside);

    [LoggerMessage(EventId = 3002, Level = LogLevel.Error, Message = "Session {SessionId}: a message could not be committed")]
    public static partial void CommitFailed(ILogger log, Exception exception, string? sessionId);
}
