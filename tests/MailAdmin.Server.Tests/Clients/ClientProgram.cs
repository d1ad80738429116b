using System.Diagnostics;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Clients;

/// <summary>A mail client of the system, run as a user would.</summary>
internal static class ClientProgram
{
    /// <summary>Skips the test where a program is not installed.</summary>
    public static void Require(string program)
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(d => File.Exists(Path.Combine(d, program))))
        {
            Assert.Skip($"{program} is not installed");
        }
    }

    /// <summary>Runs a program; returns what it said. Fails the test where its exit code is another.</summary>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, string input = "", int exitCode = 0, string? home = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (home is not null)
        {
            start.Environment["HOME"] = home;
            start.Environment["FETCHMAILHOME"] = home;
        }

        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await Eventually.Within(process.WaitForExitAsync(), program);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        var said = await output + await errors;
        Assert.True(process.ExitCode == exitCode, $"{program} ended with {process.ExitCode}: {said}");
        return said;
    }

    /// <summary>The server's certificate as a PEM file, for clients that check it.</summary>
    public static string WriteCertificate(TestServer server, TempDirectory directory)
    {
        var path = directory.File("server.pem");
        File.WriteAllText(path, CertificateOf(server));
        return path;
    }

    private static string CertificateOf(TestServer server)
    {
        using var tcp = new System.Net.Sockets.TcpClient();
        tcp.Connect(server.EndPoint(MailProtocol.Pop3, MailTlsMode.Implicit));
#pragma warning disable CA5359 // The certificate is what is being fetched.
        using var tls = new System.Net.Security.SslStream(tcp.GetStream(), false, (_, _, _, _) => true);
#pragma warning restore CA5359
        tls.AuthenticateAsClient("localhost");
        using var certificate = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificate(tls.RemoteCertificate!.GetRawCertData());
        return certificate.ExportCertificatePem();
    }
}
