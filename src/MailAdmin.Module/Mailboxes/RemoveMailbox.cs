using System.Management.Automation;
using MailAdmin.Display;

namespace MailAdmin.Module.Mailboxes;

/// <summary>Remove-Mailbox</summary>
[Cmdlet(VerbsCommon.Remove, "Mailbox", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveMailbox : MailboxActionCmdlet
{
    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override async Task MailboxAsync(Mailbox mailbox)
    {
        var what = $"mailbox {mailbox.Address} with {mailbox.MessageCount} messages ({Sizes.Readable(mailbox.UsedBytes)})";
        await WarnOfUsesAsync(mailbox);
        if (ShouldChange($"Remove {what}.", $"Remove {what}? This cannot be undone.", Force))
        {
            await Ask((a, token) => a.RemoveMailboxAsync(mailbox.Address, token));
        }
    }

    // Before the question: whoever answers it is to know.
    private async Task WarnOfUsesAsync(Mailbox mailbox)
    {
        var uses = await Ask((a, token) => a.GetUsesAsync(mailbox.Address, token));
        foreach (var alias in uses.Aliases)
        {
            WriteWarning($"Alias {alias} leads to {mailbox.Address}: change it with Set-MailAlias, or remove it.");
        }

        foreach (var domain in uses.Domains)
        {
            WriteWarning($"Mail for unknown recipients of {domain} goes to {mailbox.Address}: change it with Set-MailDomain -CatchAll.");
        }
    }
}
