using MailAdmin.Addresses;

namespace MailAdmin;

/// <summary>An address or network whose connections are refused. Kept in the store: it outlasts the server.</summary>
public sealed record MailBlock
{
    /// <summary>The IP address, or the network as <c>192.0.2.0/24</c>.</summary>
    public required string Address { get; init; }
    /// <summary>Since when.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>Until when; null: until it is taken off.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
    /// <summary>Why, in the admin's words.</summary>
    public string? Reason { get; init; }
    /// <summary>Connections refused because of it since the server started; 0 where none runs.</summary>
    public long RefusedCount { get; init; }

    /// <summary>True where this block shuts out an address, or all of a network.</summary>
    public bool Covers(string address) => IpRange.TryParse(address, out var other, out _) && IpRange.TryParse(Address, out var range, out _) && range.Contains(other);

    /// <inheritdoc/>
    public override string ToString() => Address;
}
