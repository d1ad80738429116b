using System.Collections.Concurrent;
using System.Management.Automation;
using MailAdmin.Module.Base;
using MailAdmin.Module.Routing;

namespace MailAdmin.Module.Clients;

/// <summary>Base of the cmdlets that talk to a mail server as a client: how they come to TLS, whom they trust, how long they wait.</summary>
public abstract class ClientCmdlet : RoutedCmdlet
{
    private readonly ConcurrentQueue<TranscriptLine> _heard = new();

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

    /// <summary>Takes a line of the conversation, on whatever thread it comes; secrets and content are not in it.</summary>
    protected void Hear(TranscriptLine line) => _heard.Enqueue(line);

    /// <summary>Shows with -Verbose what was said since the last time.</summary>
    protected void WriteConversation()
    {
        while (_heard.TryDequeue(out var line))
        {
            WriteVerbose(line.Direction switch { TranscriptDirection.Client => $"C: {line.Text}", TranscriptDirection.Server => $"S: {line.Text}", _ => line.Text });
        }
    }

    /// <summary>The running server that is meant where no host is named.</summary>
    protected Task<MailServerInfo> ServingAsync()
    {
        var choice = Choice;
        return Off(token => ServerGateway.GetServingAsync(choice, token));
    }
}
