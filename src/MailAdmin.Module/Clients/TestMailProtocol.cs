using System.Management.Automation;
using System.Net;
using MailAdmin.Client.Probing;
using MailAdmin.Clients;

namespace MailAdmin.Module.Clients;

/// <summary>Test-MailProtocol</summary>
[Cmdlet(VerbsDiagnostic.Test, "MailProtocol")]
[OutputType(typeof(ProtocolTestResult), typeof(bool))]
public sealed class TestMailProtocol : ClientCmdlet
{
    /// <summary>Host, address, or domain; the running server of this module where none is given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("MailServer", "SmtpServer", "HostName")]
    public string[]? ComputerName { get; set; }

    /// <summary>What to speak; all of them where none is given.</summary>
    [Parameter(Position = 1)]
    public MailProtocol[] Protocol { get; set; } = [];

    /// <summary>One port in place of the standard ports.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int? Port { get; set; }

    /// <summary>For login and round trip; without it both are skipped.</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>Address that the round trip's messages go to; the user name where none is given.</summary>
    [Parameter]
    public string? Recipient { get; set; }

    /// <summary>Sends no message.</summary>
    [Parameter]
    public SwitchParameter NoRoundTrip { get; set; }

    /// <summary>Most seconds for each check.</summary>
    [Parameter]
    [Alias("Timeout")]
    [ValidateRange(1d, 3600d)]
    public override double TimeoutSeconds { get; set; } = 10;

    /// <summary>Gives only True (nothing failed) or False.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override async Task RoutedAsync()
    {
        foreach (var computer in ComputerName ?? [null!])
        {
            await PerItem(computer ?? Choice.Name, async () => await TestAsync(await ComposeAsync(computer)));
        }
    }

    private async Task TestAsync(ProtocolTestRequest request)
    {
        const string activity = "Testing mail protocols";
        var sound = true;
        await foreach (var result in Stream(token => new ProtocolProbe().RunAsync(request, token)))
        {
            sound &= result.Result != ProtocolTestOutcome.Failure;
            Progress(activity, result.ToString(), 0, 0);
            if (!Quiet)
            {
                WriteObject(result);
            }
        }

        ProgressDone(activity);
        if (Quiet)
        {
            WriteObject(sound);
        }
    }

    private async Task<ProtocolTestRequest> ComposeAsync(string? computer)
    {
        IReadOnlyList<MailEndpoint>? endpoints = null;
        var thumbprint = CertificateThumbprint;
        if (computer is null)
        {
            var info = await ServingAsync();
            endpoints = [.. info.Endpoints.Where(e => (Protocol.Length == 0 || Protocol.Contains(e.Protocol)) && (Port is null || e.Port == Port) && (TlsMode is null || e.TlsMode == TlsMode))];
            computer = info.Endpoints.Count > 0 ? info.Endpoints[0].Address : info.HostName;
            thumbprint ??= info.CertificateThumbprint;
        }

        return new ProtocolTestRequest
        {
            ComputerName = computer,
            Protocols = Protocol,
            Port = Port,
            TlsMode = TlsMode,
            Endpoints = endpoints,
            Credential = Credential is null ? null : new NetworkCredential(Credential.UserName, Credential.Password),
            Recipient = Recipient,
            RoundTrip = !NoRoundTrip,
            CertificateThumbprint = thumbprint,
            SkipCertificateCheck = SkipCertificateCheck,
            Timeout = TimeSpan.FromSeconds(TimeoutSeconds),
        };
    }
}
