using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailAdmin.Server.Connections;

namespace MailAdmin.Server.Hosting;

/// <summary>The server's certificate: the user's own from a file, or a self-signed one that is made once and kept with the store.</summary>
internal static class ServerCertificate
{
    /// <summary>What is made lives a year and a month, the longest that clients still take from anybody.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(397);
    /// <summary>A new one is made this long before the old one ends.</summary>
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(30);

    /// <summary>ERROR_INVALID_PASSWORD, which the runtime gives on every platform.</summary>
    private const int InvalidPassword = unchecked((int)0x80070056);

    /// <summary>Loads <paramref name="path"/>: PFX, or PEM with the chain and the private key in one file.</summary>
    /// <exception cref="Errors.MailAdminException"><c>CertificateNotUsable</c></exception>
    public static TlsConfiguration Load(string path, string? password)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            if (IsPem(path))
            {
                if (password is null && HoldsEncryptedKey(path))
                {
                    throw ServerErrors.CertificateNotUsable(path, "its private key is encrypted, and no password was given.", null);
                }

                var pem = password is null ? X509Certificate2.CreateFromPemFile(path) : X509Certificate2.CreateFromEncryptedPemFile(path, password);
                certificates.ImportFromPemFile(path);
                return new TlsConfiguration(Usable(pem), certificates);
            }

            certificates.AddRange(X509CertificateLoader.LoadPkcs12CollectionFromFile(path, password, X509KeyStorageFlags.Exportable));
            var own = certificates.FirstOrDefault(c => c.HasPrivateKey) ?? throw ServerErrors.CertificateNotUsable(path, "it has no private key.", null);
            return new TlsConfiguration(own, certificates);
        }
        catch (CryptographicException e) when (e.HResult == InvalidPassword)
        {
            throw ServerErrors.CertificateNotUsable(path, password is null ? "it is encrypted, and no password was given." : "the password is not that of the file.", e);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw ServerErrors.CertificateNotUsable(path, e.Message, e);
        }
    }

    /// <summary>The certificate kept in <paramref name="directory"/>; made, or made anew, where there is none that will do.</summary>
    public static TlsConfiguration LoadOrCreate(string directory, string hostName, TimeProvider time)
    {
        var certificatePath = Path.Combine(directory, "certificate.pem");
        var keyPath = Path.Combine(directory, "key.pem");
        var now = time.GetUtcNow();
        if (File.Exists(certificatePath) && File.Exists(keyPath))
        {
            try
            {
                var kept = X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
                if (kept.NotAfter.ToUniversalTime() - RenewBefore > now.UtcDateTime && kept.MatchesHostname(hostName))
                {
                    return new TlsConfiguration(Usable(kept));
                }
            }
            catch (CryptographicException)
            {
                // Damaged: a new one costs the client a question, no certificate costs it the server.
            }
        }

        StoreDirectory.CreatePrivate(directory);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var made = Create(key, hostName, now);
        StoreDirectory.WritePrivate(keyPath, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()));
        StoreDirectory.WritePrivate(certificatePath, Encoding.ASCII.GetBytes(made.ExportCertificatePem()));
        return new TlsConfiguration(Usable(made));
    }

    private static X509Certificate2 Create(ECDsa key, string hostName, DateTimeOffset now)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(hostName.Length <= 64 ? hostName : "localhost");
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(hostName);
        if (!hostName.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            names.AddDnsName("localhost");
        }

        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        // An hour back, for clocks that do not agree.
        return request.CreateSelfSigned(now.AddHours(-1), now + Lifetime);
    }

    /// <summary>Windows' TLS does not take a key that lives in memory only; elsewhere the detour would cost more than making the certificate.</summary>
    private static X509Certificate2 Usable(X509Certificate2 certificate) =>
        OperatingSystem.IsLinux()
            ? certificate
            : X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null, X509KeyStorageFlags.Exportable);

    private static bool HoldsEncryptedKey(string path) =>
        File.ReadLines(path).Any(l => l.StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY", StringComparison.Ordinal));

    private static bool IsPem(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> head = stackalloc byte[4096];
        return head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)].IndexOf("-----BEGIN "u8) >= 0;
    }
}
