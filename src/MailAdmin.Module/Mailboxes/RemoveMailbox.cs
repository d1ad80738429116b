using System.Management.Automation;
using MailAdmin.Display;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Mailboxes;

/// <summary>Remove-Mailbox</summary>
[Cmdlet(VerbsCommon.Remove, "Mailbox", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveMailbox : AdministrationCmdlet
{
    /// <summary>Address, id or name; wildcards are fine.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Address", "Mailbox")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string[] Identity { get; set; } = [];

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override async Task ItemAsync()
    {
        foreach (var identity in Identity)
        {
            await PerItem(identity, async () =>
            {
                // The list is taken whole first: removing from what is being listed would skip some.
                var mailboxes = await FindMailboxes(identity).ToListAsync(StopToken);
                foreach (var mailbox in mailboxes)
                {
                    var what = $"mailbox {mailbox.Address} with {mailbox.MessageCount} messages ({Sizes.Readable(mailbox.UsedBytes)})";
                    if (ShouldChange($"Remove {what}.", $"Remove {what}? This cannot be undone.", Force))
                    {
                        await PerItem(mailbox.Address, () => Ask((a, token) => a.RemoveMailboxAsync(mailbox.Address, token)));
                    }
                }
            });
        }
    }
}
