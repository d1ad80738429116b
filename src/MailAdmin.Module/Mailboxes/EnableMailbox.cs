using System.Management.Automation;

namespace MailAdmin.Module.Mailboxes;

/// <summary>Enable-Mailbox</summary>
[Cmdlet(VerbsLifecycle.Enable, "Mailbox", SupportsShouldProcess = true)]
[OutputType(typeof(Mailbox))]
public sealed class EnableMailbox() : MailboxSwitch(enabled: true, "Allow logins to");
