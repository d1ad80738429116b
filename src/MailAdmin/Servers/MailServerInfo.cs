using MailAdmin.Display;

namespace MailAdmin;

/// <summary>Where a server stands in its life.</summary>
public enum MailServerState
{
    /// <summary>Coming up; no endpoint answers yet.</summary>
    Starting,
    /// <summary>All endpoints answer.</summary>
    Running,
    /// <summary>An endpoint or a worker died; the rest still serves. See <see cref="MailServerInfo.Fault"/>.</summary>
    Degraded,
    /// <summary>No longer accepting; sessions are being ended.</summary>
    Stopping,
    /// <summary>Ended.</summary>
    Stopped,
}

/// <summary>A server as <c>Get-MailServer</c> shows it; a snapshot of the moment it was asked for.</summary>
public sealed record MailServerInfo
{
    /// <summary>Name given at start; <c>default</c> where none was.</summary>
    public required string Name { get; init; }
    /// <summary>The host name it greets with.</summary>
    public required string HostName { get; init; }
    /// <summary>State of the moment.</summary>
    public required MailServerState State { get; init; }
    /// <summary>What went wrong, where State is Degraded.</summary>
    public string? Fault { get; init; }
    /// <summary>Directory of its store.</summary>
    public required string StorePath { get; init; }
    /// <summary>True where store and server go at stop.</summary>
    public bool IsEphemeral { get; init; }
    /// <summary>True where mail to outside domains is captured and nothing is relayed: <see cref="Outbound"/> is Capture.</summary>
    public bool IsDevelopment { get; init; }
    /// <summary>What happens to mail that leads elsewhere.</summary>
    public MailOutboundMode Outbound { get; init; }
    /// <summary>The process that hosts it.</summary>
    public required int ProcessId { get; init; }
    /// <summary>When it came up.</summary>
    public DateTimeOffset? StartedAt { get; init; }
    /// <summary>Time since then.</summary>
    public TimeSpan Uptime { get; init; }
    /// <summary>Where it listens.</summary>
    public required IReadOnlyList<MailEndpoint> Endpoints { get; init => field = Indexable.Array(value); }
    /// <summary>SHA-256 thumbprint of the certificate in use, hexadecimal.</summary>
    public string? CertificateThumbprint { get; init; }
    /// <summary>When that certificate ends.</summary>
    public DateTimeOffset? CertificateNotAfter { get; init; }
    /// <summary>Domains it takes mail for.</summary>
    public required IReadOnlyList<string> Domains { get; init => field = Indexable.Array(value); }
    /// <summary>Number of mailboxes.</summary>
    public long MailboxCount { get; init; }
    /// <summary>Number of messages in all mailboxes.</summary>
    public long MessageCount { get; init; }
    /// <summary>Sessions open now.</summary>
    public int SessionCount { get; init; }
    /// <summary>Version of MailAdmin.</summary>
    public required string Version { get; init; }

    /// <summary>The first endpoint of a protocol and TLS mode, or null.</summary>
    public MailEndpoint? Find(MailProtocol protocol, MailTlsMode? tlsMode = null) =>
        Endpoints.FirstOrDefault(e => e.Protocol == protocol && (tlsMode is null || e.TlsMode == tlsMode));

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>Counters since start; two readings and the time between them give rates.</summary>
public sealed record MailServerStatistics
{
    /// <summary>When it was read.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>One entry per protocol spoken.</summary>
    public required IReadOnlyList<MailProtocolStatistics> Protocols { get; init => field = Indexable.Array(value); }
    /// <summary>Messages committed to mailboxes, one per recipient.</summary>
    public long MessagesDelivered { get; init; }
    /// <summary>Refusals of mail: senders at MAIL, recipients at RCPT, and messages after their content was received.</summary>
    public long MessagesRefused { get; init; }
    /// <summary>Logins that succeeded.</summary>
    public long LoginsSucceeded { get; init; }
    /// <summary>Logins that failed.</summary>
    public long LoginsFailed { get; init; }
    /// <summary>Messages waiting to be relayed, one per destination.</summary>
    public long QueueDepth { get; init; }
    /// <summary>Of them being sent.</summary>
    public long QueueActive { get; init; }
    /// <summary>Of them tried and put off.</summary>
    public long QueueRetry { get; init; }
    /// <summary>Of them suspended by an admin.</summary>
    public long QueueSuspended { get; init; }
    /// <summary>When the oldest of them was taken in.</summary>
    public DateTimeOffset? QueueOldest { get; init; }
    /// <summary>Messages taken over by other servers, one per recipient.</summary>
    public long MessagesRelayed { get; init; }
    /// <summary>Attempts that were put off.</summary>
    public long MessagesDeferred { get; init; }
    /// <summary>Recipients given up, whose sender was told or could not be.</summary>
    public long MessagesBounced { get; init; }
    /// <summary>Octets in the store's directory.</summary>
    public long StoreBytes { get; init; }
    /// <summary>Octets free on its disk.</summary>
    public long DiskFreeBytes { get; init; }
    /// <summary>Size of its disk, octets.</summary>
    public long DiskTotalBytes { get; init; }
    /// <summary>Working set of the process, octets.</summary>
    public long WorkingSetBytes { get; init; }
}

/// <summary>Counters of one protocol since start.</summary>
public sealed record MailProtocolStatistics
{
    /// <summary>Which.</summary>
    public required MailProtocol Protocol { get; init; }
    /// <summary>Sessions open now.</summary>
    public int Sessions { get; init; }
    /// <summary>Connections accepted.</summary>
    public long Connections { get; init; }
    /// <summary>Commands carried out.</summary>
    public long Commands { get; init; }
    /// <summary>Messages taken in (SMTP, APPEND) or given out (RETR, FETCH of a body).</summary>
    public long Messages { get; init; }
    /// <summary>Octets received.</summary>
    public long BytesIn { get; init; }
    /// <summary>Octets sent.</summary>
    public long BytesOut { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Protocol}: {Sessions} of {Connections} connections, {Messages} messages";
}
