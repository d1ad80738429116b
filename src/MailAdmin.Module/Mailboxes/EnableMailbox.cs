using System.Management.Automation;
using MailAdmin.Module.Base;

namespace MailAdmin.Module.Mailboxes;

/// <summary>Enable-Mailbox</summary>
[Cmdlet(VerbsLifecycle.Enable, "Mailbox", SupportsShouldProcess = true)]
[OutputType(typeof(Mailbox))]
public sealed class EnableMailbox : MailboxSwitch
{
    /// <inheritdoc/>
    protected override Task ItemAsync() => SwitchAsync(enabled: true, "Allow logins to");
}
