using System.Management.Automation;
using System.Security;
using MailAdmin.Administration;
using MailAdmin.Display;
using MailAdmin.Errors;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;
using MailAdmin.Security;

namespace MailAdmin.Module.Mailboxes;

/// <summary>Set-Mailbox</summary>
[Cmdlet(VerbsCommon.Set, "Mailbox", SupportsShouldProcess = true)]
[OutputType(typeof(Mailbox))]
public sealed class SetMailbox : MailboxActionCmdlet
{
    /// <summary>New password.</summary>
    [Parameter]
    [Password]
    public SecureString? Password { get; set; }

    /// <summary>New name; an empty one removes it.</summary>
    [Parameter]
    [Alias("Name")]
    [AllowNull]
    [AllowEmptyString]
    public string? DisplayName { get; set; }

    /// <summary>New quota; 0 or Unlimited removes it.</summary>
    [Parameter]
    [Alias("QuotaBytes", "ProhibitSendReceiveQuota")]
    [Quota]
    [ArgumentCompleter(typeof(QuotaCompleter))]
    public long? Quota { get; set; }

    /// <summary>Takes a weak password.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Returns the mailbox as it is then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override Task BeginAsync()
    {
        var given = MyInvocation.BoundParameters;
        if (given.ContainsKey(nameof(Password)) && Password is null)
        {
            throw new MailAdminException("EmptyPassword", MailErrorCategory.InvalidArgument, "The password is nothing.", null, "Give one, as in -Password (Read-Host -AsSecureString).");
        }

        if (given.ContainsKey(nameof(Quota)) && Quota is null)
        {
            throw new MailAdminException("EmptyQuota", MailErrorCategory.InvalidArgument, "The quota is nothing.", null, "Give a size such as 2GB, or Unlimited for none.");
        }

        if (given.ContainsKey(nameof(DisplayName)))
        {
            DisplayName ??= "";
        }

        return given.ContainsKey(nameof(DisplayName)) || given.ContainsKey(nameof(Quota)) || given.ContainsKey(nameof(Password))
            ? base.BeginAsync()
            : throw new MailAdminException("NothingToChange", MailErrorCategory.InvalidArgument, "Nothing to change was given.", null, "Give -Password, -DisplayName or -Quota; Enable-, Disable- and Rename-Mailbox change the rest.");
    }

    /// <inheritdoc/>
    protected override async Task MailboxAsync(Mailbox mailbox)
    {
        var plain = Password is null ? null : PasswordPolicy.Check(Password, mailbox.Address, Force);
        if (ShouldChange($"Set {string.Join(", ", Changes())} for mailbox {mailbox.Address}.", $"Change mailbox {mailbox.Address}?"))
        {
            var change = new MailboxChange { DisplayName = DisplayName, QuotaBytes = Quota };
            var changed = await Ask((a, token) => a.SetMailboxAsync(mailbox.Address, plain is null ? change : change with { Verifier = ScramVerifier.Create(plain) }, token));
            if (PassThru)
            {
                WriteObject(changed);
            }
        }
    }

    private IEnumerable<string> Changes()
    {
        if (DisplayName is not null)
        {
            yield return DisplayName.Length == 0 ? "no display name" : $"display name '{DisplayName}'";
        }

        if (Quota is { } quota)
        {
            yield return quota == 0 ? "no quota" : $"quota {Sizes.Readable(quota)}";
        }

        if (Password is not null)
        {
            yield return "a new password";
        }
    }
}
