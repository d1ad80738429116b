using System.Management.Automation;
using MailAdmin.Administration;

namespace MailAdmin.Module.Queue;

/// <summary>Remove-MailQueueMessage</summary>
[Cmdlet(VerbsCommon.Remove, "MailQueueMessage", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveMailQueueMessage : QueueMessageCmdlet
{
    /// <summary>Tells the sender that the message was not delivered.</summary>
    [Parameter]
    public SwitchParameter Bounce { get; set; }

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override MailQueueAction Action => Bounce ? MailQueueAction.Bounce : MailQueueAction.Remove;

    /// <inheritdoc/>
    protected override bool Confirmed(string what)
    {
        var how = Bounce ? "its sender is told" : "its sender is not told";
        return ShouldChange($"Remove {what}; {how}.", $"Remove {what}? It is not sent, and {how}.", Force);
    }
}
