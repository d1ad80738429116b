using MailAdmin.Addresses;
using MailAdmin.Security;

namespace MailAdmin.Store;

/// <summary>Domains, mailboxes, aliases and settings. Lookups are by canonical address and cost the same in a store of any size.</summary>
public interface IAccountStore
{
    ValueTask<DomainRecord?> FindDomainAsync(string name, CancellationToken cancellationToken = default);
    IAsyncEnumerable<DomainRecord> ListDomainsAsync(CancellationToken cancellationToken = default);
    /// <exception cref="Errors.MailAdminException"><c>DomainExists</c></exception>
    Task<DomainRecord> CreateDomainAsync(string name, MailboxAddress? catchAll, CancellationToken cancellationToken = default);
    Task<DomainRecord> SetCatchAllAsync(string name, MailboxAddress? catchAll, CancellationToken cancellationToken = default);
    /// <exception cref="Errors.MailAdminException"><c>DomainNotFound</c>, <c>DomainNotEmpty</c></exception>
    Task DeleteDomainAsync(string name, CancellationToken cancellationToken = default);

    ValueTask<MailboxRecord?> FindMailboxAsync(MailboxAddress address, CancellationToken cancellationToken = default);
    ValueTask<MailboxRecord?> GetMailboxAsync(MailboxId id, CancellationToken cancellationToken = default);
    /// <summary>Ordered by address. A pattern has <c>*</c> and <c>?</c>; a literal prefix is looked up, not scanned for.</summary>
    IAsyncEnumerable<MailboxRecord> ListMailboxesAsync(string? pattern = null, CancellationToken cancellationToken = default);
    /// <summary>Makes the mailbox with INBOX and the folders in <see cref="NewMailbox.Folders"/>.</summary>
    /// <exception cref="Errors.MailAdminException"><c>MailboxExists</c>, <c>AddressInUse</c> (an alias has it), <c>DomainNotFound</c></exception>
    Task<MailboxRecord> CreateMailboxAsync(NewMailbox mailbox, CancellationToken cancellationToken = default);
    /// <summary>Changes a mailbox. Targets of aliases and catch-alls that name its old address name the new one then, in the same commit.</summary>
    /// <exception cref="Errors.MailAdminException"><c>MailboxNotFound</c>; for a new address <c>MailboxExists</c>, <c>AddressInUse</c>, <c>DomainNotFound</c></exception>
    Task<MailboxRecord> UpdateMailboxAsync(MailboxId id, MailboxUpdate update, CancellationToken cancellationToken = default);
    Task DeleteMailboxAsync(MailboxId id, CancellationToken cancellationToken = default);
    /// <summary>Noted in memory at once, written with a later commit; the only thing that a crash may lose.</summary>
    void NoteLogin(MailboxId id, DateTimeOffset at);

    ValueTask<AliasRecord?> FindAliasAsync(MailboxAddress address, CancellationToken cancellationToken = default);
    IAsyncEnumerable<AliasRecord> ListAliasesAsync(CancellationToken cancellationToken = default);
    /// <exception cref="Errors.MailAdminException"><c>AliasExists</c> unless <paramref name="replace"/>, <c>AddressInUse</c>, <c>DomainNotFound</c></exception>
    Task<AliasRecord> PutAliasAsync(MailboxAddress address, IReadOnlyList<MailboxAddress> targets, bool replace, CancellationToken cancellationToken = default);
    Task DeleteAliasAsync(MailboxAddress address, CancellationToken cancellationToken = default);

    ValueTask<string?> GetSettingAsync(string key, CancellationToken cancellationToken = default);
    /// <summary>Settings whose key begins with <paramref name="prefix"/>, by key.</summary>
    IAsyncEnumerable<KeyValuePair<string, string>> ListSettingsAsync(string prefix, CancellationToken cancellationToken = default);
    /// <summary>Null removes it.</summary>
    Task PutSettingAsync(string key, string? value, CancellationToken cancellationToken = default);
}

/// <summary>A domain.</summary>
public sealed record DomainRecord(string Name, MailboxAddress? CatchAll, long MailboxCount, DateTimeOffset CreatedAt);

/// <summary>An alias; its targets may be local or not.</summary>
public sealed record AliasRecord(MailboxAddress Address, IReadOnlyList<MailboxAddress> Targets, DateTimeOffset CreatedAt);

/// <summary>A mailbox. <see cref="UsedBytes"/> and <see cref="MessageCount"/> are kept with every commit.</summary>
public sealed record MailboxRecord(
    MailboxId Id, MailboxAddress Address, string? DisplayName, bool IsEnabled, long? QuotaBytes, long UsedBytes, long MessageCount,
    ScramVerifier Verifier, DateTimeOffset CreatedAt, DateTimeOffset? LastLoginAt);

/// <summary>What to make.</summary>
public sealed record NewMailbox(MailboxAddress Address, ScramVerifier Verifier)
{
    public string? DisplayName { get; init; }
    public long? QuotaBytes { get; init; }
    public bool IsEnabled { get; init; } = true;
    public bool CreateDomain { get; init; }
    /// <summary>Folders made beside INBOX, subscribed: (name, special use).</summary>
    public IReadOnlyList<(string Name, SpecialUse Use)> Folders { get; init; } =
        [("Drafts", SpecialUse.Drafts), ("Sent", SpecialUse.Sent), ("Archive", SpecialUse.Archive), ("Junk", SpecialUse.Junk), ("Trash", SpecialUse.Trash)];
}

/// <summary>What to change; null members stay. <see cref="ClearQuota"/> and <see cref="ClearDisplayName"/> take a value away.</summary>
public sealed record MailboxUpdate
{
    public MailboxAddress? Address { get; init; }
    public string? DisplayName { get; init; }
    public bool ClearDisplayName { get; init; }
    public long? QuotaBytes { get; init; }
    public bool ClearQuota { get; init; }
    public bool? IsEnabled { get; init; }
    public ScramVerifier? Verifier { get; init; }
}
