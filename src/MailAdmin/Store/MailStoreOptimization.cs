namespace MailAdmin;

/// <summary>What <c>Optimize-MailStore</c> achieved.</summary>
public sealed record MailStoreOptimization
{
    /// <summary>Directory of the store.</summary>
    public required string StorePath { get; init; }
    /// <summary>Octets given back to the disk.</summary>
    public required long FreedBytes { get; init; }
}
