using System.Management.Automation;
using MailAdmin.Administration;
using MailAdmin.Module.Addresses;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Mailboxes;

/// <summary>Rename-Mailbox</summary>
[Cmdlet(VerbsCommon.Rename, "Mailbox", SupportsShouldProcess = true)]
[OutputType(typeof(Mailbox))]
public sealed class RenameMailbox : AdministrationCmdlet
{
    /// <summary>Address or id.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Address", "Mailbox", "PrimarySmtpAddress")]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string Identity { get; set; } = "";

    /// <summary>New address.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("NewName")]
    public string NewAddress { get; set; } = "";

    /// <summary>Makes the old address an alias of the new one, so that mail for it still arrives.</summary>
    [Parameter]
    public SwitchParameter KeepAlias { get; set; }

    /// <summary>Returns the mailbox as it is then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override Task ItemAsync() => PerItem(Identity, async () =>
    {
        AddressCheck.DemandNew(NewAddress);

        var old = await FindOne(Identity, Mailboxes, NotFound.Mailbox);
        if (ShouldChange($"Rename mailbox {old.Address} to {NewAddress}{(KeepAlias ? " and keep the old address as an alias" : "")}.", $"Rename mailbox {old.Address} to {NewAddress}?"))
        {
            var renamed = await Ask((a, token) => a.SetMailboxAsync(old.Address, new MailboxChange { Address = NewAddress }, token));
            if (KeepAlias)
            {
                await Ask((a, token) => a.SetAliasAsync(old.Address, [renamed.Address], replace: false, token));
            }
            else
            {
                await WarnOfDetailsAsync(old.Address);
            }

            if (PassThru)
            {
                WriteObject(renamed);
            }
        }
    });

    // What named the address itself follows; with a detail it is an address of its own.
    private async Task WarnOfDetailsAsync(string address)
    {
        foreach (var alias in (await Ask((a, token) => a.GetUsesAsync(address, token))).Aliases)
        {
            WriteWarning($"Alias {alias} leads to {address} with a detail, which nobody has now: change it with Set-MailAlias.");
        }
    }
}
