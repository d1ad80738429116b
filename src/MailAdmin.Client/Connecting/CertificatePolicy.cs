using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailAdmin.Client.Connecting;

/// <summary>Accepts or refuses a server's certificate and remembers what it saw.</summary>
internal sealed class CertificatePolicy(string? thumbprint, bool skip, bool verify, TimeProvider time)
{
    private readonly string? _thumbprint = thumbprint is null ? null : Normalize(thumbprint);

    /// <summary>The certificate shown, a copy that outlives the connection; null before TLS.</summary>
    public X509Certificate2? Certificate { get; private set; }

    /// <summary>What usual validation found.</summary>
    public SslPolicyErrors Errors { get; private set; }

    /// <summary>The chain's findings, in words.</summary>
    public IReadOnlyList<string> ChainFindings { get; private set; } = [];

    /// <summary>True where the pinned thumbprint matched.</summary>
    public bool IsPinned { get; private set; }

    /// <summary>True where the certificate is good by pin or by validation.</summary>
    public bool IsTrusted { get; private set; }

    /// <summary>When the certificate was shown, which is when the handshake was nearly done.</summary>
    public DateTimeOffset? ShownAt { get; private set; }

    /// <summary>True where it was accepted though it is not trusted.</summary>
    public bool AcceptedUntrusted => Certificate is not null && !IsTrusted;

    /// <summary>The callback for MailKit and SslStream.</summary>
    public bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        ShownAt = time.GetUtcNow();
        Errors = errors;
        ChainFindings = chain is null ? [] : [.. chain.ChainStatus.Select(s => s.StatusInformation.Trim()).Where(s => s.Length > 0).Distinct()];
        if (certificate is null)
        {
            return skip || !verify;
        }

        Certificate?.Dispose();
        Certificate = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        if (_thumbprint is not null)
        {
            // A pin names the one certificate: what its chain or its names say then neither helps nor harms.
            IsPinned = IsTrusted = CryptographicOperations.FixedTimeEquals(
                Convert.FromHexString(Thumbprint(Certificate)), SafeHex(_thumbprint));
            return IsTrusted || skip;
        }

        IsTrusted = errors == SslPolicyErrors.None;
        return IsTrusted || skip || !verify;
    }

    /// <summary>SHA-256, upper-case hexadecimal.</summary>
    public static string Thumbprint(X509Certificate2 certificate) => certificate.GetCertHashString(HashAlgorithmName.SHA256);

    /// <summary>What is wrong with the certificate, in one sentence.</summary>
    public string Describe()
    {
        if (_thumbprint is not null && !IsPinned)
        {
            return "The certificate is not the pinned one.";
        }

        var found = new List<string>();
        if (Errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            found.Add("none was shown");
        }

        if (Errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            found.Add("it is for another name");
        }

        if (Errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            found.Add(ChainFindings.Count > 0 ? string.Join("; ", ChainFindings) : "its chain does not lead to a trusted root");
        }

        return found.Count == 0 ? "The certificate is valid." : $"The certificate is not trusted: {string.Join("; ", found).TrimEnd('.')}.";
    }

    private static string Normalize(string thumbprint) =>
        thumbprint.Replace(":", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);

    // A malformed pin matches nothing.
    private static byte[] SafeHex(string text) =>
        text.Length == 64 && text.All(char.IsAsciiHexDigit) ? Convert.FromHexString(text) : [];
}
