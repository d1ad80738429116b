using System.Management.Automation;
using MailAdmin.Administration;

namespace MailAdmin.Module.Queue;

/// <summary>Resume-MailQueueMessage</summary>
[Cmdlet(VerbsLifecycle.Resume, "MailQueueMessage", SupportsShouldProcess = true)]
[OutputType(typeof(MailQueueMessage))]
public sealed class ResumeMailQueueMessage : QueueMessageCmdlet
{
    /// <summary>Returns the messages as they are then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override MailQueueAction Action => MailQueueAction.Resume;

    /// <inheritdoc/>
    protected override bool Confirmed(string what) => ShouldChange($"Go on sending {what}.", $"Go on sending {what}?");

    /// <inheritdoc/>
    protected override void Done(IReadOnlyList<MailQueueMessage> messages)
    {
        if (PassThru)
        {
            WriteObjects(messages);
        }
    }
}
