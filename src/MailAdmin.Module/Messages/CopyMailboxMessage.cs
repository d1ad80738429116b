using System.Management.Automation;

namespace MailAdmin.Module.Messages;

/// <summary>Copy-MailboxMessage</summary>
[Cmdlet(VerbsCommon.Copy, "MailboxMessage", SupportsShouldProcess = true)]
[OutputType(typeof(MailboxMessage))]
public sealed class CopyMailboxMessage : MessageTransferCmdlet
{
    /// <inheritdoc/>
    protected override Task BatchAsync(string mailbox, string folder, IReadOnlyList<MailboxMessage> messages) => TransferAsync(mailbox, folder, messages, move: false);
}
