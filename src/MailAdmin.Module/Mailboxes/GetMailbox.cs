using System.Management.Automation;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Mailboxes;

/// <summary>Get-Mailbox</summary>
[Cmdlet(VerbsCommon.Get, "Mailbox")]
[OutputType(typeof(Mailbox))]
public sealed class GetMailbox : AdministrationCmdlet
{
    /// <summary>Address, id or name; wildcards are fine. All where none is given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Address", "Mailbox")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string[]? Identity { get; set; }

    /// <inheritdoc/>
    protected override async Task ItemAsync()
    {
        foreach (var identity in Identity ?? [null!])
        {
            await PerItem(identity, async () =>
            {
                await foreach (var mailbox in FindMailboxes(identity))
                {
                    WriteObject(mailbox);
                }
            });
        }
    }
}
