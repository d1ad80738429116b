using MailAdmin.Security;

namespace MailAdmin.Administration;

/// <summary>
/// Everything an admin can ask of a server or a store. Three routes implement it, and a caller does not know which it took: a server
/// in this process, a server in another process over the control channel, or a store opened for the call with no server running.
/// </summary>
/// <remarks>
/// Every member throws <see cref="Errors.MailAdminException"/> for what a person can act on. Arguments and results are plain values
/// that System.Text.Json can carry. Identities are addresses, ids or wildcard patterns (<c>*</c>, <c>?</c>) as each member says.
/// A member that needs a running server throws <c>ServerNotRunning</c> on the third route.
/// </remarks>
public interface IMailAdministration : IAsyncDisposable
{
    // ---- server

    /// <summary>The server or store of this moment.</summary>
    Task<MailServerInfo> GetServerAsync(CancellationToken cancellationToken);
    /// <summary>Counters since start.</summary>
    Task<MailServerStatistics> GetStatisticsAsync(CancellationToken cancellationToken);
    /// <summary>Changes settings of a running server that need no restart; null members stay.</summary>
    Task<MailServerInfo> SetServerAsync(MailServerChange change, CancellationToken cancellationToken);
    /// <summary>Begins an ordered stop and returns when it is done.</summary>
    Task StopServerAsync(TimeSpan drain, CancellationToken cancellationToken);
    /// <summary>
    /// Stops in order and starts again in the same process, with the same name, store, ports and settings, those changed meanwhile included; returns it as it is
    /// then. <c>ServerIsEphemeral</c>; where the start fails its error, and the server has ended.
    /// </summary>
    Task<MailServerInfo> RestartServerAsync(TimeSpan drain, CancellationToken cancellationToken);

    // ---- domains, mailboxes, aliases

    /// <summary>Domains whose names match; null for all.</summary>
    IAsyncEnumerable<MailDomain> GetDomainsAsync(string? pattern, CancellationToken cancellationToken);
    /// <summary>Makes a domain.</summary>
    Task<MailDomain> NewDomainAsync(string name, string? catchAll, CancellationToken cancellationToken);
    /// <summary>Gives a domain another catch-all; null takes it away. <c>DomainNotFound</c>.</summary>
    Task<MailDomain> SetDomainAsync(string name, string? catchAll, CancellationToken cancellationToken);
    /// <summary>Removes a domain; <c>DomainNotEmpty</c> while mailboxes or aliases are in it.</summary>
    Task RemoveDomainAsync(string name, CancellationToken cancellationToken);
    /// <summary>Mailboxes whose address, id or display name matches; null for all. Ordered by address.</summary>
    IAsyncEnumerable<Mailbox> GetMailboxesAsync(string? pattern, CancellationToken cancellationToken);
    /// <summary>Makes a mailbox with the standard folders; its domain is made where it is missing and the request says so.</summary>
    Task<Mailbox> NewMailboxAsync(NewMailboxRequest request, CancellationToken cancellationToken);
    /// <summary>Changes one mailbox; null members stay. Aliases and catch-alls that name its old address name the new one then.</summary>
    Task<Mailbox> SetMailboxAsync(string identity, MailboxChange change, CancellationToken cancellationToken);
    /// <summary>Removes a mailbox and all its mail.</summary>
    Task RemoveMailboxAsync(string identity, CancellationToken cancellationToken);
    /// <summary>Aliases whose address matches; null for all.</summary>
    IAsyncEnumerable<MailAlias> GetAliasesAsync(string? pattern, CancellationToken cancellationToken);
    /// <summary>What sends its mail to an address: aliases with it as a target, with or without a detail, and domains with it as catch-all.</summary>
    Task<AddressUses> GetUsesAsync(string address, CancellationToken cancellationToken);
    /// <summary>
    /// Makes an alias, or replaces its targets where it exists and <paramref name="replace"/> is set. <c>AliasLoop</c> where a target leads back to it; a target that nobody has
    /// is taken, and stands in <see cref="MailAlias.DeadTargets"/>.
    /// </summary>
    Task<MailAlias> SetAliasAsync(string address, IReadOnlyList<string> targets, bool replace, CancellationToken cancellationToken);
    /// <summary>Removes an alias.</summary>
    Task RemoveAliasAsync(string address, CancellationToken cancellationToken);

    // ---- folders and messages

    /// <summary>Folders of one mailbox whose full name matches; null for all.</summary>
    IAsyncEnumerable<MailboxFolder> GetFoldersAsync(string mailbox, string? pattern, CancellationToken cancellationToken);
    /// <summary>Makes a folder and the levels above it.</summary>
    Task<MailboxFolder> NewFolderAsync(string mailbox, string name, string? specialUse, CancellationToken cancellationToken);
    /// <summary>Renames a folder with all below it.</summary>
    Task<MailboxFolder> RenameFolderAsync(string mailbox, string name, string newName, CancellationToken cancellationToken);
    /// <summary>Removes a folder and its messages.</summary>
    Task RemoveFolderAsync(string mailbox, string name, CancellationToken cancellationToken);
    /// <summary>Messages of a folder that the query selects, oldest first.</summary>
    IAsyncEnumerable<MailboxMessage> GetMessagesAsync(MessageQuery query, CancellationToken cancellationToken);
    /// <summary>Up to <paramref name="count"/> octets of a message's content from <paramref name="offset"/>; empty at its end.</summary>
    Task<byte[]> ReadMessageAsync(string mailbox, string folder, uint uid, long offset, int count, CancellationToken cancellationToken);
    /// <summary>Stores a message, read piece by piece (see <see cref="ContentPieces"/>) so that it is never whole in memory; returns it as stored.</summary>
    Task<MailboxMessage> ImportMessageAsync(string mailbox, string folder, IAsyncEnumerable<byte[]> content, IReadOnlyList<string> flags, DateTimeOffset? receivedAt, CancellationToken cancellationToken);
    /// <summary>Sets, adds or removes flags; returns the number of messages changed.</summary>
    Task<int> SetMessageFlagsAsync(string mailbox, string folder, IReadOnlyList<uint> uids, MessageFlagsMode mode, IReadOnlyList<string> flags, CancellationToken cancellationToken);
    /// <summary>Copies or moves messages, whole or not at all; returns (old UID, new UID).</summary>
    Task<IReadOnlyList<UidPair>> TransferMessagesAsync(string mailbox, string folder, IReadOnlyList<uint> uids, string targetMailbox, string targetFolder, bool move, CancellationToken cancellationToken);
    /// <summary>Removes messages at once, whatever their flags; returns the number removed.</summary>
    Task<int> RemoveMessagesAsync(string mailbox, string folder, IReadOnlyList<uint> uids, CancellationToken cancellationToken);

    // ---- sessions and events (need a running server)

    /// <summary>Sessions open now.</summary>
    Task<IReadOnlyList<MailSession>> GetSessionsAsync(CancellationToken cancellationToken);
    /// <summary>Ends a session: the client is told where its protocol allows. False where there is none.</summary>
    Task<bool> StopSessionAsync(string id, CancellationToken cancellationToken);
    /// <summary>The transcript so far; with <paramref name="follow"/>, lines as they come until the session ends.</summary>
    IAsyncEnumerable<TranscriptLine> GetTranscriptAsync(string sessionId, bool follow, CancellationToken cancellationToken);
    /// <summary>Events after <paramref name="afterSequence"/> (0: from now on; negative: all that are kept), as they happen, until cancelled. The watch begins with the call; one that is not read must be cancelled.</summary>
    IAsyncEnumerable<MailEvent> WatchEventsAsync(long afterSequence, CancellationToken cancellationToken);

    // ---- blocked addresses (kept in the store)

    /// <summary>Addresses and networks whose connections are refused, those that are over left out.</summary>
    Task<IReadOnlyList<MailBlock>> GetBlocksAsync(CancellationToken cancellationToken);
    /// <summary>
    /// Refuses connections from an IP address or network (<c>192.0.2.0/24</c>), and ends those it has; null: until it is taken off. A block that exists gets the
    /// new end and reason. <c>InvalidIpAddress</c>, <c>InvalidDuration</c>, <c>BlockOfAll</c>, <c>ReasonTooLong</c>, <c>TooManyBlocks</c>.
    /// </summary>
    Task<MailBlock> AddBlockAsync(string address, TimeSpan? duration, string? reason, CancellationToken cancellationToken);
    /// <summary>Takes a block off, named as it stands in the list. False where there is none.</summary>
    Task<bool> RemoveBlockAsync(string address, CancellationToken cancellationToken);

    // ---- queue and routes

    /// <summary>Queued messages that the query selects, oldest first.</summary>
    IAsyncEnumerable<MailQueueMessage> GetQueueMessagesAsync(MailQueueQuery query, CancellationToken cancellationToken);
    /// <summary>The queue by destination, those whose domain matches; null for all. Ordered by number of messages, most first.</summary>
    Task<IReadOnlyList<MailQueueDestination>> GetQueueDestinationsAsync(string? pattern, CancellationToken cancellationToken);
    /// <summary>Up to <paramref name="count"/> octets of a queued message's content from <paramref name="offset"/>; empty at its end.</summary>
    Task<byte[]> ReadQueueMessageAsync(string id, long offset, int count, CancellationToken cancellationToken);
    /// <summary>
    /// Suspends, resumes, retries or removes queued messages. Returns those that it was done to; an id that is gone (delivered meanwhile) or that is being sent
    /// at this moment and is to be removed is left out. Bounce needs a running server.
    /// </summary>
    Task<IReadOnlyList<MailQueueMessage>> ChangeQueueMessagesAsync(IReadOnlyList<string> ids, MailQueueAction action, CancellationToken cancellationToken);
    /// <summary>Routes whose names match; null for all.</summary>
    Task<IReadOnlyList<MailRoute>> GetRoutesAsync(string? pattern, CancellationToken cancellationToken);
    /// <summary>Makes a route; <c>RouteExists</c> where the name or the domain pattern is taken.</summary>
    Task<MailRoute> NewRouteAsync(string name, MailRouteChange route, CancellationToken cancellationToken);
    /// <summary>Changes a route; null members stay.</summary>
    Task<MailRoute> SetRouteAsync(string name, MailRouteChange change, CancellationToken cancellationToken);
    /// <summary>Removes a route and its password.</summary>
    Task RemoveRouteAsync(string name, CancellationToken cancellationToken);

    // ---- store

    /// <summary>Verifies every record and row; findings stream as they are made.</summary>
    IAsyncEnumerable<StoreFinding> TestStoreAsync(CancellationToken cancellationToken);
    /// <summary>Compacts segments that are mostly dead; returns octets given back.</summary>
    Task<long> OptimizeStoreAsync(CancellationToken cancellationToken);
}

/// <summary>What sends its mail to an address.</summary>
/// <param name="Aliases">Addresses of aliases.</param>
/// <param name="Domains">Domains whose catch-all it is.</param>
public sealed record AddressUses(IReadOnlyList<string> Aliases, IReadOnlyList<string> Domains);

/// <summary>What to make.</summary>
/// <param name="Address">Address and login name.</param>
/// <param name="Verifier">What is kept of the password; made by the caller, so that no password crosses the channel.</param>
public sealed record NewMailboxRequest(string Address, ScramVerifier Verifier)
{
    /// <summary>A person's name.</summary>
    public string? DisplayName { get; init; }
    /// <summary>Most octets; null for no bound.</summary>
    public long? QuotaBytes { get; init; }
    /// <summary>False: logins are refused.</summary>
    public bool IsEnabled { get; init; } = true;
    /// <summary>Makes the domain where it is missing; otherwise <c>DomainNotFound</c>.</summary>
    public bool CreateDomain { get; init; } = true;
}

/// <summary>What to change; null members stay.</summary>
public sealed record MailboxChange
{
    /// <summary>A new address (rename).</summary>
    public string? Address { get; init; }
    /// <summary>A new name; empty removes it.</summary>
    public string? DisplayName { get; init; }
    /// <summary>A new quota in octets; 0 removes it.</summary>
    public long? QuotaBytes { get; init; }
    /// <summary>Allow or refuse logins.</summary>
    public bool? IsEnabled { get; init; }
    /// <summary>A new password's verifier; drops cached logins and ends nothing.</summary>
    public ScramVerifier? Verifier { get; init; }
}

/// <summary>What to change on a running server; null members stay.</summary>
public sealed record MailServerChange
{
    /// <summary>New host name for greetings.</summary>
    public string? HostName { get; init; }
    /// <summary>What happens to mail that leads elsewhere, from now on.</summary>
    public MailOutboundMode? Outbound { get; init; }
    /// <summary>Replaces the list of capabilities not offered; new sessions see it.</summary>
    public IReadOnlyList<string>? DisabledCapabilities { get; init; }
    /// <summary>Replaces limits by name; new sessions see them.</summary>
    public IReadOnlyDictionary<string, long>? Limits { get; init; }
    /// <summary>PFX or PEM file of a new certificate; new connections see it.</summary>
    public string? CertificatePath { get; init; }
    /// <summary>Password of that file.</summary>
    public string? CertificatePassword { get; init; }
}

/// <summary>Which messages.</summary>
/// <param name="Mailbox">Address or id.</param>
/// <param name="Folder">Full name.</param>
public sealed record MessageQuery(string Mailbox, string Folder)
{
    /// <summary>Only these UIDs; null for all.</summary>
    public IReadOnlyList<uint>? Uids { get; init; }
    /// <summary>Wildcard over the decoded subject.</summary>
    public string? Subject { get; init; }
    /// <summary>Wildcard over the decoded From.</summary>
    public string? From { get; init; }
    /// <summary>Wildcard over the decoded To and Cc.</summary>
    public string? To { get; init; }
    /// <summary>Exact Message-ID, without angle brackets.</summary>
    public string? MessageId { get; init; }
    /// <summary>Only unread, or only read.</summary>
    public bool? IsRead { get; init; }
    /// <summary>Came in at or after.</summary>
    public DateTimeOffset? Since { get; init; }
    /// <summary>Came in before.</summary>
    public DateTimeOffset? Before { get; init; }
    /// <summary>Only UIDs above this one.</summary>
    public uint AfterUid { get; init; }
    /// <summary>At most this many, the newest ones; 0 for all.</summary>
    public int Newest { get; init; }
}

/// <summary>What SetMessageFlags does with the flags given.</summary>
public enum MessageFlagsMode
{
    /// <summary>They become all the flags.</summary>
    Replace,
    /// <summary>They are added.</summary>
    Add,
    /// <summary>They are taken off.</summary>
    Remove,
}

/// <summary>A message before and after a copy or move.</summary>
public sealed record UidPair(uint Source, uint Target);

/// <summary>Something that verification found.</summary>
/// <param name="Severity">Warning: harmless or mended; Error: data is lost or wrong.</param>
/// <param name="Kind">Stable: ChecksumMismatch, MissingSegment, TruncatedSegment, CountMismatch, UnreferencedFile, …</param>
/// <param name="Location">Where: segment and offset, or mailbox, folder and UID.</param>
/// <param name="Message">One sentence for a person.</param>
public sealed record StoreFinding(MailEventSeverity Severity, string Kind, string Location, string Message);
