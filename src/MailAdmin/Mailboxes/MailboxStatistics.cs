namespace MailAdmin;

/// <summary>What is in a mailbox, as <c>Get-MailboxStatistics</c> sums it up.</summary>
public sealed record MailboxStatistics
{
    /// <summary>Address of the mailbox.</summary>
    public required string Address { get; init; }
    /// <summary>A person's name.</summary>
    public string? DisplayName { get; init; }
    /// <summary>Folders it has.</summary>
    public int FolderCount { get; init; }
    /// <summary>Messages in all folders.</summary>
    public long MessageCount { get; init; }
    /// <summary>Of those, unread.</summary>
    public long UnseenCount { get; init; }
    /// <summary>Octets it holds.</summary>
    public long UsedBytes { get; init; }
    /// <summary>Most octets it may hold; null for no bound.</summary>
    public long? QuotaBytes { get; init; }
    /// <summary>Share of the quota in use, percent; null for no bound.</summary>
    public double? QuotaUsedPercent => QuotaBytes is > 0 ? Math.Round(100.0 * UsedBytes / QuotaBytes.Value, 1) : null;
    /// <summary>Name of the folder that holds the most octets.</summary>
    public string? LargestFolder { get; init; }
    /// <summary>Last successful login; null for never.</summary>
    public DateTimeOffset? LastLoginAt { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Address;
}
