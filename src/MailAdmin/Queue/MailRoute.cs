namespace MailAdmin;

/// <summary>What happens to mail of logged-in senders, and of aliases, that leads to domains elsewhere.</summary>
public enum MailOutboundMode
{
    /// <summary>It is kept in the sender's folder Captured; nothing leaves the machine. For development.</summary>
    Capture,
    /// <summary>It is refused with 550 5.7.1.</summary>
    Refuse,
    /// <summary>It is queued and relayed to its destination.</summary>
    Relay,
}

/// <summary>How a route's next hop comes to TLS.</summary>
public enum MailRouteTlsMode
{
    /// <summary>STARTTLS where the next hop offers it, whatever its certificate; plaintext otherwise. RFC 7435.</summary>
    Opportunistic,
    /// <summary>STARTTLS with a certificate that is valid for the host, or the message waits.</summary>
    Required,
    /// <summary>TLS from the first octet, with a certificate that is valid for the host. RFC 8314.</summary>
    Implicit,
    /// <summary>Plaintext only.</summary>
    None,
}

/// <summary>A next hop for some domains, or for all (a smarthost), in place of their MX records. The most exact domain pattern wins.</summary>
public sealed record MailRoute
{
    /// <summary>Name of the route.</summary>
    public required string Name { get; init; }
    /// <summary><c>*</c> for all domains, <c>example.com</c>, or <c>*.example.com</c> for what is below it.</summary>
    public required string Domain { get; init; }
    /// <summary>Host name or IP address of the next hop. Its MX records are not asked for.</summary>
    public required string Host { get; init; }
    /// <summary>Its port.</summary>
    public required int Port { get; init; }
    /// <summary>How TLS is used.</summary>
    public MailRouteTlsMode TlsMode { get; init; }
    /// <summary>User name it logs in with; null where it does not.</summary>
    public string? UserName { get; init; }
    /// <summary>True where a password is kept for it. It is never shown.</summary>
    public bool HasCredential { get; init; }
    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
