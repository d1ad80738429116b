namespace MailAdmin;

/// <summary>A connection of a client, as <c>Get-MailSession</c> shows it.</summary>
public sealed record MailSession
{
    /// <summary>Short, unique in the server's life.</summary>
    public required string Id { get; init; }
    /// <summary>What it speaks.</summary>
    public required MailProtocol Protocol { get; init; }
    /// <summary>The client's address and port.</summary>
    public required string RemoteEndPoint { get; init; }
    /// <summary>The endpoint it came to.</summary>
    public required string LocalEndPoint { get; init; }
    /// <summary>Logged-in mailbox; null before login.</summary>
    public string? Mailbox { get; init; }
    /// <summary>Tls12, Tls13; null in plaintext.</summary>
    public string? TlsVersion { get; init; }
    /// <summary>The state's name in the protocol's RFC: Selected, Transaction, Data …</summary>
    public required string State { get; init; }
    /// <summary>The command being carried out, or the last one.</summary>
    public string? Command { get; init; }
    /// <summary>Selected folder (IMAP).</summary>
    public string? Folder { get; init; }
    /// <summary>What the client says of itself: EHLO name, IMAP ID.</summary>
    public string? Client { get; init; }
    /// <summary>Octets received.</summary>
    public long BytesIn { get; init; }
    /// <summary>Octets sent.</summary>
    public long BytesOut { get; init; }
    /// <summary>When it began.</summary>
    public required DateTimeOffset ConnectedAt { get; init; }
    /// <summary>Seconds since then.</summary>
    public double AgeSeconds { get; init; }
    /// <summary>Seconds since the client last sent something.</summary>
    public double IdleSeconds { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Id;
}

/// <summary>Who said a transcript line.</summary>
public enum TranscriptDirection
{
    /// <summary>The client.</summary>
    Client,
    /// <summary>The server.</summary>
    Server,
    /// <summary>A remark of ours: TLS begun, content left out.</summary>
    Note,
}

/// <summary>One line of a session's transcript. Secrets are never in it; message content is summed up.</summary>
public sealed record TranscriptLine(DateTimeOffset At, TranscriptDirection Direction, string Text);

/// <summary>Something that happened in a server; <c>Watch-MailEvent</c> and the dashboard show them.</summary>
public sealed record MailEvent
{
    /// <summary>Increases by one per event of a server.</summary>
    public required long Sequence { get; init; }
    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>What: Delivered, Refused, Queued, Relayed, Deferred, Bounced, LoginSucceeded, LoginFailed, SessionOpened, SessionClosed, ConnectionRefused, MessageAdded, FlagsChanged, Expunged, FolderChanged, ServerStateChanged, Warning, Error.</summary>
    public required string Kind { get; init; }
    /// <summary>Trouble rises: Information, Warning, Error.</summary>
    public required MailEventSeverity Severity { get; init; }
    /// <summary>One line for a person.</summary>
    public required string Message { get; init; }
    /// <summary>The session it happened in, if any.</summary>
    public string? SessionId { get; init; }
    /// <summary>The protocol, if any.</summary>
    public MailProtocol? Protocol { get; init; }
    /// <summary>The mailbox it is about, if any.</summary>
    public string? Mailbox { get; init; }
    /// <summary>The folder, if any.</summary>
    public string? Folder { get; init; }
    /// <summary>The UID, if it is about one message.</summary>
    public uint? Uid { get; init; }
    /// <summary>The peer's address, if any.</summary>
    public string? RemoteAddress { get; init; }
    /// <summary>Id of the queued message, as <c>Get-MailQueueMessage</c> takes it, if it is about one.</summary>
    public string? QueueId { get; init; }
    /// <summary>Where something failed inside: the whole cause, with the places in the code that it came through; for who looks for the fault.</summary>
    public string? Detail { get; init; }
}

/// <summary>How much an event asks for attention.</summary>
public enum MailEventSeverity
{
    /// <summary>As it should be.</summary>
    Information,
    /// <summary>Somebody should look.</summary>
    Warning,
    /// <summary>Something failed.</summary>
    Error,
}
