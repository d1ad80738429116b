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
    [Alias("Address", "Alias", "Name")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AliasCompleter))]
    public string[]? Identity { get; set; }

    /// <inheritdoc/>
    protected override Task ItemAsync() => ForEach(Identity, Aliases, NotFound.Alias, alias =>
    {
        WriteObject(alias);
        return Task.CompletedTask;
    });
}
