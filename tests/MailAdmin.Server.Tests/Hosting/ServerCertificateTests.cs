using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailAdmin.Errors;
using MailAdmin.Server.Hosting;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Hosting;

public sealed class ServerCertificateTests : IDisposable
{
    private const string Password = "file secret";
    private readonly TempDirectory _directory = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        _key.Dispose();
        _directory.Dispose();
    }

    private string Write(string name)
    {
        var now = DateTimeOffset.UtcNow;
        using var made = new CertificateRequest("CN=mail.test", _key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        var file = _directory.File(name);
        if (name.EndsWith(".pfx", StringComparison.Ordinal))
        {
            File.WriteAllBytes(file, made.Export(X509ContentType.Pfx, Password));
        }
        else
        {
            var protection = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
            File.WriteAllText(file, $"{made.ExportCertificatePem()}\n{_key.ExportEncryptedPkcs8PrivateKeyPem(Password, protection)}\n");
        }

        return file;
    }

    [Theory]
    [InlineData("own.pfx")]
    [InlineData("own.pem")]
    public void An_encrypted_file_says_that_it_needs_its_password_and_how_it_is_given(string name)
    {
        var file = Write(name);

        var error = Assert.Throws<MailAdminException>(() => ServerCertificate.Load(file, null));
        Assert.Equal("CertificateNotUsable", error.ErrorId);
        Assert.Contains("encrypted, and no password was given", error.Message, StringComparison.Ordinal);
        Assert.Contains("-CertificatePassword", error.RecommendedAction, StringComparison.Ordinal);

        error = Assert.Throws<MailAdminException>(() => ServerCertificate.Load(file, "wrong"));
        Assert.Equal("CertificateNotUsable", error.ErrorId);

        Assert.NotNull(ServerCertificate.Load(file, Password));
    }
}
