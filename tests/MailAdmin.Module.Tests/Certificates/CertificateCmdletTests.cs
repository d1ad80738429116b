using MailAdmin.Module.Tests.Engine;

namespace MailAdmin.Module.Tests.Certificates;

public sealed class CertificateCmdletTests
{
    [Theory]
    [InlineData("mx.pfx", "")]
    [InlineData("mx.pfx", "-Password 'file secret'")]
    [InlineData("mx.pem", "")]
    public void A_new_certificate_is_shown_and_used(string file, string password)
    {
        using var lab = new Lab();

        var made = lab.Shell.Single<MailCertificate>($"New-MailCertificate mx.example.com, imap.example.com $dir/{file} {password}");
        var read = lab.Shell.Single<MailCertificate>($"Get-MailCertificate -Path $dir/{file} {password}");
        var info = lab.Shell.Single<MailServerInfo>($"Set-MailCertificate -Path $dir/{file} {password} -PassThru");
        var shown = lab.Shell.Single<MailCertificate>("Get-MailCertificate");

        Assert.Equal(["mx.example.com", "imap.example.com"], made.DnsNames);
        Assert.Equal(made.Thumbprint, read.Thumbprint);
        Assert.Equal(made.Thumbprint, info.CertificateThumbprint);
        Assert.Equal(made.Thumbprint, shown.Thumbprint);
        Assert.Equal(("default", true, "ECDSA"), (shown.Server, shown.IsSelfSigned, shown.KeyAlgorithm));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(lab.Directory, file)));
        }
    }

    [Fact]
    public void A_file_that_is_no_certificate_changes_nothing()
    {
        using var lab = new Lab();
        File.WriteAllText(Path.Combine(lab.Directory, "no.pfx"), "nothing");

        Assert.StartsWith("CertificateNotUsable", lab.Shell.Error("Set-MailCertificate -Path $dir/no.pfx").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("CertificateNotUsable", lab.Shell.Error("Get-MailCertificate -Path $dir/no.pfx").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("FileNotFound", lab.Shell.Error("Set-MailCertificate -Path $dir/none.pfx").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("FileExists", lab.Shell.Error("New-MailCertificate mx.example.com $dir/no.pfx").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(lab.Server.CertificateThumbprint, lab.Shell.Single<MailServerInfo>("Get-MailServer").CertificateThumbprint);
    }

    [Fact]
    public void An_IP_address_is_written_as_one()
    {
        using var lab = new Lab();

        var made = lab.Shell.Single<MailCertificate>("New-MailCertificate localhost, 127.0.0.1, ::1 $dir/mx.pem");

        Assert.Equal(["localhost", "127.0.0.1", "::1"], made.DnsNames);
        using var certificate = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificateFromFile(Path.Combine(lab.Directory, "mx.pem"));
        var names = Assert.Single(certificate.Extensions.OfType<System.Security.Cryptography.X509Certificates.X509SubjectAlternativeNameExtension>());
        Assert.Equal(["localhost"], names.EnumerateDnsNames());
        Assert.Equal([System.Net.IPAddress.Loopback, System.Net.IPAddress.IPv6Loopback], names.EnumerateIPAddresses());
        Assert.StartsWith("InvalidDomain,", lab.Shell.Error("New-MailCertificate 127.0.0.0/8 $dir/no.pem").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_does_not_serve_this_client_is_asked_for_its_certificate()
    {
        using var lab = new Lab();
        lab.Shell.Run("$null = Add-MailBlock 127.0.0.1");

        var shown = lab.Shell.Single<MailCertificate>("Get-MailCertificate");

        Assert.Equal((lab.Server.CertificateThumbprint, "default"), (shown.Thumbprint, shown.Server));
    }
}
