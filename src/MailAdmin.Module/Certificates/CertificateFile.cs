using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailAdmin.Errors;

namespace MailAdmin.Module.Certificates;

/// <summary>Certificates as records and files.</summary>
internal static class CertificateFile
{
    /// <summary>What is shown of a certificate.</summary>
    public static MailCertificate Describe(X509Certificate2 certificate, string? server = null, string? path = null) => new()
    {
        Thumbprint = certificate.GetCertHashString(HashAlgorithmName.SHA256),
        Subject = certificate.Subject,
        Issuer = certificate.Issuer,
        DnsNames = [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(e => e.EnumerateDnsNames().Concat(e.EnumerateIPAddresses().Select(a => a.ToString())))],
        NotBefore = certificate.NotBefore.ToUniversalTime(),
        NotAfter = certificate.NotAfter.ToUniversalTime(),
        KeyAlgorithm = certificate.GetECDsaPublicKey() is not null ? "ECDSA" : certificate.GetRSAPublicKey() is not null ? "RSA" : certificate.PublicKey.Oid.FriendlyName,
        IsSelfSigned = certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData),
        Server = server,
        Path = path,
    };

    /// <summary>Reads the first certificate of a PFX, PEM or DER file; of a PFX with its private key where it has one.</summary>
    /// <exception cref="MailAdminException"><c>CertificateNotUsable</c>.</exception>
    public static X509Certificate2 Load(string path, string? password)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no file '{path}'.", path);
        }

        try
        {
            return X509Certificate2.GetCertContentType(path) == X509ContentType.Pfx
                ? X509CertificateLoader.LoadPkcs12FromFile(path, password)
                : X509CertificateLoader.LoadCertificateFromFile(path);
        }
        catch (CryptographicException e)
        {
            throw new MailAdminException("CertificateNotUsable", MailErrorCategory.InvalidArgument, $"'{path}' cannot be read as a certificate: {e.Message}", path, "Give a PFX or PEM file, and its password where it has one.", e);
        }
    }

    /// <summary>Writes for the owner's eyes only, from the first octet on.</summary>
    public static void WritePrivate(string path, byte[] content)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        File.Delete(path);
        using var file = new FileStream(path, options);
        file.Write(content);
    }
}
