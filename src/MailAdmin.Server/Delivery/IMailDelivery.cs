using MailAdmin.Addresses;
using MailAdmin.Store;

namespace MailAdmin.Server.Delivery;

/// <summary>
/// Where mail goes in, in two phases: each recipient is resolved and answered for as it comes (RCPT), then the content is committed once for all
/// of them. Nothing is stored before <see cref="IMailTransaction.CommitAsync"/>, and what it returned for is on disk.
/// </summary>
public interface IMailDelivery
{
    /// <summary>Begins a message.</summary>
    IMailTransaction Begin(DeliveryContext context);

    /// <summary>Where a report to a sender goes: its mailbox here, or the queue; neither where nobody has the address. RFC 3464 §2: the report's own sender is null.</summary>
    ValueTask<(IReadOnlyList<DeliveryTarget> Targets, IReadOnlyList<NewQueueEntry> Entries)> FindReportTargetsAsync(string sender, CancellationToken cancellationToken);

    /// <summary>True where a login may send as <paramref name="sender"/>: its own address, that with a detail, or an alias that leads to it. RFC 6409 §6.1.</summary>
    ValueTask<bool> MaySendAsAsync(MailboxRecord submitter, string sender, CancellationToken cancellationToken);
}

/// <summary>Who hands the message in.</summary>
/// <param name="Sender">Reverse-path; null for &lt;&gt;. As the client wrote it.</param>
/// <param name="Submitter">Logged-in mailbox; null for mail from elsewhere.</param>
/// <param name="SessionId">For the log and events.</param>
/// <param name="RemoteAddress">The client's address.</param>
/// <param name="Protocol">Smtp or Submission.</param>
public sealed record DeliveryContext(string? Sender, MailboxRecord? Submitter, string? SessionId, string? RemoteAddress, MailProtocol Protocol)
{
    /// <summary>Octets the client announced (SIZE of RFC 1870); 0 where it did not. A mailbox without room for them is refused at RCPT.</summary>
    public long DeclaredSize { get; init; }

    /// <summary>What the client announced of the content (BODY, SMTPUTF8) and a next hop must be told.</summary>
    public QueueNeeds Needs { get; init; }
}

/// <summary>One message on its way in. Not for use by two tasks at once.</summary>
public interface IMailTransaction : IAsyncDisposable
{
    /// <summary>Resolves a recipient (mailbox, user+detail, alias, catch-all, elsewhere) and says whether it is taken. Twice the same one is taken once.</summary>
    ValueTask<RecipientOutcome> AddRecipientAsync(string recipient, CancellationToken cancellationToken);
    /// <summary>
    /// Commits the content for all recipients taken. A mailbox that has no room by then is left out where there are others and the sender has a mailbox here, which gets a report
    /// of it; else nobody gets the message. The transaction is over then.
    /// </summary>
    ValueTask<DeliveryOutcome> CommitAsync(IncomingMessage content, CancellationToken cancellationToken);
}

/// <summary>Answer to a recipient.</summary>
public enum RecipientStatus
{
    Accepted,
    /// <summary>550 5.1.1</summary>
    UnknownMailbox,
    /// <summary>550 5.7.1: not ours, and the client may not relay.</summary>
    RelayDenied,
    /// <summary>552 5.2.2: no mailbox that it leads to has room, or one has none and the sender has no mailbox here to be told of it.</summary>
    OverQuota,
    /// <summary>553 5.1.3</summary>
    BadAddress,
    /// <summary>451 4.3.0</summary>
    TemporaryFailure,
}

/// <summary>Answer to a recipient; Address is the canonical one where it could be read.</summary>
public readonly record struct RecipientOutcome(RecipientStatus Status, MailboxAddress? Address)
{
    /// <summary>What the client is not told and the administrator is; null where the status says all.</summary>
    public string? Cause { get; init; }
}

/// <summary>Answer to a message.</summary>
public enum DeliveryStatus
{
    Delivered,
    /// <summary>452 4.3.1: no space on the disk or in the queue; the client may try again.</summary>
    InsufficientStorage,
    /// <summary>552 5.2.2: no recipient's mailbox has room, or one has none and the sender has no mailbox here to be told of it; or the sender's has none for what is captured.</summary>
    OverQuota,
    /// <summary>554 5.4.6: too many hops.</summary>
    Loop,
    /// <summary>451 4.3.0</summary>
    TemporaryFailure,
}

/// <summary>Answer to a message, with where it lies.</summary>
public sealed record DeliveryOutcome(DeliveryStatus Status, IReadOnlyList<StoredPlace> Places);
