using System.Management.Automation;
using MailAdmin.Module.Base;
using MailAdmin.Module.Completion;

namespace MailAdmin.Module.Folders;

/// <summary>Get-MailboxFolder</summary>
[Cmdlet(VerbsCommon.Get, "MailboxFolder")]
[OutputType(typeof(MailboxFolder))]
public sealed class GetMailboxFolder : AdministrationCmdlet
{
    /// <summary>Address or id of the mailbox; wildcards are fine.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Address", "Identity")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(MailboxCompleter))]
    public string[] Mailbox { get; set; } = [];

    /// <summary>Full name of the folder; wildcards are fine. All where none is given.</summary>
    [Parameter(Position = 1)]
    [Alias("Folder")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(FolderCompleter))]
    public string? Name { get; set; }

    /// <inheritdoc/>
    protected override Task ItemAsync() => ForEach(Mailbox, Mailboxes, NotFound.Mailbox, async mailbox =>
    {
        await foreach (var folder in Find(Name, (a, p, token) => a.GetFoldersAsync(mailbox.Address, p, token), name => NotFound.Folder(mailbox.Address, name)))
        {
            WriteObject(folder);
        }
    });
}
