using MailAdmin.Store.Content;
using MailAdmin.Store.Journal;
using MailAdmin.Store.Snapshots;

namespace MailAdmin.Store.State;

/// <content>What each event does to the state: the same when it is planned, replayed after a crash, or read from the log alone.</content>
internal sealed partial class StoreState
{
    /// <summary>Does what an event says.</summary>
    public void Apply(StoreEvent e)
    {
        if (Lost is { } lost)
        {
            foreach (var before in lost.Before(this, Questions, e))
            {
                Apply(before);
            }
        }

        switch (e)
        {
            case ContentStored c:
                _batch.Contents.Add((c.Key, c.Place));
                RaiseContent(c.Key);
                break;
            case ContentMoved m:
                _batch.Moves.Add((m.Key, m.Place));
                break;
            case MessagesPlaced p when Folder(p.Folder) is { } folder:
                Place(folder, p.Rows);
                break;
            case KeywordAdded k when Folder(k.Folder) is { } folder:
                folder.Working = folder.Working!.WithHead(folder.Working.Head with { Keywords = new FolderKeywords([.. folder.Working.Keywords.Names, k.Name]) });
                break;
            case FlagsSet f when Folder(f.Folder) is { } folder:
                FolderEvents.SetFlags(folder, f, _batch);
                break;
            case MessagesGone g when Folder(g.Folder) is { } folder:
                var (octets, count) = FolderEvents.Remove(folder, g.ModSeq, g.Uids, _batch);
                Charge(folder.Mailbox, -octets, -count);
                break;
            case QueuePut q:
                PutQueue(q.Row.Identify(Ids));
                break;
            case QueueGone q:
                EndQueue(q.Row);
                break;
            case FolderPut f:
                PutFolder(f);
                _batch.ChangedFolderLists.Add(f.Mailbox);
                break;
            case SubscriptionPut s:
                Index!.Apply(s);
                _batch.ChangedFolderLists.Add(s.Mailbox);
                break;
            case FolderDeleted f when Folder(f.Row) is { } folder:
                _batch.ChangedFolderLists.Add(folder.Mailbox);
                (octets, count) = FolderEvents.Delete(folder, _batch);
                Charge(folder.Mailbox, -octets, -count);
                Index!.Apply(e);
                break;
            case MailboxPut m:
                _counters.NextMailbox = Math.Max(_counters.NextMailbox, m.Row + 1);
                _counters.Mailboxes += Index!.Reader.Mailbox(m.Row) is null ? 1 : 0;
                Index.Apply(e);
                _batch.ChangedMailboxes.Add(m);
                break;
            case MailboxDeleted m:
                _counters.Mailboxes -= Index!.Reader.Mailbox(m.Row) is null ? 0 : 1;
                Index.Apply(e);
                _batch.DeletedMailboxes.Add(m.Row);
                break;
            case StoreMade or FlushedTo or MessagesPlaced or KeywordAdded or FlagsSet or MessagesGone or FolderDeleted:
                break;
            default:
                Index!.Apply(e);
                break;
        }
    }

    private FolderState? Folder(long row)
    {
        var folder = FindFolder(row);
        if (folder is null)
        {
            return Lost is not null ? null : throw new InvalidOperationException($"An event names folder {row}, which does not exist.");
        }

        Touch(folder);
        return folder;
    }

    private void Touch(FolderState folder)
    {
        if (folder.TouchedBy != _batchNumber)
        {
            folder.TouchedBy = _batchNumber;
            _batch.Folders.Add(folder);
        }
    }

    private void Charge(long mailbox, long octets, int messages)
    {
        _counters.Messages += messages;
        _batch.Changes += Math.Abs(messages);
        if (FindMailbox(mailbox) is not { } state)
        {
            return;
        }

        if (state.TouchedBy != _batchNumber)
        {
            state.TouchedBy = _batchNumber;
            _batch.Mailboxes.Add(state);
        }

        state.Used += octets;
        state.Count += messages;
    }

    private void Place(FolderState folder, MessageRow[] rows)
    {
        if (rows.Length == 0)
        {
            return;
        }

        if (Lost is not null && rows[0].Uid < folder.Working!.UidNext)
        {
            return;
        }

        Charge(folder.Mailbox, FolderEvents.Place(folder, rows, _batch), rows.Length);
    }

    private void PutQueue(QueueRow row)
    {
        if (Queue.Plan(row.Row, row) is null)
        {
            // Numbered with the contents, so that the one counter that recovery raises covers both.
            RaiseContent(row.Row);
            _batch.References.Add((row.Content, 1));
        }

        _batch.Queue.Add((row.Row, row));
        _batch.Changes++;
    }

    private void EndQueue(long row)
    {
        if (Queue.Plan(row, null) is not { } before)
        {
            if (Lost is null)
            {
                throw new InvalidOperationException($"An event names queue entry {row}, which does not exist.");
            }

            return;
        }

        _batch.References.Add((before.Content, -1));
        _batch.Queue.Add((row, null));
        _batch.Changes++;
    }

    private void PutFolder(FolderPut f)
    {
        _counters.NextFolder = Math.Max(_counters.NextFolder, f.Row + 1);
        _counters.UidValidity = Math.Max(_counters.UidValidity, f.UidValidity);
        var known = Index!.Reader.Folder(f.Row);
        var madeUp = known is not null && (known.Mailbox != f.Mailbox || known.UidValidity != f.UidValidity) ? FindFolder(f.Row) : null;
        Index.Apply(f);
        if (madeUp is not null)
        {
            GiveOwn(madeUp, f);
        }

        if (known is null)
        {
            var empty = ChunkedSnapshot.Create(new FolderHead(Ids.Folder(f.Row), f.UidValidity, 1, 1, 0, 0, 0, FolderKeywords.Empty), []);
            var state = new FolderState(f.Row, f.Mailbox, Ids.Folder(f.Row), null, 1) { Working = empty };
            Folders.Put(state);
            Touch(state);
        }
    }

    /// <summary>A folder that was brought back without its record meets a later one: it goes to its mailbox with what it has.</summary>
    private void GiveOwn(FolderState folder, FolderPut own)
    {
        var snapshot = folder.Working!;
        _batch.ChangedFolderLists.Add(folder.Mailbox);
        Charge(folder.Mailbox, -snapshot.TotalSize, -snapshot.Count);
        Charge(own.Mailbox, snapshot.TotalSize, snapshot.Count);
        folder.Mailbox = own.Mailbox;
        folder.Working = snapshot.WithHead(snapshot.Head with { UidValidity = own.UidValidity });
        Touch(folder);
    }
}
