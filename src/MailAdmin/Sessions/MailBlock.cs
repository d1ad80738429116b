namespace MailAdmin;

/// <summary>An address whose connections are refused. Kept in memory: it ends with the server.</summary>
public sealed record MailBlock
{
    /// <summary>The IP address.</summary>
    public required string Address { get; init; }
    /// <summary>Since when.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>Until when; null: until the server stops.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
    /// <summary>Why, in the admin's words.</summary>
    public string? Reason { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Address;
}
