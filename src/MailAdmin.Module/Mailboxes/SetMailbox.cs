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
public sealed class SetMailbox : AdministrationCmdlet
{
    /// <summary>Address, id or name; wildcards are fine.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Address", "Mailbox")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string[] Identity { get; set; } = [];

    /// <summary>New password.</summary>
    [Parameter]
    [Password]
    public SecureString? Password { get; set; }

    /// <summary>New name; an empty one removes it.</summary>
    [Parameter]
    [AllowEmptyString]
    public string? DisplayName { get; set; }

    /// <summary>New quota; 0 or Unlimited removes it.</summary>
    [Parameter]
    [Quota]
    public long? Quota { get; set; }

    /// <summary>Takes a weak password.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Returns the mailbox as it is then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override async Task ItemAsync()
    {
        var changes = new List<string>();
        if (MyInvocation.BoundParameters.ContainsKey(nameof(DisplayName)))
        {
            changes.Add($"display name '{DisplayName}'");
        }

        if (Quota is { } quota)
        {
            changes.Add(quota == 0 ? "no quota" : $"quota {Sizes.Readable(quota)}");
        }

        if (Password is not null)
        {
            changes.Add("a new password");
        }

        if (changes.Count == 0)
        {
            Fail(new MailAdminException("NothingToChange", MailErrorCategory.InvalidArgument, "Nothing to change was given.", null, "Give -Password, -DisplayName or -Quota."));
        }

        foreach (var identity in Identity)
        {
            await PerItem(identity, async () =>
            {
                await foreach (var mailbox in FindMailboxes(identity))
                {
                    var plain = Password is null ? null : PasswordPolicy.Check(Password, mailbox.Address, Force);
                    if (ShouldChange($"Set {string.Join(", ", changes)} for mailbox {mailbox.Address}.", $"Change mailbox {mailbox.Address}?"))
                    {
                        await PerItem(mailbox.Address, async () =>
                        {
                            var changed = await Ask((a, token) => a.SetMailboxAsync(
                                mailbox.Address,
                                new MailboxChange { DisplayName = DisplayName, QuotaBytes = Quota, Verifier = plain is null ? null : ScramVerifier.Create(plain) },
                                token));
                            if (PassThru)
                            {
                                WriteObject(changed);
                            }
                        });
                    }
                }
            });
        }
    }
}
