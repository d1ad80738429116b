using System.Management.Automation;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Folders;

/// <summary>New-MailboxFolder</summary>
[Cmdlet(VerbsCommon.New, "MailboxFolder", SupportsShouldProcess = true)]
[OutputType(typeof(MailboxFolder))]
public sealed class NewMailboxFolder : AdministrationCmdlet
{
    /// <summary>Address or id of the mailbox.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Address", "Identity")]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string Mailbox { get; set; } = "";

    /// <summary>Full name of the folder, levels separated by '/'; levels above it are made as well.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Folder")]
    public string[] Name { get; set; } = [];

    /// <summary>What clients shall use it for. RFC 6154.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateSet("Archive", "Drafts", "Flagged", "Junk", "Sent", "Trash")]
    public string? SpecialUse { get; set; }

    // The mailbox must be there, and so must its store.
    private protected override bool MakesStore => false;

    /// <inheritdoc/>
    protected override async Task ItemAsync()
    {
        foreach (var name in Name)
        {
            await PerItem(name, async () =>
            {
                if (ShouldChange($"Make folder {name} in mailbox {Mailbox}.", $"Make folder {name} in mailbox {Mailbox}?"))
                {
                    WriteObject(await Ask((a, token) => a.NewFolderAsync(Mailbox, name, SpecialUse, token)));
                }
            });
        }
    }
}
