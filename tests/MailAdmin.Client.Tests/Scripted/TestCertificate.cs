using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailAdmin.Client.Tests.Scripted;

/// <summary>Self-signed certificates of the scripted servers.</summary>
internal static class TestCertificate
{
    public static X509Certificate2 Create(TimeSpan? endsIn = null, string name = "localhost")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var end = DateTimeOffset.UtcNow + (endsIn ?? TimeSpan.FromDays(90));
        using var certificate = request.CreateSelfSigned(end - TimeSpan.FromDays(365), end);
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }

    public static string Thumbprint(this X509Certificate2 certificate) => certificate.GetCertHashString(HashAlgorithmName.SHA256);
}
