using System.Management.Automation;
using MailAdmin.Module.Base;
using MailAdmin.Module.Routing;

namespace MailAdmin.Module.Clients;

/// <summary>Base of the cmdlets that talk to a mail server as a client: how they come to TLS, whom they trust, how long they wait.</summary>
public abstract class ClientCmdlet : RoutedCmdlet
{
    /// <summary>How to come to TLS; as the port says where none is given. None is the explicit word for plaintext.</summary>
    [Parameter]
    [Alias("Tls")]
    public MailTlsMode? TlsMode { get; set; }

    /// <summary>SHA-256 thumbprint of the one certificate to accept.</summary>
    [Parameter]
    [Alias("Thumbprint")]
    public string? CertificateThumbprint { get; set; }

    /// <summary>Accepts any certificate; Test-MailProtocol still reports it.</summary>
    [Parameter]
    public SwitchParameter SkipCertificateCheck { get; set; }

    /// <summary>Most seconds for each step.</summary>
    [Parameter]
    [Alias("Timeout")]
    [ValidateRange(1d, 3600d)]
    public virtual double TimeoutSeconds { get; set; } = 30;

    /// <summary>The running server that is meant where no host is named.</summary>
    protected Task<MailServerInfo> ServingAsync()
    {
        var choice = Choice;
        return Off(token => ServerGateway.GetServingAsync(choice, token));
    }
}
