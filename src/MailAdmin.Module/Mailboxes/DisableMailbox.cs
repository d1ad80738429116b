using System.Management.Automation;

namespace MailAdmin.Module.Mailboxes;

/// <summary>Disable-Mailbox</summary>
[Cmdlet(VerbsLifecycle.Disable, "Mailbox", SupportsShouldProcess = true)]
[OutputType(typeof(Mailbox))]
public sealed class DisableMailbox() : MailboxSwitch(enabled: false, "Refuse logins to");
