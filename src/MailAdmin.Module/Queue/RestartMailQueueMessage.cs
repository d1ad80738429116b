using System.Management.Automation;
using MailAdmin.Administration;

namespace MailAdmin.Module.Queue;

/// <summary>Restart-MailQueueMessage</summary>
[Cmdlet(VerbsLifecycle.Restart, "MailQueueMessage", SupportsShouldProcess = true)]
[OutputType(typeof(MailQueueMessage))]
public sealed class RestartMailQueueMessage : QueueMessageCmdlet
{
    /// <summary>Returns the messages as they are then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override MailQueueAction Action => MailQueueAction.Retry;

    /// <inheritdoc/>
    protected override bool Confirmed(string what) => ShouldChange($"Try to send {what} now.", $"Try to send {what} now?");

    /// <inheritdoc/>
    protected override void Done(IReadOnlyList<MailQueueMessage> messages)
    {
        if (PassThru)
        {
            WriteObjects(messages);
        }
    }
}
