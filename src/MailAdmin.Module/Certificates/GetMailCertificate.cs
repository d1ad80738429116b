using System.Management.Automation;
using System.Net.Security;
using System.Net.Sockets;
using System.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;
using MailAdmin.Module.Routing;

namespace MailAdmin.Module.Certificates;

/// <summary>Get-MailCertificate</summary>
[Cmdlet(VerbsCommon.Get, "MailCertificate", DefaultParameterSetName = "Server")]
[OutputType(typeof(MailCertificate))]
public sealed class GetMailCertificate : MailCmdlet
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Running server whose certificate is meant, by name or as Get-MailServer gives it; the only one where none is given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "Server")]
    [Alias("Name")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ServerCompleter))]
    public object? Server { get; set; }

    /// <summary>PFX or PEM file to read instead.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Path")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Password of that file.</summary>
    [Parameter(ParameterSetName = "Path")]
    [Password]
    public SecureString? Password { get; set; }

    /// <inheritdoc/>
    protected override Task ProcessAsync() => PerItem(ParameterSetName == "Path" ? Path : Server?.ToString(), async () =>
    {
        if (ParameterSetName == "Path")
        {
            var path = FilePath(Path);
            using var certificate = CertificateFile.Load(path, Password is null ? null : PasswordAttribute.Reveal(Password));
            WriteObject(CertificateFile.Describe(certificate, path: path));
            return;
        }

        var choice = ServerChoice.Of(Server);
        var info = await Off(token => ServerGateway.GetServingAsync(choice, token));
        if (info.CertificateThumbprint is not null)
        {
            var (certificate, unseen) = await Off(token => OfServerAsync(info, token));
            if (unseen is not null)
            {
                WriteVerbose($"The endpoint of '{info.Name}' did not show its certificate ({unseen}); this is what the server says of it.");
            }

            WriteObject(certificate);
        }
    });

    // What a client gets to see, from the endpoint itself. Where none has TLS from the start, and where this client is not served (a block, a server that is
    // full or busy, a certificate that is being changed), what the server says of it, and why the endpoint was not seen.
    private static async Task<(MailCertificate Certificate, string? Unseen)> OfServerAsync(MailServerInfo info, CancellationToken cancellationToken)
    {
        var told = new MailCertificate { Thumbprint = info.CertificateThumbprint!, NotAfter = info.CertificateNotAfter, Server = info.Name };
        if (info.Endpoints.FirstOrDefault(e => e.TlsMode == MailTlsMode.Implicit) is not { } endpoint)
        {
            return (told, null);
        }

        try
        {
            return (await ShownAsync(endpoint, info, cancellationToken), null);
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (told, e.Message);
        }
    }

    private static async Task<MailCertificate> ShownAsync(MailEndpoint endpoint, MailServerInfo info, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        using var client = new TcpClient();
        await client.ConnectAsync(endpoint.GetLocalAddress(), endpoint.Port, patience.Token);

        // The one that the server says it uses; who vouches for it does not matter here.
        await using var tls = new SslStream(client.GetStream(), false, (_, shown, _, _) => shown?.GetCertHashString(HashAlgorithmName.SHA256) == info.CertificateThumbprint);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = info.HostName }, patience.Token);
        using var certificate = new X509Certificate2(tls.RemoteCertificate!);
        return CertificateFile.Describe(certificate, server: info.Name);
    }
}
