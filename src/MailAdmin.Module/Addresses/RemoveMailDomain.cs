using System.Management.Automation;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Addresses;

/// <summary>Remove-MailDomain</summary>
[Cmdlet(VerbsCommon.Remove, "MailDomain", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveMailDomain : AdministrationCmdlet
{
    /// <summary>Domain name; wildcards are fine.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Identity", "Domain")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(DomainCompleter))]
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
                foreach (var domain in await Find(name, static (a, p, token) => a.GetDomainsAsync(p, token), NotFound.Domain).ToListAsync(StopToken))
                {
                    if (ShouldChange($"Remove domain {domain.Name}.", $"Remove domain {domain.Name}? Mail for it is refused from then on.", Force))
                    {
                        await PerItem(domain.Name, () => Ask((a, token) => a.RemoveDomainAsync(domain.Name, token)));
                    }
                }
            });
        }
    }
}
