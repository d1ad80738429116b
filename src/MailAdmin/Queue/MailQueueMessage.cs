using MailAdmin.Display;

namespace MailAdmin;

/// <summary>Where a queued message stands.</summary>
public enum MailQueueStatus
{
    /// <summary>Not tried yet; its turn comes.</summary>
    Queued,
    /// <summary>Being sent at this moment.</summary>
    Active,
    /// <summary>Tried and put off; <see cref="MailQueueMessage.NextAttempt"/> says until when.</summary>
    Retry,
    /// <summary>Held by an admin until it is resumed; it expires none the less.</summary>
    Suspended,
}

/// <summary>
/// A message on its way to one destination, as <c>Get-MailQueueMessage</c> shows it. A message for recipients in several domains has one of these for
/// each domain; they share the content on disk.
/// </summary>
public sealed record MailQueueMessage
{
    /// <summary>Unique across stores; 32 hexadecimal digits.</summary>
    public required string Id { get; init; }
    /// <summary>Reverse-path; empty for the null sender of a bounce. RFC 5321 §4.5.5.</summary>
    public required string Sender { get; init; }
    /// <summary>Recipients that are still to be sent to; those that were delivered or bounced are gone.</summary>
    public required IReadOnlyList<MailQueueRecipient> Recipients { get; init => field = Indexable.Array(value); }
    /// <summary>The recipients' domain, as A-labels.</summary>
    public required string Destination { get; init; }
    /// <summary>Host it was last tried at, or that its route names; null where the domain's MX will say.</summary>
    public string? NextHop { get; init; }
    /// <summary>Where it stands.</summary>
    public required MailQueueStatus Status { get; init; }
    /// <summary>Octets of the message.</summary>
    public long SizeBytes { get; init; }
    /// <summary>Decoded Subject; null where there is none.</summary>
    public string? Subject { get; init; }
    /// <summary>Message-ID without angle brackets; null where there is none.</summary>
    public string? MessageId { get; init; }
    /// <summary>The login that handed it in; null for forwards and bounces.</summary>
    public string? Submitter { get; init; }
    /// <summary>When it was taken in.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }
    /// <summary>When it is given up and goes back to its sender.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
    /// <summary>How often it was tried.</summary>
    public int Attempts { get; init; }
    /// <summary>When it was last tried.</summary>
    public DateTimeOffset? LastAttempt { get; init; }
    /// <summary>When it is tried next; null while it is active or suspended.</summary>
    public DateTimeOffset? NextAttempt { get; init; }
    /// <summary>The last reply of the next hop, or what kept it from being asked; null before the first attempt.</summary>
    public string? LastReply { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Id;
}

/// <summary>One recipient of a queued message.</summary>
/// <param name="Address">As it was given.</param>
/// <param name="LastReply">The last reply to this recipient; null before the first attempt.</param>
public sealed record MailQueueRecipient(string Address, string? LastReply)
{
    /// <inheritdoc/>
    public override string ToString() => Address;
}

/// <summary>What is queued for one destination, as <c>Get-MailQueue</c> shows it.</summary>
public sealed record MailQueueDestination
{
    /// <summary>The recipients' domain, as A-labels.</summary>
    public required string Destination { get; init; }
    /// <summary>Host it was last tried at, or that its route names; null where the domain's MX will say.</summary>
    public string? NextHop { get; init; }
    /// <summary>The route that decides the next hop; null for the domain's MX.</summary>
    public string? Route { get; init; }
    /// <summary>Messages in all.</summary>
    public int MessageCount { get; init; }
    /// <summary>Of them not tried yet.</summary>
    public int QueuedCount { get; init; }
    /// <summary>Of them being sent.</summary>
    public int ActiveCount { get; init; }
    /// <summary>Of them put off.</summary>
    public int RetryCount { get; init; }
    /// <summary>Of them suspended.</summary>
    public int SuspendedCount { get; init; }
    /// <summary>Octets of its messages.</summary>
    public long SizeBytes { get; init; }
    /// <summary>When the oldest was taken in.</summary>
    public DateTimeOffset? OldestAt { get; init; }
    /// <summary>Connections open to it.</summary>
    public int ConnectionCount { get; init; }
    /// <summary>When the destination was last tried.</summary>
    public DateTimeOffset? LastAttempt { get; init; }
    /// <summary>The earliest next attempt; null while something is active or all is suspended.</summary>
    public DateTimeOffset? NextAttempt { get; init; }
    /// <summary>The last reply of the next hop, or what kept it from being asked.</summary>
    public string? LastReply { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Destination;
}
