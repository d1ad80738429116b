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
        if (ShouldChange($"Remove {what}.", $"Remove {what}? This cannot be undone.", Force))
        {
            await Ask((a, token) => a.RemoveMailboxAsync(mailbox.Address, token));
        }
    }
}
