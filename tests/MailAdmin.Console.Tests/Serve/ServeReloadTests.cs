using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailAdmin.Console.Tests.Serve;

/// <summary>SIGHUP to a service that has no terminal: what certbot's hooks and logrotate send.</summary>
public sealed class ServeReloadTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory();

    public void Dispose() => _directory.Delete(recursive: true);

    private string[] Arguments(params string[] more) =>
    [
        "serve", "--store", Path.Combine(_directory.FullName, "store"), "--smtp-port", "-1", "--submission-port", "-1", "--submissions-port", "-1", "--imap-port", "-1",
        "--imaps-port", "0", "--pop3-port", "-1", "--pop3s-port", "-1", .. more,
    ];

    [Fact]
    public async Task The_certificate_files_are_read_again_and_it_goes_on()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals.");
        var file = Path.Combine(_directory.FullName, "mail.pem");
        var password = Path.Combine(_directory.FullName, "password");
        var first = Write(file, password, "first secret");
        await using var program = ConsoleProgram.Start(Arguments("--certificate", file, "--certificate-password-file", password));
        var endpoint = (await program.LineAsync(l => l.StartsWith("imaps ", StringComparison.Ordinal))).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        var port = int.Parse(endpoint.Split(':')[1], CultureInfo.InvariantCulture);
        await program.ErrorLineAsync(l => l.Contains(" serves ", StringComparison.Ordinal));
        Assert.Equal(first, await ShownAsync(port));

        var second = Write(file, password, "second secret");
        program.Signal(PosixSignal.SIGHUP);
        await program.ErrorLineAsync(l => l.Contains("read again", StringComparison.Ordinal) && l.Contains(second, StringComparison.OrdinalIgnoreCase));
        Assert.Equal(second, await ShownAsync(port));

        // One that cannot be used changes nothing.
        await File.WriteAllTextAsync(file, "no certificate", TestContext.Current.CancellationToken);
        program.Signal(PosixSignal.SIGHUP);
        await program.ErrorLineAsync(l => l.Contains(" error ", StringComparison.Ordinal) && l.Contains(file, StringComparison.Ordinal));
        Assert.Equal(second, await ShownAsync(port));
        File.Delete(password);
        program.Signal(PosixSignal.SIGHUP);
        await program.ErrorLineAsync(l => l.Contains(" error ", StringComparison.Ordinal) && l.Contains("--certificate-password-file", StringComparison.Ordinal));
        Assert.Equal(second, await ShownAsync(port));

        program.Signal(PosixSignal.SIGTERM);
        Assert.Equal(0, (await program.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task Without_a_certificate_of_its_own_it_goes_on_and_no_event_is_lost()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals.");
        await using var program = ConsoleProgram.Start(Arguments());
        var endpoint = (await program.LineAsync(l => l.StartsWith("imaps ", StringComparison.Ordinal))).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        await program.ErrorLineAsync(l => l.Contains(" serves ", StringComparison.Ordinal));

        for (var i = 0; i < 3; i++)
        {
            program.Signal(PosixSignal.SIGHUP);
            await program.ErrorLineAsync(l => l.Contains("SIGHUP", StringComparison.Ordinal));
        }

        Assert.NotEmpty(await ShownAsync(int.Parse(endpoint.Split(':')[1], CultureInfo.InvariantCulture)));
        await program.ErrorLineAsync(l => l.Contains(" SessionClosed", StringComparison.Ordinal));

        program.Signal(PosixSignal.SIGTERM);
        var (code, _, error) = await program.EndAsync();
        Assert.Equal(0, code);
        Assert.DoesNotContain(" error ", error, StringComparison.Ordinal);
    }

    /// <summary>Writes a new certificate and key, encrypted with a new password; returns the thumbprint.</summary>
    private static string Write(string file, string passwordFile, string password)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=mail.example.com", key, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(30));
        var protection = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        File.WriteAllText(file, $"{made.ExportCertificatePem()}\n{key.ExportEncryptedPkcs8PrivateKeyPem(password, protection)}\n");
        File.WriteAllText(passwordFile, password + "\n");
        return made.GetCertHashString(HashAlgorithmName.SHA256);
    }

    private static async Task<string> ShownAsync(int port)
    {
        using var client = new TcpClient("127.0.0.1", port);
        await using var tls = new SslStream(client.GetStream(), false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync("mail.example.com");
        using var shown = new X509Certificate2(tls.RemoteCertificate!);
        return shown.GetCertHashString(HashAlgorithmName.SHA256);
    }
}
