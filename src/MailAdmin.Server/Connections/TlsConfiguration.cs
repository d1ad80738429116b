using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailAdmin.Server.Connections;

/// <summary>A certificate as the connections use it: made once, shared by all handshakes, replaced whole when the certificate changes.</summary>
internal sealed class TlsConfiguration
{
    /// <summary>RFC 8996 takes TLS 1.0 and 1.1 away; RFC 8314 §4.1 asks for 1.2 at least.</summary>
    private const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    private readonly Lazy<SslServerAuthenticationOptions> _options;
    private readonly Lazy<ReadOnlyMemory<byte>> _binding;

    public TlsConfiguration(X509Certificate2 certificate, X509Certificate2Collection? chain = null)
    {
        Certificate = certificate;
        _binding = new(() => Hash(certificate));
        _options = new(() => new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
            EnabledSslProtocols = Protocols,
            ClientCertificateRequired = false,
            AllowRenegotiation = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        });

        // Building the chain reads all of the system's roots, which takes longer than all the rest of a start: meanwhile, not before.
        ThreadPool.UnsafeQueueUserWorkItem(static options => _ = options.Value, _options, preferLocal: false);
    }

    public X509Certificate2 Certificate { get; }

    /// <summary>Options of a handshake; waits where they are not ready yet.</summary>
    public SslServerAuthenticationOptions Options => _options.Value;

    /// <summary>tls-server-end-point, RFC 5929 §4.1.</summary>
    public ReadOnlyMemory<byte> EndPointBinding => _binding.Value;

    /// <summary>The hash of the certificate's own signature; SHA-256 in place of MD5 and SHA-1.</summary>
    private static byte[] Hash(X509Certificate2 certificate) => certificate.SignatureAlgorithm.Value switch
    {
        "1.2.840.113549.1.1.12" or "1.2.840.10045.4.3.3" => SHA384.HashData(certificate.RawData),
        "1.2.840.113549.1.1.13" or "1.2.840.10045.4.3.4" => SHA512.HashData(certificate.RawData),
        _ => SHA256.HashData(certificate.RawData),
    };
}
