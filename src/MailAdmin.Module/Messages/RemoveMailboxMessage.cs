using System.Management.Automation;
using MailAdmin.Display;

namespace MailAdmin.Module.Messages;

/// <summary>Remove-MailboxMessage</summary>
[Cmdlet(VerbsCommon.Remove, "MailboxMessage", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveMailboxMessage : MessageBatchCmdlet
{
    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override async Task BatchAsync(string mailbox, string folder, IReadOnlyList<MailboxMessage> messages)
    {
        var what = $"{Describe(messages)} ({Sizes.Readable(messages.Sum(m => m.SizeBytes))}) from {mailbox}/{folder}";
        if (ShouldChange($"Remove {what}.", $"Remove {what}? This cannot be undone.", Force))
        {
            uint[] uids = [.. messages.Select(m => m.Uid)];
            await Ask((a, token) => a.RemoveMessagesAsync(mailbox, folder, uids, token));
        }
    }
}
