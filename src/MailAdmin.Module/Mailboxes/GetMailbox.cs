using System.Management.Automation;

namespace MailAdmin.Module.Mailboxes;

/// <summary>Get-Mailbox</summary>
[Cmdlet(VerbsCommon.Get, "Mailbox")]
[OutputType(typeof(Mailbox))]
public sealed class GetMailbox : MailboxQueryCmdlet
{
    private long _written;

    /// <summary>At most this many; Unlimited, as in Exchange, is what one gets anyway.</summary>
    [Parameter]
    [Quota]
    [ValidateRange(0L, long.MaxValue)]
    public long? ResultSize { get; set; }

    /// <inheritdoc/>
    protected override Task MailboxAsync(Mailbox mailbox)
    {
        if (ResultSize is not > 0 || _written++ < ResultSize)
        {
            WriteObject(mailbox);
        }

        return Task.CompletedTask;
    }
}
