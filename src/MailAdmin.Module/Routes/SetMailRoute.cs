using System.Management.Automation;
using MailAdmin.Administration;
using MailAdmin.Errors;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Routes;

/// <summary>Set-MailRoute</summary>
[Cmdlet(VerbsCommon.Set, "MailRoute", SupportsShouldProcess = true)]
[OutputType(typeof(MailRoute))]
public sealed class SetMailRoute : AdministrationCmdlet
{
    /// <summary>Name of the route; wildcards are fine.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Identity")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RouteCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>New next hop.</summary>
    [Parameter]
    [Alias("Host", "NextHop")]
    [ValidateNotNullOrEmpty]
    public string? SmartHost { get; set; }

    /// <summary>New domain: example.com, *.example.com, or *.</summary>
    [Parameter]
    [OneDomain]
    [ValidateNotNullOrEmpty]
    public string? Domain { get; set; }

    /// <summary>New port.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int Port { get; set; }

    /// <summary>How TLS is used from now on.</summary>
    [Parameter]
    public MailRouteTlsMode? TlsMode { get; set; }

    /// <summary>New user name and password; $null takes them away.</summary>
    [Parameter]
    [AllowNull]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>Returns the route as it is then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override Task ItemAsync()
    {
        var hasCredential = MyInvocation.BoundParameters.ContainsKey(nameof(Credential));
        var change = new MailRouteChange
        {
            Domain = Domain, Host = SmartHost, Port = Port == 0 ? null : Port, TlsMode = TlsMode,
            UserName = hasCredential ? Credential?.UserName ?? "" : null,
            Password = Credential is null ? null : PasswordAttribute.Reveal(Credential.Password),
        };
        var parts = new List<string?>
        {
            Domain is null ? null : $"domain {Domain}",
            SmartHost is null ? null : $"next hop {SmartHost}",
            Port == 0 ? null : $"port {Port}",
            TlsMode is null ? null : $"TLS {TlsMode}",
            !hasCredential ? null : Credential is null ? "no credential" : $"credential of {Credential.UserName}",
        };
        parts.RemoveAll(p => p is null);
        if (parts.Count == 0)
        {
            Fail(new MailAdminException("NothingToChange", MailErrorCategory.InvalidArgument, "Nothing to change was given.", Name[0], "Give -SmartHost, -Domain, -Port, -TlsMode or -Credential."));
        }

        return ForEach(
            Name, Routes, NotFound.Route,
            async route =>
            {
                if (ShouldChange($"Set {string.Join(", ", parts)} for route {route.Name}.", $"Change route {route.Name}?"))
                {
                    var changed = await Ask((a, token) => a.SetRouteAsync(route.Name, change, token));
                    if (PassThru)
                    {
                        WriteObject(changed);
                    }
                }
            },
            listFirst: true);
    }
}
