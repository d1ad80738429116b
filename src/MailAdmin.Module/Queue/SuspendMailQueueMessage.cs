using System.Management.Automation;
using MailAdmin.Administration;

namespace MailAdmin.Module.Queue;

/// <summary>Suspend-MailQueueMessage</summary>
[Cmdlet(VerbsLifecycle.Suspend, "MailQueueMessage", SupportsShouldProcess = true)]
[OutputType(typeof(MailQueueMessage))]
public sealed class SuspendMailQueueMessage : QueueMessageCmdlet
{
    /// <summary>Returns the messages as they are then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override MailQueueAction Action => MailQueueAction.Suspend;

    /// <inheritdoc/>
    protected override bool Confirmed(string what) => ShouldChange($"Hold {what} until it is resumed.", $"Hold {what} until it is resumed?");

    /// <inheritdoc/>
    protected override void Done(IReadOnlyList<MailQueueMessage> messages)
    {
        if (PassThru)
        {
            WriteObjects(messages);
        }
    }
}
