using System.Management.Automation;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Folders;

/// <summary>Base of the cmdlets that change a folder that is there.</summary>
public abstract class NamedFolderCmdlet : AdministrationCmdlet
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
    public virtual string Name { get; set; } = "";
}
