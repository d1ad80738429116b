using System.Text;
using MailAdmin.Administration;
using MailAdmin.Errors;
using MailAdmin.Module.Base;

namespace MailAdmin.Module.Drive;

/// <summary>New, copy, move, rename, remove.</summary>
public sealed partial class MailDriveProvider
{
    /// <inheritdoc/>
    protected override void NewItem(string path, string itemTypeName, object newItemValue)
    {
        var at = MailPath.Parse(path);
        var message = string.Equals(itemTypeName, "Message", StringComparison.OrdinalIgnoreCase);
        if (at.Folder is null)
        {
            WriteError(ErrorRecords.Make(Refused(at, "Make mailboxes with New-Mailbox."), path));
            return;
        }

        if (!ShouldProcess(at.ToString(), message ? "Import message" : "Make folder"))
        {
            return;
        }

        Do(path, async a =>
        {
            if (message)
            {
                var text = (newItemValue?.ToString() ?? "").ReplaceLineEndings("\r\n");
                var made = await a.ImportMessageAsync(at.Mailbox!, at.Folder, ContentPieces.Of(Encoding.UTF8.GetBytes(text)), [], null, _stop.Token);
                Emit(made, $"{path}/{made.Uid}", false);
            }
            else
            {
                Emit(await a.NewFolderAsync(at.Mailbox!, at.Folder, null, _stop.Token), path, true);
            }
        });
    }

    /// <inheritdoc/>
    protected override void RemoveItem(string path, bool recurse)
    {
        var at = MailPath.Parse(path);
        var item = Do(path, a => DemandAsync(a, at));
        if (item is null || !ShouldProcess(at.ToString(), "Remove"))
        {
            return;
        }

        Do(path, async a =>
        {
            switch (item)
            {
                case MailboxMessage message:
                    await a.RemoveMessagesAsync(message.Mailbox, message.Folder, [message.Uid], _stop.Token);
                    break;
                case MailboxFolder folder:
                    await RemoveFolderAsync(a, folder);
                    break;
                case Mailbox mailbox:
                    await a.RemoveMailboxAsync(mailbox.Address, _stop.Token);
                    break;
                default:
                    throw Refused(at, "Name a mailbox, folder or message.");
            }
        });
    }

    /// <inheritdoc/>
    protected override void CopyItem(string path, string copyPath, bool recurse) => Transfer(path, copyPath, move: false, recurse);

    /// <inheritdoc/>
    protected override void MoveItem(string path, string destination) => Transfer(path, destination, move: true, recurse: true);

    /// <inheritdoc/>
    protected override void RenameItem(string path, string newName)
    {
        var at = MailPath.Parse(path);
        var item = Do(path, a => DemandAsync(a, at));
        if (item is null || !ShouldProcess(at.ToString(), $"Rename to {newName}"))
        {
            return;
        }

        Do(path, async a =>
        {
            switch (item)
            {
                case Mailbox mailbox:
                    Emit(await a.SetMailboxAsync(mailbox.Address, new MailboxChange { Address = newName }, _stop.Token), newName, true);
                    break;
                case MailboxFolder folder:
                    var slash = folder.Name.LastIndexOf('/');
                    var renamed = await a.RenameFolderAsync(folder.Mailbox, folder.Name, slash < 0 ? newName : $"{folder.Name[..slash]}/{newName}", _stop.Token);
                    Emit(renamed, $"{renamed.Mailbox}/{renamed.Name}", true);
                    break;
                default:
                    throw Refused(at, "A message has its UID for a name; move it, or change its flags with Set-MailboxMessage.");
            }
        });
    }

    private void Transfer(string path, string destination, bool move, bool recurse)
    {
        var (from, to) = (MailPath.Parse(path), MailPath.Parse(destination));
        var item = Do(path, a => DemandAsync(a, from));
        if (item is null || !ShouldProcess($"{from} to {to}", move ? "Move" : "Copy"))
        {
            return;
        }

        Do(path, async a =>
        {
            var target = to.Folder is null ? null : await FindAsync(a, to) as MailboxFolder;
            switch (item)
            {
                case MailboxMessage message when target is not null:
                    await TransferAsync(a, message.Mailbox, message.Folder, [message.Uid], target.Mailbox, target.Name, move);
                    break;
                case MailboxMessage:
                    throw new MailAdminException("FolderNotFound", MailErrorCategory.ObjectNotFound, $"There is no folder '{to}'.", to.ToString(), "Name an existing folder, or make it with New-Item.");
                case MailboxFolder folder when move && to.Mailbox is not null && to.Mailbox.Equals(folder.Mailbox, StringComparison.OrdinalIgnoreCase):
                    var name = to.Folder is null ? LastLevel(folder.Name) : target is not null ? $"{target.Name}/{LastLevel(folder.Name)}" : to.Folder;
                    var moved = await a.RenameFolderAsync(folder.Mailbox, folder.Name, name, _stop.Token);
                    Emit(moved, $"{moved.Mailbox}/{moved.Name}", true);
                    break;
                case MailboxFolder folder when !to.IsRoot:
                    await CopyFolderAsync(a, folder, to.Mailbox!, to.Folder is null ? LastLevel(folder.Name) : target is not null ? $"{target.Name}/{LastLevel(folder.Name)}" : to.Folder, recurse);
                    if (move)
                    {
                        await RemoveFolderAsync(a, folder);
                    }

                    break;
                default:
                    throw Refused(from, "Copy or move folders and messages; rename mailboxes with Rename-Mailbox.");
            }
        });
    }

    private async Task CopyFolderAsync(IMailAdministration administration, MailboxFolder folder, string mailbox, string name, bool recurse)
    {
        // The list first: a copy below the original would otherwise copy itself.
        var folders = await administration.GetFoldersAsync(folder.Mailbox, null, _stop.Token)
            .Where(f => f.Name.Equals(folder.Name, StringComparison.OrdinalIgnoreCase) || (recurse && IsBelow(f.Name, folder.Name)))
            .ToListAsync(_stop.Token);
        foreach (var source in folders)
        {
            var made = await administration.NewFolderAsync(mailbox, name + source.Name[folder.Name.Length..], null, _stop.Token);
            if (recurse)
            {
                var uids = await administration.GetMessagesAsync(new MessageQuery(source.Mailbox, source.Name), _stop.Token).Select(m => m.Uid).ToListAsync(_stop.Token);
                if (uids.Count > 0)
                {
                    await administration.TransferMessagesAsync(source.Mailbox, source.Name, uids, made.Mailbox, made.Name, false, _stop.Token);
                }
            }
        }
    }

    private async Task TransferAsync(IMailAdministration administration, string mailbox, string folder, IReadOnlyList<uint> uids, string targetMailbox, string targetFolder, bool move)
    {
        var pairs = await administration.TransferMessagesAsync(mailbox, folder, uids, targetMailbox, targetFolder, move, _stop.Token);
        var query = new MessageQuery(targetMailbox, targetFolder) { Uids = [.. pairs.Select(p => p.Target)] };
        await foreach (var message in administration.GetMessagesAsync(query, _stop.Token))
        {
            Emit(message, message.ToString(), false);
        }
    }

    private async Task RemoveFolderAsync(IMailAdministration administration, MailboxFolder folder)
    {
        // Deepest first. The engine has asked already where there is something below.
        var names = await administration.GetFoldersAsync(folder.Mailbox, null, _stop.Token).Select(f => f.Name).Where(n => IsBelow(n, folder.Name)).ToListAsync(_stop.Token);
        foreach (var name in names.OrderByDescending(n => n.Count(c => c == '/')).Append(folder.Name))
        {
            await administration.RemoveFolderAsync(folder.Mailbox, name, _stop.Token);
        }
    }

    private static bool IsBelow(string name, string folder) => name.StartsWith(folder + "/", StringComparison.OrdinalIgnoreCase);

    private static string LastLevel(string name) => name[(name.LastIndexOf('/') + 1)..];

    private static MailAdminException Refused(MailPath at, string action) =>
        new("NotPossibleHere", MailErrorCategory.InvalidOperation, $"That is not possible with '{at}'.", at.ToString(), action);
}
