using System.Management.Automation;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Addresses;

/// <summary>Remove-MailAlias</summary>
[Cmdlet(VerbsCommon.Remove, "MailAlias", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveMailAlias : AdministrationCmdlet
{
    /// <summary>Address of the alias; wildcards are fine.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Address", "Alias")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AliasCompleter))]
    public string[] Identity { get; set; } = [];

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override async Task ItemAsync()
    {
        foreach (var identity in Identity)
        {
            await PerItem(identity, async () =>
            {
                foreach (var alias in await Find(identity, static (a, p, token) => a.GetAliasesAsync(p, token), NotFound.Alias).ToListAsync(StopToken))
                {
                    if (ShouldChange($"Remove alias {alias.Address} (for {string.Join(", ", alias.Targets)}).", $"Remove alias {alias.Address}?", Force))
                    {
                        await PerItem(alias.Address, () => Ask((a, token) => a.RemoveAliasAsync(alias.Address, token)));
                    }
                }
            });
        }
    }
}
