using System.Management.Automation;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Addresses;

/// <summary>Remove-MailDomain</summary>
[Cmdlet(VerbsCommon.Remove, "MailDomain", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveMailDomain : AdministrationCmdlet
{
    /// <summary>Domain name; wildcards are fine.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Identity", "Domain", "DomainName")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(DomainCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override Task ItemAsync() => ForEach(Name, Domains, NotFound.Domain, RemoveAsync, listFirst: true);

    private async Task RemoveAsync(MailDomain domain)
    {
        if (ShouldChange($"Remove domain {domain.Name}.", $"Remove domain {domain.Name}? Mail for it is refused from then on.", Force))
        {
            await Ask((a, token) => a.RemoveDomainAsync(domain.Name, token));
        }
    }
}
