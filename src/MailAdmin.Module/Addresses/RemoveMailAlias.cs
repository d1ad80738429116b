using System.Management.Automation;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Addresses;

/// <summary>Remove-MailAlias</summary>
[Cmdlet(VerbsCommon.Remove, "MailAlias", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveMailAlias : AdministrationCmdlet
{
    /// <summary>Address of the alias; wildcards are fine.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Address", "Alias", "Name")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AliasCompleter))]
    public string[] Identity { get; set; } = [];

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override Task ItemAsync() => ForEach(Identity, Aliases, NotFound.Alias, RemoveAsync, listFirst: true);

    private async Task RemoveAsync(MailAlias alias)
    {
        if (ShouldChange($"Remove alias {alias.Address} (for {string.Join(", ", alias.Targets)}).", $"Remove alias {alias.Address}?", Force))
        {
            await Ask((a, token) => a.RemoveAliasAsync(alias.Address, token));
        }
    }
}
