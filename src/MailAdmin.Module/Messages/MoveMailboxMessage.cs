using System.Management.Automation;

namespace MailAdmin.Module.Messages;

/// <summary>Move-MailboxMessage</summary>
[Cmdlet(VerbsCommon.Move, "MailboxMessage", SupportsShouldProcess = true)]
[OutputType(typeof(MailboxMessage))]
public sealed class MoveMailboxMessage : MessageTransferCmdlet
{
    /// <inheritdoc/>
    protected override Task BatchAsync(string mailbox, string folder, IReadOnlyList<MailboxMessage> messages) => TransferAsync(mailbox, folder, messages, move: true);
}
