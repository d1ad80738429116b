using MailAdmin.Display;

namespace MailAdmin;

/// <summary>A certificate as <c>Get-MailCertificate</c> shows it; never its private key.</summary>
public sealed record MailCertificate
{
    /// <summary>SHA-256 thumbprint, hexadecimal.</summary>
    public required string Thumbprint { get; init; }
    /// <summary>Subject.</summary>
    public string? Subject { get; init; }
    /// <summary>Issuer.</summary>
    public string? Issuer { get; init; }
    /// <summary>Host names and IP addresses it is for.</summary>
    public IReadOnlyList<string> DnsNames { get; init => field = Indexable.Array(value); } = [];
    /// <summary>Valid from.</summary>
    public DateTimeOffset? NotBefore { get; init; }
    /// <summary>Valid until.</summary>
    public DateTimeOffset? NotAfter { get; init; }
    /// <summary>Algorithm of its key, as in <c>ECDSA</c>.</summary>
    public string? KeyAlgorithm { get; init; }
    /// <summary>True where it vouches for itself.</summary>
    public bool? IsSelfSigned { get; init; }
    /// <summary>Server that uses it, if any.</summary>
    public string? Server { get; init; }
    /// <summary>File it lies in, if any.</summary>
    public string? Path { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Thumbprint;
}
