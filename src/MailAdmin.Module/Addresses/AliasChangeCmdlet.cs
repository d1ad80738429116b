using MailAdmin.Module.Base;

namespace MailAdmin.Module.Addresses;

/// <summary>Base of the cmdlets that say where the mail of an alias goes.</summary>
public abstract class AliasChangeCmdlet : AdministrationCmdlet
{
    /// <summary>Warns of targets that nobody has. No error: a mailbox may be made afterwards.</summary>
    private protected void WarnOfDead(MailAlias alias)
    {
        foreach (var target in alias.DeadTargets)
        {
            WriteWarning($"Alias {alias.Address} leads to {target}, which is neither a mailbox nor an alias. Until it is made, {(alias.DeadTargets.Count == alias.Targets.Count ? "mail for the alias is refused" : "mail for the alias reaches the others only")}.");
        }
    }
}
