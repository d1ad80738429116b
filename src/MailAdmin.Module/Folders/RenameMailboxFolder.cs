using System.Management.Automation;

namespace MailAdmin.Module.Folders;

/// <summary>Rename-MailboxFolder</summary>
[Cmdlet(VerbsCommon.Rename, "MailboxFolder", SupportsShouldProcess = true)]
[OutputType(typeof(MailboxFolder))]
public sealed class RenameMailboxFolder : NamedFolderCmdlet
{
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
