namespace MailAdmin.Store.Tests.Reference;

public sealed partial class MemoryMailStore
{
    public ValueTask<IReadOnlyList<FolderRecord>> ListAsync(MailboxId mailbox, CancellationToken cancellationToken = default) =>
        Ask<IReadOnlyList<FolderRecord>>(() => [.. Of(mailbox).OrderBy(f => f.Name, StringComparer.Ordinal)]);

    public ValueTask<FolderRecord?> FindAsync(MailboxId mailbox, string name, CancellationToken cancellationToken = default) =>
        Ask(() => FolderName.TryNormalize(name, out var normalized) ? Of(mailbox).FirstOrDefault(f => f.Name == normalized) : null);

    public ValueTask<FolderRecord?> GetAsync(FolderId id, CancellationToken cancellationToken = default) => Ask(() => _folders.GetValueOrDefault(id)?.Record);

    public Task<FolderRecord> CreateAsync(MailboxId mailbox, string name, SpecialUse use = SpecialUse.None, CancellationToken cancellationToken = default) => Change(changes =>
    {
        _ = _mailboxes.GetValueOrDefault(mailbox) ?? throw Error("MailboxNotFound");
        var normalized = Normalize(name);
        RequireNew(mailbox, normalized);
        if (use != SpecialUse.None && Of(mailbox).Any(f => f.Use == use))
        {
            throw Error("SpecialUseExists");
        }

        AddAbove(mailbox, normalized, changes);
        return Add(mailbox, normalized, use, changes);
    });

    public Task<FolderRecord> RenameAsync(FolderId id, string newName, CancellationToken cancellationToken = default) => Change(changes =>
    {
        var folder = Folder(id);
        var (mailbox, oldName) = (folder.Record.Mailbox, folder.Record.Name);
        var name = Normalize(newName);
        RequireNew(mailbox, name);
        if (oldName == FolderName.Inbox)
        {
            AddAbove(mailbox, name, changes);
            var created = Add(mailbox, name, SpecialUse.None, changes);
            Folder(created.Id).Keywords = folder.Messages.Count > 0 ? folder.Keywords : FolderKeywords.Empty;
            Transfer(folder, UidSet.All, Folder(created.Id), true, false, changes);
            return created;
        }

        Move(mailbox, oldName, name, changes);
        return folder.Record;
    });

    public Task RenameParentAsync(MailboxId mailbox, string name, string newName, CancellationToken cancellationToken = default) => Change(changes =>
    {
        _ = _mailboxes.GetValueOrDefault(mailbox) ?? throw Error("MailboxNotFound");
        var (from, to) = (Normalize(name), Normalize(newName));
        RequireNew(mailbox, to);
        Move(mailbox, from, to, changes);
        return true;
    });

    private void Move(MailboxId mailbox, string oldName, string name, List<StoreChange> changes)
    {
        if (name.StartsWith(oldName + "/", StringComparison.Ordinal) || oldName == FolderName.Inbox)
        {
            throw Error("InvalidFolderName");
        }

        var below = _folders.Values
            .Where(f => f.Record.Mailbox == mailbox && (f.Record.Name == oldName || f.Record.Name.StartsWith(oldName + "/", StringComparison.Ordinal)))
            .OrderBy(f => f.Record.Name, StringComparer.Ordinal).ToList();
        if (below.Count == 0)
        {
            throw Error("FolderNotFound");
        }

        foreach (var child in below)
        {
            Normalize(name + child.Record.Name[oldName.Length..]);
            RequireNew(mailbox, name + child.Record.Name[oldName.Length..]);
        }

        AddAbove(mailbox, name, changes);
        foreach (var moving in below)
        {
            var now = moving.Record with { Name = name + moving.Record.Name[oldName.Length..] };
            changes.Add(new FolderChanged(mailbox, now.Id, now.Name, moving.Record.Name, FolderChangeKind.Renamed, DateTimeOffset.UtcNow));
            moving.Record = now;
        }
    }

    public Task DeleteAsync(FolderId id, CancellationToken cancellationToken = default) => Change(changes =>
    {
        var folder = Folder(id);
        if (folder.Record.Name == FolderName.Inbox)
        {
            throw Error("InboxCannotBeDeleted");
        }

        folder.Messages.ForEach(m => Charge(folder, -m.Octets.Length, -1));
        changes.Add(new FolderChanged(folder.Record.Mailbox, id, folder.Record.Name, null, FolderChangeKind.Deleted, DateTimeOffset.UtcNow));
        return _folders.Remove(id);
    });

    public Task SubscribeAsync(MailboxId mailbox, string name, bool subscribed, CancellationToken cancellationToken = default) => Change(changes =>
    {
        _ = _mailboxes.GetValueOrDefault(mailbox) ?? throw Error("MailboxNotFound");
        var key = (mailbox, Normalize(name));
        return subscribed ? _subscriptions.Add(key) : _subscriptions.Remove(key);
    });

    public ValueTask<IReadOnlySet<string>> ListSubscriptionsAsync(MailboxId mailbox, CancellationToken cancellationToken = default) =>
        Ask<IReadOnlySet<string>>(() => _subscriptions.Where(s => s.Item1 == mailbox).Select(s => s.Item2).ToHashSet());

    private IEnumerable<FolderRecord> Of(MailboxId mailbox) => _folders.Values.Select(f => f.Record).Where(f => f.Mailbox == mailbox);

    private void RequireNew(MailboxId mailbox, string name)
    {
        if (Of(mailbox).Any(f => f.Name == name))
        {
            throw Error("FolderExists");
        }
    }

    private void AddAbove(MailboxId mailbox, string name, List<StoreChange> changes)
    {
        for (var at = name.IndexOf('/', StringComparison.Ordinal); at > 0; at = name.IndexOf('/', at + 1))
        {
            if (!Of(mailbox).Any(f => f.Name == name[..at]))
            {
                Add(mailbox, name[..at], SpecialUse.None, changes);
            }
        }
    }

    private FolderRecord Add(MailboxId mailbox, string name, SpecialUse use, List<StoreChange> changes)
    {
        var record = new FolderRecord(new FolderId(Guid.NewGuid()), mailbox, name, use, ++_uidValidity, DateTimeOffset.UtcNow);
        _folders.Add(record.Id, new MemoryFolder(record));
        changes.Add(new FolderChanged(mailbox, record.Id, name, null, FolderChangeKind.Created, DateTimeOffset.UtcNow));
        return record;
    }

    private static string Normalize(string name) => FolderName.TryNormalize(name, out var normalized) ? normalized : throw Error("InvalidFolderName");
}
