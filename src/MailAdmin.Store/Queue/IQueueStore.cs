using MailAdmin.Store.Summaries;

namespace MailAdmin.Store;

/// <summary>
/// Mail that waits to be sent elsewhere. An entry is one content, one sender and the recipients of one domain; entries of one message share its content.
/// </summary>
/// <remarks>
/// What is queued is on disk when the task completes, in the same commit as the message's local deliveries. The whole queue is in memory, so that who
/// sends and who looks need not ask the disk; <see cref="StoreOptions.QueueEntries"/> bounds it. The store knows nothing of when or how to send.
/// </remarks>
public interface IQueueStore
{
    /// <summary>Number of entries.</summary>
    int Count { get; }

    /// <summary>All entries as of the last commit, in no order.</summary>
    IReadOnlyCollection<QueueEntry> List();

    /// <summary>An entry as of the last commit; null where it is gone.</summary>
    QueueEntry? Find(QueueId id);

    /// <summary>
    /// Stores one content for folders and for the queue, and changes other entries: one commit, whole or not at all. So a message with local and remote recipients
    /// is never half accepted, and a bounce and the end of what it reports cannot come apart.
    /// </summary>
    /// <exception cref="Errors.MailAdminException">
    /// <c>QueueFull</c>; <c>QueueMessageNotFound</c> where an entry to be changed is gone; those of <see cref="IMessageStore.DeliverAsync"/>.
    /// </exception>
    Task<EnqueueResult> EnqueueAsync(
        IncomingMessage content, IReadOnlyList<DeliveryTarget> targets, IReadOnlyList<NewQueueEntry> entries, IReadOnlyList<QueueChange> changes, CancellationToken cancellationToken = default);

    /// <summary>Changes entries in one commit. Those that are gone are passed over. Returns the others as they are then; one that was removed as it was.</summary>
    Task<IReadOnlyList<QueueEntry>> ChangeAsync(IReadOnlyList<QueueChange> changes, CancellationToken cancellationToken = default);

    /// <summary>The content of an entry; it stays readable while the returned object lives.</summary>
    /// <exception cref="Errors.MailAdminException"><c>ContentCorrupt</c>; <c>MessageNotFound</c> where the entry is gone.</exception>
    ValueTask<MessageContent> OpenAsync(QueueEntry entry, CancellationToken cancellationToken = default);

    /// <summary>The summary of an entry's content, computed and kept where it is missing; null where the content cannot be read.</summary>
    ValueTask<MessageSummary?> SummarizeAsync(QueueEntry entry, CancellationToken cancellationToken = default);
}

/// <summary>Identity of a queue entry, unique across stores; never given twice.</summary>
public readonly record struct QueueId(Guid Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString("N");
}

/// <summary>What the next hop must be able to do to take the message.</summary>
[Flags]
public enum QueueNeeds
{
    None = 0,
    /// <summary>The content has octets above 127. RFC 6152.</summary>
    EightBit = 1,
    /// <summary>The content was announced as BINARYMIME. RFC 3030.</summary>
    Binary = 2,
    /// <summary>The message was handed in with SMTPUTF8. RFC 6531 §3.6.</summary>
    Utf8 = 4,
}

/// <summary>A recipient that is still to be sent to.</summary>
/// <param name="Address">As it was given.</param>
/// <param name="LastReply">The last reply to it; null before the first attempt.</param>
public sealed record QueueRecipient(string Address, string? LastReply = null);

/// <summary>An entry of the queue; immutable.</summary>
public sealed record QueueEntry
{
    public required QueueId Id { get; init; }
    public required ContentId Content { get; init; }
    /// <summary>Octets of the content.</summary>
    public required long Size { get; init; }
    /// <summary>Reverse-path; empty for the null sender.</summary>
    public required string Sender { get; init; }
    /// <summary>Domain of all its recipients, as A-labels.</summary>
    public required string Domain { get; init; }
    public required IReadOnlyList<QueueRecipient> Recipients { get; init; }
    public QueueNeeds Needs { get; init; }
    /// <summary>The login that handed it in; null where none did.</summary>
    public string? Submitter { get; init; }
    public required DateTimeOffset ReceivedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public int Attempts { get; init; }
    public DateTimeOffset? LastAttempt { get; init; }
    /// <summary>Not tried before.</summary>
    public required DateTimeOffset NextAttempt { get; init; }
    /// <summary>Held by an admin.</summary>
    public bool IsSuspended { get; init; }
    /// <summary>The sender was told that it takes long.</summary>
    public bool IsDelayReported { get; init; }
    /// <summary>Host that was last tried.</summary>
    public string? NextHop { get; init; }
    /// <summary>The last reply, or what kept the next hop from being asked.</summary>
    public string? LastReply { get; init; }
}

/// <summary>What to queue.</summary>
public sealed record NewQueueEntry(string Sender, string Domain, IReadOnlyList<string> Recipients, DateTimeOffset ExpiresAt)
{
    public QueueNeeds Needs { get; init; }
    public string? Submitter { get; init; }
}

/// <summary>A change of an entry.</summary>
/// <param name="Id">Which.</param>
/// <param name="Apply">
/// Gives the entry as it is to be, from the entry as it is when its turn comes; null takes it out of the queue. Quick, without side effects, and runs on the writer's thread.
/// Identity, content and size stay what they are.
/// </param>
public sealed record QueueChange(QueueId Id, Func<QueueEntry, QueueEntry?> Apply);

/// <summary>Where a message came to lie.</summary>
public sealed record EnqueueResult(IReadOnlyList<StoredPlace> Places, IReadOnlyList<QueueEntry> Entries);

/// <summary>An entry as it is now; null where it went.</summary>
public sealed record QueueEntryChange(QueueId Id, QueueEntry? Entry);

/// <summary>Entries came, changed or went, all in one commit.</summary>
public sealed record QueueChanged(IReadOnlyList<QueueEntryChange> Entries, DateTimeOffset At) : StoreChange(default, At);
