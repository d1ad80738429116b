using System.Management.Automation;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Addresses;

/// <summary>New-MailAlias</summary>
[Cmdlet(VerbsCommon.New, "MailAlias", SupportsShouldProcess = true)]
[OutputType(typeof(MailAlias))]
public sealed class NewMailAlias : AliasChangeCmdlet
{
    /// <summary>Address of the alias.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Address", "Alias", "Name")]
    public string Identity { get; set; } = "";

    /// <summary>Addresses its mail goes to.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("Targets", "Members")]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Target { get; set; } = [];

    /// <inheritdoc/>
    protected override Task ItemAsync() => PerItem(Identity, async () =>
    {
        AddressCheck.DemandNew(Identity);
        AddressCheck.DemandTargets(Identity, Target);
        if (ShouldChange($"Make alias {Identity} for {string.Join(", ", Target)}.", $"Make alias {Identity}?"))
        {
            var made = await Ask((a, token) => a.SetAliasAsync(Identity, Target, replace: false, token));
            WriteObject(made);
            WarnOfDead(made);
        }
    });
}
