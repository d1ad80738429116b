using System.Management.Automation;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Addresses;

/// <summary>Get-MailAlias</summary>
[Cmdlet(VerbsCommon.Get, "MailAlias")]
[OutputType(typeof(MailAlias))]
public sealed class GetMailAlias : AdministrationCmdlet
{
    /// <summary>Address of the alias; wildcards are fine.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Address", "Alias")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AliasCompleter))]
    public string[]? Identity { get; set; }

    /// <inheritdoc/>
    protected override async Task ItemAsync()
    {
        foreach (var identity in Identity ?? [null!])
        {
            await PerItem(identity, async () =>
            {
                await foreach (var alias in Find(identity, static (a, p, token) => a.GetAliasesAsync(p, token), NotFound.Alias))
                {
                    WriteObject(alias);
                }
            });
        }
    }
}
