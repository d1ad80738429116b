using System.Management.Automation;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Folders;

/// <summary>Rename-MailboxFolder</summary>
[Cmdlet(VerbsCommon.Rename, "MailboxFolder", SupportsShouldProcess = true)]
[OutputType(typeof(MailboxFolder))]
public sealed class RenameMailboxFolder : AdministrationCmdlet
{
    /// <summary>Address or id of the mailbox.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Address", "Identity")]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string Mailbox { get; set; } = "";

    /// <summary>Full name of the folder, levels separated by '/'.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("Folder")]
    [ArgumentCompleter(typeof(FolderCompleter))]
    public string Name { get; set; } = "";

    /// <summary>New full name, levels separated by '/'.</summary>
    [Parameter(Mandatory = true, Position = 2)]
    public string NewName { get; set; } = "";

    /// <summary>Returns the folder as it is then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override Task ItemAsync() => PerItem(Name, async () =>
    {
        if (ShouldChange($"Rename folder {Name} of mailbox {Mailbox} to {NewName}, with all below it.", $"Rename folder {Name} of mailbox {Mailbox} to {NewName}?"))
        {
            var renamed = await Ask((a, token) => a.RenameFolderAsync(Mailbox, Name, NewName, token));
            if (PassThru)
            {
                WriteObject(renamed);
            }
        }
    });
}
