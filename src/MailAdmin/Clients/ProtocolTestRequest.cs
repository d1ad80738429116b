using MailAdmin.Display;
using System.Net;

namespace MailAdmin.Clients;

/// <summary>What <c>Test-MailProtocol</c> tests.</summary>
public sealed record ProtocolTestRequest
{
    /// <summary>Host name, address, or (for SMTP) the domain whose MX is meant.</summary>
    public required string ComputerName { get; init; }
    /// <summary>What to speak; empty: all of them.</summary>
    public IReadOnlyList<MailProtocol> Protocols { get; init => field = Indexable.Array(value); } = [];
    /// <summary>One port in place of each protocol's standard ports.</summary>
    public int? Port { get; init; }
    /// <summary>How to come to TLS; null: as the port says.</summary>
    public MailTlsMode? TlsMode { get; init; }
    /// <summary>The endpoints to test, in place of standard ports (those of a running server); null: by protocol and port.</summary>
    public IReadOnlyList<MailEndpoint>? Endpoints { get; init; }
    /// <summary>For login and round trip; null: both are skipped.</summary>
    public NetworkCredential? Credential { get; init; }
    /// <summary>Address that the round trip's messages go to; null: the credential's user name where that is an address.</summary>
    public string? Recipient { get; init; }
    /// <summary>False: no message is sent.</summary>
    public bool RoundTrip { get; init; } = true;
    /// <summary>SHA-256 thumbprint (hexadecimal) of the one certificate to accept, whatever its chain says; null: usual validation.</summary>
    public string? CertificateThumbprint { get; init; }
    /// <summary>Goes on with login and round trip whatever the certificate; it is still reported.</summary>
    public bool SkipCertificateCheck { get; init; }
    /// <summary>Bound of each check.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
}
