using System.Text;
using MailAdmin.Administration;
using MailAdmin.Errors;
using MailAdmin.Module.Addresses;
using MailAdmin.Module.Base;
using MailAdmin.Module.Routing;

namespace MailAdmin.Module.Drive;

/// <summary>New, copy, move, rename, remove.</summary>
public sealed partial class MailDriveProvider
{
    /// <inheritdoc/>
    protected override void NewItem(string path, string itemTypeName, object newItemValue)
    {
        var at = MailPath.Parse(path);
        var kind = itemTypeName?.ToUpperInvariant();
        var message = kind is "MESSAGE";
        var refusal = at.Folder is null ? "Make mailboxes with New-Mailbox."
            : !message && kind is not (null or "" or "FOLDER" or "DIRECTORY" or "CONTAINER") ? $"'{itemTypeName}' is nothing that can be made here: give -ItemType Folder or Message."
            : !message && newItemValue is not null ? "A folder has no value: give -ItemType Message for a message, whose text the value is."
            : null;
        if (refusal is not null)
        {
            WriteError(ErrorRecords.Make(Refused(at, refusal), path));
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
                var made = await a.ImportMessageAsync(at.Mailbox!, at.Folder!, ContentPieces.Of(Encoding.UTF8.GetBytes(text)), [], null, _stop.Token);
                Emit(made, at.Of(made));
            }
            else
            {
                var made = await a.NewFolderAsync(at.Mailbox!, at.Folder!, null, _stop.Token);
                Emit(made, at.Of(made));
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
        var item = Do(path, async a =>
        {
            var found = await DemandAsync(a, at);
            if (found is Mailbox)
            {
                AddressCheck.DemandNew(newName);
            }

            return found;
        });
        if (item is null || !ShouldProcess(at.ToString(), $"Rename to {newName}"))
        {
            return;
        }

        Do(path, async a =>
        {
            switch (item)
            {
                case Mailbox mailbox:
                    var box = await a.SetMailboxAsync(mailbox.Address, new MailboxChange { Address = newName }, _stop.Token);
                    Emit(box, at.Of(box));
                    break;
                case MailboxFolder folder:
                    var slash = folder.Name.LastIndexOf('/');
                    var renamed = await a.RenameFolderAsync(folder.Mailbox, folder.Name, slash < 0 ? newName : $"{folder.Name[..slash]}/{newName}", _stop.Token);
                    Emit(renamed, at.Of(renamed));
                    break;
                default:
                    throw Refused(at, "A message has its UID for a name; move it, or change its flags with Set-MailboxMessage.");
            }
        });
    }

    private void Transfer(string path, string destination, bool move, bool recurse)
    {
        var (from, to) = (MailPath.Parse(path), MailPath.Parse(destination));
        if (ShownBy(destination) is not { } place)
        {
            return;
        }

        var item = Do(path, async a =>
        {
            var found = await DemandAsync(a, from);
            await DemandSameServerAsync(a, place, from, to);
            return found;
        });
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
                    await TransferAsync(a, message, target, to, move);
                    break;
                case MailboxMessage:
                    throw new MailAdminException("FolderNotFound", MailErrorCategory.ObjectNotFound, $"There is no folder '{to}'.", to.ToString(), "Name an existing folder, or make it with New-Item.");
                case MailboxFolder folder when !to.IsRoot:
                    var name = to.Folder is null ? LastLevel(folder.Name) : target is not null ? $"{target.Name}/{LastLevel(folder.Name)}" : to.Folder;
                    if (!move || !to.Mailbox!.Equals(folder.Mailbox, StringComparison.OrdinalIgnoreCase))
                    {
                        await TransferFolderAsync(a, folder, to.Mailbox!, name, recurse, move);
                        break;
                    }

                    var moved = await a.RenameFolderAsync(folder.Mailbox, folder.Name, name, _stop.Token);
                    Emit(moved, to.Of(moved));
                    break;
                default:
                    throw Refused(from, "Copy or move folders and messages; rename mailboxes with Rename-Mailbox.");
            }
        });
    }

    // Two drives may show one server. Between two, neither would take what it is told of the other.
    private async Task DemandSameServerAsync(IMailAdministration administration, Place place, MailPath from, MailPath to)
    {
        if (string.Equals(from.Drive, to.Drive, StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        await using var other = await ServerGateway.OpenAsync(place, _stop.Token);
        var (here, there) = (await administration.GetServerAsync(_stop.Token), await other.GetServerAsync(_stop.Token));
        if (here.StorePath != there.StorePath)
        {
            throw new MailAdminException(
                "OtherServer", MailErrorCategory.InvalidOperation, $"'{from}' and '{to}' are on different servers, and nothing was carried from one to the other.", to.ToString(),
                "Carry messages between servers as files, with Export-MailboxMessage and Import-MailboxMessage.");
        }
    }

    private async Task TransferFolderAsync(IMailAdministration administration, MailboxFolder folder, string mailbox, string name, bool recurse, bool move)
    {
        // The list first: a copy below the original would otherwise copy itself.
        var folders = await administration.GetFoldersAsync(folder.Mailbox, null, _stop.Token)
            .Where(f => f.Name == folder.Name || (recurse && IsBelow(f.Name, folder.Name)))
            .ToListAsync(_stop.Token);
        foreach (var source in folders)
        {
            var made = await administration.NewFolderAsync(mailbox, name + source.Name[folder.Name.Length..], null, _stop.Token);
            if (recurse && await UidsAsync(administration, source) is { Count: > 0 } uids)
            {
                await administration.TransferMessagesAsync(source.Mailbox, source.Name, uids, made.Mailbox, made.Name, move, _stop.Token);
            }
        }

        // Deepest first; what came in meanwhile stays, and its folder with it.
        foreach (var source in move ? folders.OrderByDescending(f => Depth(f.Name)) : Enumerable.Empty<MailboxFolder>())
        {
            if (await UidsAsync(administration, source) is { Count: > 0 } late)
            {
                throw new MailAdminException(
                    "FolderNotEmpty", MailErrorCategory.ResourceBusy, $"{late.Count} messages came into folder '{source.Name}' of '{source.Mailbox}' while it was moved, and are there still.", source.Name,
                    "Move them with Move-MailboxMessage, then remove the folder.");
            }

            await administration.RemoveFolderAsync(source.Mailbox, source.Name, _stop.Token);
        }
    }

    private async Task<List<uint>> UidsAsync(IMailAdministration administration, MailboxFolder folder) =>
        await administration.GetMessagesAsync(new MessageQuery(folder.Mailbox, folder.Name), _stop.Token).Select(m => m.Uid).ToListAsync(_stop.Token);

    private async Task TransferAsync(IMailAdministration administration, MailboxMessage source, MailboxFolder target, MailPath to, bool move)
    {
        var pairs = await administration.TransferMessagesAsync(source.Mailbox, source.Folder, [source.Uid], target.Mailbox, target.Name, move, _stop.Token);
        var query = new MessageQuery(target.Mailbox, target.Name) { Uids = [.. pairs.Select(p => p.Target)] };
        await foreach (var message in administration.GetMessagesAsync(query, _stop.Token))
        {
            Emit(message, to.Of(message));
        }
    }

    private async Task RemoveFolderAsync(IMailAdministration administration, MailboxFolder folder)
    {
        // Deepest first. The engine has asked already where there is something below.
        var names = await administration.GetFoldersAsync(folder.Mailbox, null, _stop.Token).Select(f => f.Name).Where(n => IsBelow(n, folder.Name)).ToListAsync(_stop.Token);
        foreach (var name in names.OrderByDescending(Depth).Append(folder.Name))
        {
            await administration.RemoveFolderAsync(folder.Mailbox, name, _stop.Token);
        }
    }

    private static int Depth(string name) => name.Count(c => c == '/');

    private static bool IsBelow(string name, string folder) => name.StartsWith(folder + "/", StringComparison.Ordinal);

    private static string LastLevel(string name) => name[(name.LastIndexOf('/') + 1)..];

    private static MailAdminException Refused(MailPath at, string action) =>
        new("NotPossibleHere", MailErrorCategory.InvalidOperation, $"That is not possible with '{at}'.", at.ToString(), action);
}
