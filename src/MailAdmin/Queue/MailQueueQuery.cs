namespace MailAdmin.Administration;

/// <summary>Which queued messages; null members select all.</summary>
public sealed record MailQueueQuery
{
    /// <summary>Id, or a wildcard over ids.</summary>
    public string? Id { get; init; }
    /// <summary>Wildcard over the destination domain.</summary>
    public string? Destination { get; init; }
    /// <summary>Wildcard over the sender; the empty text is the null sender.</summary>
    public string? Sender { get; init; }
    /// <summary>Wildcard that one of the recipients matches.</summary>
    public string? Recipient { get; init; }
    /// <summary>Only messages in this state.</summary>
    public MailQueueStatus? Status { get; init; }
    /// <summary>At most this many, the oldest ones; 0 for all.</summary>
    public int First { get; init; }
}

/// <summary>What to do with queued messages.</summary>
public enum MailQueueAction
{
    /// <summary>No attempt is made until they are resumed.</summary>
    Suspend,
    /// <summary>Attempts go on where they were.</summary>
    Resume,
    /// <summary>The next attempt is made now; suspended ones are resumed by it.</summary>
    Retry,
    /// <summary>They go, and nobody is told.</summary>
    Remove,
    /// <summary>They go, and the sender gets a delivery status notification. RFC 3464.</summary>
    Bounce,
}

/// <summary>What a route is to be; null members stay where one is changed, and have their defaults where one is made.</summary>
public sealed record MailRouteChange
{
    /// <summary>Domains: <c>*</c> for all (a smarthost), <c>example.com</c>, <c>*.example.com</c>.</summary>
    public string? Domain { get; init; }
    /// <summary>Host name or IP address of the next hop.</summary>
    public string? Host { get; init; }
    /// <summary>Its port; 25 by default, 465 where TLS is implicit, 587 with a credential.</summary>
    public int? Port { get; init; }
    /// <summary>How TLS is used.</summary>
    public MailRouteTlsMode? TlsMode { get; init; }
    /// <summary>User name to log in with; empty takes the credential away.</summary>
    public string? UserName { get; init; }
    /// <summary>Password to log in with.</summary>
    public string? Password { get; init; }

    /// <summary>Never shows the password.</summary>
    public override string ToString() => $"{Domain} {Host}:{Port} {TlsMode}";
}
