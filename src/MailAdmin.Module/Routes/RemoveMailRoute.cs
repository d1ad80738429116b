using System.Management.Automation;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Routes;

/// <summary>Remove-MailRoute</summary>
[Cmdlet(VerbsCommon.Remove, "MailRoute", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveMailRoute : AdministrationCmdlet
{
    /// <summary>Name of the route.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Identity")]
    [ArgumentCompleter(typeof(RouteCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override async Task ItemAsync()
    {
        foreach (var name in Name)
        {
            await PerItem(name, async () =>
            {
                if (ShouldChange($"Remove route {name} and its password.", $"Remove route {name} and its password? Its mail goes by MX then.", Force))
                {
                    await Ask((a, token) => a.RemoveRouteAsync(name, token));
                }
            });
        }
    }
}
