using System.Management.Automation;
using MailAdmin.Errors;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Addresses;

/// <summary>Set-MailAlias</summary>
[Cmdlet(VerbsCommon.Set, "MailAlias", SupportsShouldProcess = true)]
[OutputType(typeof(MailAlias))]
public sealed class SetMailAlias : AliasChangeCmdlet
{
    /// <summary>Address of the alias.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Address", "Alias", "Name")]
    [ArgumentCompleter(typeof(AliasCompleter))]
    public string Identity { get; set; } = "";

    /// <summary>Addresses that its mail goes to from now on, in place of all others.</summary>
    [Parameter(Position = 1)]
    [Alias("Targets", "Members")]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string[]? Target { get; set; }

    /// <summary>Addresses that its mail goes to as well.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string[]? Add { get; set; }

    /// <summary>Addresses that its mail goes to no longer.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AliasTargetCompleter))]
    public string[]? Remove { get; set; }

    /// <summary>Returns the alias as it is then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override Task ItemAsync() => PerItem(Identity, async () =>
    {
        var alias = await FindOne(Identity, Aliases, NotFound.Alias);
        if (Target is not { Length: > 0 } && Add is not { Length: > 0 } && Remove is not { Length: > 0 })
        {
            throw new MailAdminException("NothingToChange", MailErrorCategory.InvalidArgument, "Nothing to change was given.", Identity, "Give -Target, -Add or -Remove.");
        }

        AddressCheck.DemandTargets(alias.Address, [.. Target ?? [], .. Add ?? []]);
        AddressCheck.Demand(Remove ?? []);
        if (Remove?.FirstOrDefault(r => !alias.Targets.Contains(r, StringComparer.OrdinalIgnoreCase)) is { } stranger)
        {
            throw new MailAdminException("TargetNotFound", MailErrorCategory.ObjectNotFound, $"Alias '{alias.Address}' does not lead to '{stranger}'.", stranger, "Get-MailAlias shows where it leads.");
        }

        var targets = (Target ?? alias.Targets).Concat(Add ?? [])
            .Where(t => Remove?.Contains(t, StringComparer.OrdinalIgnoreCase) != true)
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .ToArray();
        if (targets.Length == 0)
        {
            throw new MailAdminException("AliasWithoutTarget", MailErrorCategory.InvalidArgument, $"Alias '{alias.Address}' would lead nowhere.", Identity, "Keep one target, or remove the alias with Remove-MailAlias.");
        }

        if (ShouldChange($"Set alias {alias.Address} to {string.Join(", ", targets)}.", $"Change alias {alias.Address}?"))
        {
            var changed = await Ask((a, token) => a.SetAliasAsync(alias.Address, targets, replace: true, token));
            WarnOfDead(changed);
            if (PassThru)
            {
                WriteObject(changed);
            }
        }
    });
}
