using System.Management.Automation;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Routes;

/// <summary>Remove-MailRoute</summary>
[Cmdlet(VerbsCommon.Remove, "MailRoute", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveMailRoute : AdministrationCmdlet
{
    /// <summary>Name of the route; wildcards are fine.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Identity")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RouteCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override Task ItemAsync() => ForEach(
        Name, Routes, NotFound.Route,
        async route =>
        {
            if (ShouldChange($"Remove route {route.Name} and its password.", $"Remove route {route.Name} and its password? Its mail goes by MX then.", Force))
            {
                await Ask((a, token) => a.RemoveRouteAsync(route.Name, token));
            }
        },
        listFirst: true);
}
