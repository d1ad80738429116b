using System.Management.Automation;
using System.Net;
using System.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailAdmin.Addresses;
using MailAdmin.Errors;
using MailAdmin.Module.Base;

namespace MailAdmin.Module.Certificates;

/// <summary>New-MailCertificate</summary>
[Cmdlet(VerbsCommon.New, "MailCertificate", SupportsShouldProcess = true)]
[OutputType(typeof(MailCertificate))]
public sealed class NewMailCertificate : MailCmdlet
{
    /// <summary>Host names or IP addresses that clients connect to; the first becomes the subject.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("HostName")]
    [ValidateNotNullOrEmpty]
    public string[] DnsName { get; set; } = [];

    /// <summary>File to write: .pfx, or .pem with certificate and key in one.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Password of the file.</summary>
    [Parameter]
    [Password]
    public SecureString? Password { get; set; }

    /// <summary>Days it is valid.</summary>
    [Parameter]
    [ValidateRange(1, 3650)]
    public int ValidDays { get; set; } = 397;

    /// <summary>Writes over a file that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override Task ProcessAsync() => PerItem(DnsName[0], async () =>
    {
        var path = FilePath(Path);
        if (File.Exists(path) && !Force)
        {
            throw new MailAdminException("FileExists", MailErrorCategory.ResourceExists, $"'{path}' exists already.", Path, "Choose another place, or write over it with -Force.");
        }

        foreach (var name in DnsName)
        {
            if (AddressOf(name) is null && !MailboxAddress.TryCanonicalDomain(name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name, out _))
            {
                throw new MailAdminException("InvalidDomain", MailErrorCategory.InvalidArgument, $"'{name}' is neither a host name nor an IP address.", name, "Write it as mail.example.com, 192.0.2.1 or 2001:db8::1.");
            }
        }

        if (ShouldChange($"Write a self-signed certificate for {string.Join(", ", DnsName)} to {path}.", $"Write {path}?"))
        {
            var password = Password is null ? null : PasswordAttribute.Reveal(Password);
            WriteObject(await Off(_ => Task.FromResult(Make(path, password))));
        }
    });

    private MailCertificate Make(string path, string? password)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(DnsName[0].Length <= 64 ? DnsName[0] : "localhost");
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in DnsName)
        {
            if (AddressOf(name) is { } address)
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(name);
            }
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));

        // id-kp-serverAuth. RFC 5280 §4.2.1.12.
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(ValidDays));
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        CertificateFile.WritePrivate(path, path.EndsWith(".pem", StringComparison.OrdinalIgnoreCase) ? Pem(certificate, key, password) : certificate.Export(X509ContentType.Pfx, password));
        return CertificateFile.Describe(certificate, path: path);
    }

    // An address is a name of its own kind: no client looks for it among the host names. RFC 5280 §4.2.1.6.
    private static IPAddress? AddressOf(string name) => !name.Contains('/', StringComparison.Ordinal) && IpRange.TryParse(name, out var range, out _) ? range.First : null;

    private static byte[] Pem(X509Certificate2 certificate, ECDsa key, string? password)
    {
        var protection = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 200_000);
        var secret = password is null ? key.ExportPkcs8PrivateKeyPem() : key.ExportEncryptedPkcs8PrivateKeyPem(password, protection);
        return Encoding.ASCII.GetBytes($"{certificate.ExportCertificatePem()}\n{secret}\n");
    }
}
