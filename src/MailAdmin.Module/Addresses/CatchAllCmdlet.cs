using MailAdmin.Module.Base;

namespace MailAdmin.Module.Addresses;

/// <summary>Base of the cmdlets that say where the mail for unknown recipients of a domain goes.</summary>
public abstract class CatchAllCmdlet : AdministrationCmdlet
{
    /// <summary>Warns of a catch-all that nobody has. No error: a mailbox of a new domain can only be made afterwards.</summary>
    private protected async Task WarnOfMissingAsync(string domain, string? catchAll)
    {
        if (!string.IsNullOrEmpty(catchAll)
            && !await AskMany((a, token) => a.GetMailboxesAsync(catchAll, token)).AnyAsync(StopToken)
            && !await AskMany((a, token) => a.GetAliasesAsync(catchAll, token)).AnyAsync(StopToken))
        {
            WriteWarning($"There is no mailbox '{catchAll}' yet. Until it is made, mail for unknown recipients of {domain} is refused.");
        }
    }
}
