using MailAdmin.Protocol.Imap;
using MailAdmin.Store;

namespace MailAdmin.Server.Imap;

/// <summary>Items of STATUS. RFC 9051 §6.3.11, RFC 7162 §3.1.7, RFC 8438, RFC 7889, RFC 8474.</summary>
[Flags]
internal enum StatusItems
{
    None = 0, Messages = 1, Recent = 2, UidNext = 4, UidValidity = 8, Unseen = 16, Deleted = 32, Size = 64, HighestModSeq = 128, AppendLimit = 256,
    MailboxId = 512, DeletedStorage = 1024,
}

/// <summary>Reads and writes STATUS items.</summary>
internal static class StatusResponse
{
    /// <summary>Reads <c>(MESSAGES UNSEEN)</c>.</summary>
    public static StatusItems Read(ImapSession session, ImapDecoder args)
    {
        var items = StatusItems.None;
        args.Open();
        do
        {
            args.Word(out var word);
            var item = args.Failed ? StatusItems.None : Find(session, word);
            if (item == StatusItems.None)
            {
                args.Fail("Unknown status item");
            }

            items |= item;
        }
        while (args.Take((byte)' '));
        args.Close();
        return items;
    }

    /// <summary>Writes the response for a folder.</summary>
    public static async ValueTask WriteAsync(ImapSession session, FolderRecord folder, StatusItems items)
    {
        var snapshot = await session.Store.Messages.GetSnapshotAsync(folder.Id);
        if (items.HasFlag(StatusItems.HighestModSeq))
        {
            // RFC 7162 §3.1: asking for it turns CONDSTORE on.
            session.EnableCondStore();
        }

        Write(session, folder, snapshot, items, items.HasFlag(StatusItems.Recent) ? await CountRecentAsync(session, folder, snapshot) : 0);
    }

    /// <summary>Messages that are \Recent to this session, or would be to the next one that selects the folder.</summary>
    private static async ValueTask<int> CountRecentAsync(ImapSession session, FolderRecord folder, FolderSnapshot snapshot)
    {
        var recent = UidSet.Range(await session.Store.Messages.PeekRecentAsync(folder.Id), snapshot.UidNext - 1);
        return snapshot.CountBetween(session.Selected is { } selected && selected.Folder.Id == folder.Id ? recent.Union(selected.Recent) : recent);
    }

    private static void Write(ImapSession session, FolderRecord folder, FolderSnapshot snapshot, StatusItems items, int recent)
    {
        var encoder = session.Encode();
        encoder.Raw("* STATUS "u8);
        encoder.Mailbox(folder.Name, session.Utf8);
        encoder.Raw(" ("u8);
        var separator = false;
        Add(ref encoder, StatusItems.Messages, "MESSAGES "u8, (ulong)snapshot.Count);
        Add(ref encoder, StatusItems.Recent, "RECENT "u8, (ulong)recent);
        Add(ref encoder, StatusItems.UidNext, "UIDNEXT "u8, snapshot.UidNext);
        Add(ref encoder, StatusItems.UidValidity, "UIDVALIDITY "u8, snapshot.UidValidity);
        Add(ref encoder, StatusItems.Unseen, "UNSEEN "u8, (ulong)snapshot.UnseenCount);
        Add(ref encoder, StatusItems.Deleted, "DELETED "u8, (ulong)snapshot.DeletedCount);
        Add(ref encoder, StatusItems.Size, "SIZE "u8, (ulong)snapshot.TotalSize);
        Add(ref encoder, StatusItems.HighestModSeq, "HIGHESTMODSEQ "u8, snapshot.HighestModSeq);
        Add(ref encoder, StatusItems.AppendLimit, "APPENDLIMIT "u8, (ulong)session.Connection.Limits.MessageSize);
        if (items.HasFlag(StatusItems.DeletedStorage))
        {
            Add(ref encoder, StatusItems.DeletedStorage, "DELETED-STORAGE "u8, DeletedOctets(snapshot));
        }

        if (items.HasFlag(StatusItems.MailboxId))
        {
            encoder.Raw(separator ? " MAILBOXID ("u8 : "MAILBOXID ("u8);
            encoder.Text(folder.Id.ToString());
            encoder.Close();
        }

        encoder.Raw(")\r\n"u8);
        encoder.Commit();

        void Add(ref ImapEncoder to, StatusItems item, ReadOnlySpan<byte> name, ulong value)
        {
            if (!items.HasFlag(item))
            {
                return;
            }

            if (separator)
            {
                to.Space();
            }

            separator = true;
            to.Raw(name);
            to.Number(value);
        }
    }

    private static ulong DeletedOctets(FolderSnapshot snapshot)
    {
        ulong octets = 0;
        if (snapshot.DeletedCount > 0)
        {
            foreach (var message in snapshot.Enumerate())
            {
                octets += message.Flags.Has(MessageFlags.Deleted) ? message.Size : 0;
            }
        }

        return octets;
    }

    private static StatusItems Find(ImapSession session, ReadOnlySpan<byte> word)
    {
        Span<char> name = stackalloc char[20];
        if (word.Length > name.Length)
        {
            return StatusItems.None;
        }

        for (var i = 0; i < word.Length; i++)
        {
            name[i] = char.ToUpperInvariant((char)word[i]);
        }

        return name[..word.Length] switch
        {
            "MESSAGES" => StatusItems.Messages,
            "RECENT" => StatusItems.Recent,
            "UIDNEXT" => StatusItems.UidNext,
            "UIDVALIDITY" => StatusItems.UidValidity,
            "UNSEEN" => StatusItems.Unseen,
            "DELETED" => StatusItems.Deleted,
            "SIZE" => StatusItems.Size,
            "HIGHESTMODSEQ" when session.Context.Offers("CONDSTORE") => StatusItems.HighestModSeq,
            "APPENDLIMIT" when session.Context.Offers("APPENDLIMIT") => StatusItems.AppendLimit,
            "MAILBOXID" when session.Context.Offers("OBJECTID") => StatusItems.MailboxId,
            "DELETED-STORAGE" when session.Context.Offers("QUOTA=RES-STORAGE") => StatusItems.DeletedStorage,
            _ => StatusItems.None,
        };
    }
}
