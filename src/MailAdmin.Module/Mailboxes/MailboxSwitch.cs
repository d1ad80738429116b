using System.Management.Automation;
using MailAdmin.Administration;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Mailboxes;

/// <summary>What Enable-Mailbox and Disable-Mailbox share.</summary>
public abstract class MailboxSwitch : AdministrationCmdlet
{
    /// <summary>Address, id or name; wildcards are fine.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Address", "Mailbox")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string[] Identity { get; set; } = [];

    /// <summary>Returns the mailbox as it is then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Sets the switch of each mailbox that is meant.</summary>
    protected async Task SwitchAsync(bool enabled, string action)
    {
        foreach (var identity in Identity)
        {
            await PerItem(identity, async () =>
            {
                await foreach (var mailbox in FindMailboxes(identity))
                {
                    if (ShouldChange($"{action} mailbox {mailbox.Address}.", $"{action} mailbox {mailbox.Address}?"))
                    {
                        var changed = await Ask((a, token) => a.SetMailboxAsync(mailbox.Address, new MailboxChange { IsEnabled = enabled }, token));
                        if (PassThru)
                        {
                            WriteObject(changed);
                        }
                    }
                }
            });
        }
    }
}
