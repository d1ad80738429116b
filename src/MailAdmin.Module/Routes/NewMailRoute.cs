using System.Management.Automation;
using MailAdmin.Administration;
using MailAdmin.Module.Base;

namespace MailAdmin.Module.Routes;

/// <summary>New-MailRoute</summary>
[Cmdlet(VerbsCommon.New, "MailRoute", SupportsShouldProcess = true)]
[OutputType(typeof(MailRoute))]
public sealed class NewMailRoute : AdministrationCmdlet
{
    /// <summary>Name of the route.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Identity")]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <summary>Host name or IP address of the next hop. Its own MX records are not asked for.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("Host", "NextHop")]
    [ValidateNotNullOrEmpty]
    public string SmartHost { get; set; } = "";

    /// <summary>Domain it is for: example.com, *.example.com for what is below it, or * for all.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [OneDomain]
    [ValidateNotNullOrEmpty]
    public string Domain { get; set; } = "*";

    /// <summary>Port of the next hop: 25 by default, 587 with a credential, 465 where TLS is implicit.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(1, 65535)]
    public int Port { get; set; }

    /// <summary>How TLS is used: Opportunistic by default, Required with a credential.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public MailRouteTlsMode? TlsMode { get; set; }

    /// <summary>User name and password to log in with.</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <inheritdoc/>
    protected override Task ItemAsync() => PerItem(Name, async () =>
    {
        if (ShouldChange($"Send mail for {Domain} by {SmartHost}, as route {Name}.", $"Make route {Name}?"))
        {
            var route = new MailRouteChange
            {
                Domain = Domain, Host = SmartHost, Port = Port == 0 ? null : Port, TlsMode = TlsMode,
                UserName = Credential?.UserName, Password = Credential is null ? null : PasswordAttribute.Reveal(Credential.Password),
            };
            WriteObject(await Ask((a, token) => a.NewRouteAsync(Name, route, token)));
        }
    });
}
