using System.Management.Automation;
using MailAdmin.Administration;
using MailAdmin.Errors;
using MailAdmin.Module.Base;

namespace MailAdmin.Module.Folders;

/// <summary>Remove-MailboxFolder</summary>
[Cmdlet(VerbsCommon.Remove, "MailboxFolder", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveMailboxFolder : NamedFolderCmdlet
{
    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override Task ItemAsync() => PerItem(Name, async () =>
    {
        var folders = await Find(Name, (a, p, token) => a.GetFoldersAsync(Mailbox, p, token), name => NotFound.Folder(Mailbox, name)).ToListAsync(StopToken);
        if (IsPiped(nameof(Name)))
        {
            // Of a folder that is gone meanwhile, the name must not become a pattern for others.
            folders.RemoveAll(f => f.Name != Name);
            if (folders.Count == 0)
            {
                throw NotFound.Folder(Mailbox, Name);
            }
        }

        if (folders.Count > 1 && !NamePattern.HasWildcards(Name))
        {
            throw new MailAdminException(
                "NameNotUnique", MailErrorCategory.InvalidArgument, $"'{Name}' means several: {string.Join(", ", folders.Select(f => f.Name))}.", Name, "Write the name in the case of letters that it has.");
        }

        // What lies deeper goes first, so that a pattern that names a folder and those below it removes all of them.
        foreach (var folder in folders.OrderByDescending(f => f.Name.Count(c => c == '/')))
        {
            if (ShouldChange($"Remove folder {folder.Name} of mailbox {folder.Mailbox} with {folder.MessageCount} messages.", $"Remove folder {folder.Name} of mailbox {folder.Mailbox} with {folder.MessageCount} messages? This cannot be undone.", Force))
            {
                await PerItem(folder.Name, () => Ask((a, token) => a.RemoveFolderAsync(folder.Mailbox, folder.Name, token)));
            }
        }
    });
}
