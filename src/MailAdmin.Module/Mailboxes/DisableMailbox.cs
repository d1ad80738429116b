using System.Management.Automation;
using MailAdmin.Module.Base;

namespace MailAdmin.Module.Mailboxes;

/// <summary>Disable-Mailbox</summary>
[Cmdlet(VerbsLifecycle.Disable, "Mailbox", SupportsShouldProcess = true)]
[OutputType(typeof(Mailbox))]
public sealed class DisableMailbox : MailboxSwitch
{
    /// <inheritdoc/>
    protected override Task ItemAsync() => SwitchAsync(enabled: false, "Refuse logins to");
}
