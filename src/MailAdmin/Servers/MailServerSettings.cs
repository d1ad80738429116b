using MailAdmin.Display;

namespace MailAdmin;

/// <summary>
/// What <c>Start-MailServer</c> starts. Port: a number, 0 for a free one, null for the standard port plus
/// <see cref="PortOffset"/>, -1 for not at all.
/// </summary>
public sealed record MailServerSettings
{
    /// <summary>Name among the running servers.</summary>
    public string Name { get; init; } = "default";
    /// <summary>Host name in greetings and trace fields; null: the machine's name.</summary>
    public string? HostName { get; init; }
    /// <summary>Directory of the store; null: the user's data directory, or a temporary one where <see cref="Ephemeral"/>.</summary>
    public string? StorePath { get; init; }
    /// <summary>Address to listen on. Loopback unless asked for otherwise.</summary>
    public string Address { get; init; } = "127.0.0.1";
    /// <summary>Added to the standard ports: 2000 by default, 0 for the standard ports themselves.</summary>
    public int PortOffset { get; init; } = 2000;
    /// <summary>Port for SMTP (25).</summary>
    public int? SmtpPort { get; init; }
    /// <summary>Port for submission (587).</summary>
    public int? SubmissionPort { get; init; }
    /// <summary>Port for submission with implicit TLS (465).</summary>
    public int? SubmissionsPort { get; init; }
    /// <summary>Port for IMAP (143).</summary>
    public int? ImapPort { get; init; }
    /// <summary>Port for IMAP with implicit TLS (993).</summary>
    public int? ImapsPort { get; init; }
    /// <summary>Port for POP3 (110).</summary>
    public int? Pop3Port { get; init; }
    /// <summary>Port for POP3 with implicit TLS (995).</summary>
    public int? Pop3sPort { get; init; }
    /// <summary>Domains to take mail for; made in the store where they are missing.</summary>
    public IReadOnlyList<string> Domains { get; init => field = Indexable.Array(value); } = [];
    /// <summary>Free ports, a temporary store, both gone at stop.</summary>
    public bool Ephemeral { get; init; }
    /// <summary>What happens to mail that leads to outside domains. By default nothing leaves the machine.</summary>
    public MailOutboundMode Outbound { get; init; } = MailOutboundMode.Capture;
    /// <summary>PFX or PEM file of the certificate; null: the store's own, made at first start.</summary>
    public string? CertificatePath { get; init; }
    /// <summary>Password of that file.</summary>
    public string? CertificatePassword { get; init; }
    /// <summary>Capabilities not to offer (IDLE, CHUNKING, …), to imitate weaker servers.</summary>
    public IReadOnlyList<string> DisabledCapabilities { get; init => field = Indexable.Array(value); } = [];
    /// <summary>Plaintext logins without TLS: only from loopback (default), or never.</summary>
    public bool AllowPlaintextLoginOnLoopback { get; init; } = true;
    /// <summary>
    /// Offers SCRAM-SHA-256-PLUS under TLS. Off: the platform gives tls-server-end-point only, and clients that take the mechanism for its name
    /// and bind by tls-exporter or tls-unique (mutt) then fail instead of taking the next one. RFC 9266 §3.
    /// </summary>
    public bool OfferChannelBinding { get; init; }
    /// <summary>Separates user and detail in an address; null for none. RFC 5233.</summary>
    public char? DetailSeparator { get; init; } = '+';
    /// <summary>Limits by name (see about_MailAdmin_Limits); names not given keep their defaults.</summary>
    public IReadOnlyDictionary<string, long> Limits { get; init; } = new Dictionary<string, long>();

    /// <summary>
    /// Addresses or networks (10.0.0.0/8) of load balancers that speak the PROXY protocol, version 1 or 2, to this server. Connections from there
    /// must begin with its header and count as their client's; from anywhere else no header is taken. None by default.
    /// </summary>
    public IReadOnlyList<string> TrustedProxies { get; init => field = Indexable.Array(value); } = [];

    /// <summary>Never shows the certificate's password.</summary>
    public override string ToString() => $"{Name} ({(Ephemeral ? "ephemeral" : StorePath ?? "default store")})";
}
