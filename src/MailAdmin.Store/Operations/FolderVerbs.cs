using MailAdmin.Store.Journal;
using MailAdmin.Store.Snapshots;
using MailAdmin.Store.Sqlite;
using MailAdmin.Store.State;
using MailAdmin.Store.Writer;

namespace MailAdmin.Store.Operations;

/// <summary>CREATE, RENAME, DELETE, SUBSCRIBE of folders, as plans. RFC 9051 §6.3.4–§6.3.8.</summary>
internal static class FolderVerbs
{
    public static FolderRecord Create(PlanContext context, MailboxId mailbox, string name, SpecialUse use)
    {
        var owner = context.MailboxRow(mailbox);
        var normalized = Normalize(name);
        if (context.Index.Folder(owner.Row, normalized) is not null)
        {
            throw StoreErrors.FolderExists(normalized);
        }

        var missing = MissingLevels(context, owner.Row, normalized);
        var existing = context.Index.FolderCount(owner.Row);
        if (existing + missing.Count + 1 > context.Options.MaxFolders)
        {
            throw StoreErrors.TooManyFolders(context.Options.MaxFolders);
        }

        if (use != SpecialUse.None && context.Index.Folders(owner.Row).Find(f => f.Use == use) is { } other)
        {
            throw StoreErrors.SpecialUseExists(use, other.Name);
        }

        foreach (var level in missing)
        {
            Emit(context, owner.Row, level, SpecialUse.None);
        }

        return Emit(context, owner.Row, normalized, use);
    }

    public static FolderRecord Rename(PlanContext context, FolderId id, string newName)
    {
        var folder = Require(context, id);
        var name = Normalize(newName);
        if (folder.Name == FolderName.Inbox)
        {
            RequireNew(context, folder.Mailbox, name);
            return RenameInbox(context, id, folder, name);
        }

        Move(context, folder.Mailbox, folder.Name, name);
        return Record(context.Ids, folder with { Name = name });
    }

    public static bool RenameParent(PlanContext context, MailboxId mailbox, string oldName, string newName)
    {
        Move(context, context.MailboxRow(mailbox).Row, Normalize(oldName), Normalize(newName));
        return true;
    }

    // A name, where it is a folder, and everything below it; none of the new names may be taken or too long.
    private static void Move(PlanContext context, long mailbox, string oldName, string newName)
    {
        RequireNew(context, mailbox, newName);
        var below = oldName + FolderName.Separator;
        if (newName.StartsWith(below, StringComparison.Ordinal) || oldName == FolderName.Inbox)
        {
            throw StoreErrors.InvalidFolderName(newName);
        }

        var moving = context.Index.Folders(mailbox).FindAll(f => f.Name == oldName || f.Name.StartsWith(below, StringComparison.Ordinal));
        if (moving.Count == 0)
        {
            throw StoreErrors.FolderNotFound(oldName);
        }

        moving.Sort((x, y) => string.CompareOrdinal(x.Name, y.Name));
        var renamed = moving.ConvertAll(f => f with { Name = newName + f.Name[oldName.Length..] });
        foreach (var folder in renamed)
        {
            if (!FolderName.TryNormalize(folder.Name, out _))
            {
                throw StoreErrors.InvalidFolderName(folder.Name);
            }

            RequireNew(context, mailbox, folder.Name);
        }

        foreach (var level in MissingLevels(context, mailbox, newName))
        {
            Emit(context, mailbox, level, SpecialUse.None);
        }

        for (var i = 0; i < moving.Count; i++)
        {
            Emit(context, renamed[i], moving[i].Name);
        }
    }

    public static bool Delete(PlanContext context, FolderId id)
    {
        var folder = Require(context, id);
        if (folder.Name == FolderName.Inbox)
        {
            throw StoreErrors.InboxCannotBeDeleted();
        }

        Delete(context, folder);
        return true;
    }

    public static void Delete(PlanContext context, FolderRow folder)
    {
        context.Emit(new FolderDeleted(folder.Row));
        context.Announce(new FolderChanged(context.Ids.Mailbox(folder.Mailbox), context.Ids.Folder(folder.Row), folder.Name, null, FolderChangeKind.Deleted, context.Now));
    }

    public static bool Subscribe(PlanContext context, MailboxId mailbox, string name, bool subscribed)
    {
        var owner = context.MailboxRow(mailbox);
        var normalized = Normalize(name);
        var subscriptions = context.Index.Subscriptions(owner.Row);
        if (subscriptions.Contains(normalized) == subscribed)
        {
            return false;
        }

        // Subscriptions outlive folders, so their number has a bound of its own: the same.
        if (subscribed && subscriptions.Count >= context.Options.MaxFolders)
        {
            throw StoreErrors.TooManyFolders(context.Options.MaxFolders);
        }

        context.Emit(new SubscriptionPut(owner.Row, normalized, subscribed));
        var folder = context.Index.Folder(owner.Row, normalized)?.Row ?? 0;
        context.Announce(new FolderChanged(mailbox, context.Ids.Folder(folder), normalized, null, FolderChangeKind.SubscriptionChanged, context.Now));
        return true;
    }

    /// <summary>Makes a folder known to be new and allowed.</summary>
    public static FolderRecord Emit(PlanContext context, long mailbox, string name, SpecialUse use)
    {
        ref var counters = ref context.State.Counters;
        // Above every value given before, and above the clock of a store that was lost and begun anew. RFC 9051 §2.3.1.1.
        var uidValidity = (uint)Math.Clamp(Math.Max(counters.UidValidity + 1, context.NowSeconds), 1, uint.MaxValue);
        var row = new FolderRow(counters.NextFolder, mailbox, name, use, uidValidity, context.NowMilliseconds);
        context.Emit(new FolderPut(row.Row, row.Mailbox, row.Name, row.Use, row.UidValidity, row.Created));
        context.Announce(new FolderChanged(context.Ids.Mailbox(mailbox), context.Ids.Folder(row.Row), name, null, FolderChangeKind.Created, context.Now));
        return Record(context.Ids, row);
    }

    public static FolderRecord Record(IdCodec ids, FolderRow row) => new(
        ids.Folder(row.Row), ids.Mailbox(row.Mailbox), row.Name, row.Use, row.UidValidity, DateTimeOffset.FromUnixTimeMilliseconds(row.Created));

    private static void Emit(PlanContext context, FolderRow renamed, string oldName)
    {
        context.Emit(new FolderPut(renamed.Row, renamed.Mailbox, renamed.Name, renamed.Use, renamed.UidValidity, renamed.Created));
        context.Announce(new FolderChanged(
            context.Ids.Mailbox(renamed.Mailbox), context.Ids.Folder(renamed.Row), renamed.Name, oldName, FolderChangeKind.Renamed, context.Now));
    }

    // RFC 9051 §6.3.6: INBOX's messages move to the new folder; INBOX stays, empty, and so do the folders below it.
    private static FolderRecord RenameInbox(PlanContext context, FolderId id, FolderRow inbox, string name)
    {
        var source = context.Folder(id);
        var rows = source.Working!.Enumerate().Count();
        foreach (var level in MissingLevels(context, inbox.Mailbox, name))
        {
            Emit(context, inbox.Mailbox, level, SpecialUse.None);
        }

        var created = Emit(context, inbox.Mailbox, name, SpecialUse.None);
        if (rows == 0)
        {
            return created;
        }

        var target = context.Folder(created.Id);
        foreach (var keyword in source.Working.Keywords.Names)
        {
            context.Emit(new KeywordAdded(target.Row, keyword));
        }

        var moved = new List<MessageRow>(rows);
        source.Working.Visit(UidSet.All, (chunk, _, i) => moved.Add(chunk.Row(i) with { Uid = (uint)moved.Count + 1, ModSeq = 2, Saved = context.NowSeconds }));
        var uids = UidSet.Of(source.Working.Enumerate().Select(m => m.Uid));
        context.Emit(new MessagesPlaced(target.Row, [.. moved]));
        context.Emit(new MessagesGone(source.Row, source.Working.HighestModSeq + 1, uids));
        context.Announce(new MessagesAdded(context.Ids.Mailbox(inbox.Mailbox), created.Id, UidSet.Range(1, (uint)rows), target.Working!, context.Now));
        context.Announce(new MessagesExpunged(context.Ids.Mailbox(inbox.Mailbox), id, uids, source.Working!, context.Now));
        return created;
    }

    private static FolderRow Require(PlanContext context, FolderId id) =>
        context.Ids.Row(id) is > 0 and var row && context.Index.Folder(row) is { } folder ? folder : throw StoreErrors.FolderNotFound(id);

    private static void RequireNew(PlanContext context, long mailbox, string name)
    {
        if (context.Index.Folder(mailbox, name) is not null)
        {
            throw StoreErrors.FolderExists(name);
        }
    }

    private static string Normalize(string name) => FolderName.TryNormalize(name, out var normalized) ? normalized : throw StoreErrors.InvalidFolderName(name);

    private static List<string> MissingLevels(PlanContext context, long mailbox, string name)
    {
        var missing = new List<string>();
        for (var at = name.IndexOf(FolderName.Separator, StringComparison.Ordinal); at > 0; at = name.IndexOf(FolderName.Separator, at + 1))
        {
            if (context.Index.Folder(mailbox, name[..at]) is null)
            {
                missing.Add(name[..at]);
            }
        }

        return missing;
    }
}
