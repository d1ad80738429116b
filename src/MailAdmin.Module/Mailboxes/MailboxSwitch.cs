using System.Management.Automation;
using MailAdmin.Administration;

namespace MailAdmin.Module.Mailboxes;

/// <summary>What Enable-Mailbox and Disable-Mailbox share.</summary>
public abstract class MailboxSwitch(bool enabled, string action) : MailboxActionCmdlet
{
    /// <summary>Returns the mailbox as it is then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override async Task MailboxAsync(Mailbox mailbox)
    {
        ArgumentNullException.ThrowIfNull(mailbox);
        if (ShouldChange($"{action} mailbox {mailbox.Address}.", $"{action} mailbox {mailbox.Address}?"))
        {
            var changed = await Ask((a, token) => a.SetMailboxAsync(mailbox.Address, new MailboxChange { IsEnabled = enabled }, token));
            if (PassThru)
            {
                WriteObject(changed);
            }
        }
    }
}
