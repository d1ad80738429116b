using MailAdmin.Administration;
using MailAdmin.Store.Content;
using MailAdmin.Store.Journal;
using MailAdmin.Store.State;

namespace MailAdmin.Store.Sqlite;

/// <summary>
/// Brings the index forward. Every transaction takes it from the state at one sequence number exactly to the state at a later one.
/// </summary>
/// <remarks>
/// A row that rotted (a number that is NULL) must not keep all the others from following, now and at each next open. A content's is passed over: with its last reference it
/// goes all the same, and where it is its count of references that cannot be read, it stays. A sum that is lost begins again; a rebuild counts it anew.
/// </remarks>
internal sealed class IndexWriter(IndexConnection connection) : IDisposable
{
    private readonly List<long> _damaged = [];

    /// <summary>The same connection for questions: sees the open transaction.</summary>
    public IndexReader Reader { get; } = new(connection);

    public void Begin() => connection.Begin();
    public void Commit() => connection.Commit();
    public void RollBack() => connection.RollBack();

    public void CreateSchema(Guid store, long uidValidity)
    {
        connection.Begin();
        connection.Execute(IndexSchema.Create);
        connection.Execute($"PRAGMA user_version={IndexSchema.Version}");
        connection.Run("INSERT INTO state VALUES(1, ?1, 0, 1, 0, 1, 1, 1, ?2, 0, 0, 0, 0)", store.ToByteArray(), uidValidity);
        connection.Commit();
    }

    /// <summary>Brings an index of an earlier version to this one.</summary>
    public void Upgrade(long version)
    {
        if (version == 1)
        {
            connection.Begin();
            connection.Execute(IndexSchema.CreateQueue);
            connection.Execute($"PRAGMA user_version={IndexSchema.Version}");
            connection.Commit();
        }
    }

    /// <summary>Tells of rows that what was applied last met damaged; once it is committed, so that one that is tried again is not told of again.</summary>
    public void TellOfDamaged(Action<StoreFinding>? noticed, IdCodec ids)
    {
        if (_damaged.Count > 0)
        {
            noticed?.Invoke(new StoreFinding(
                MailEventSeverity.Error, "IndexCorrupt", $"content {ids.Content(_damaged[0])}",
                $"Damaged rows of the index were met when their messages were changed: {_damaged.Count}. Those changes are safe in the log; all others the index took over. "
                + "Run Test-MailStore; Repair-MailStore makes the index anew from the log."));
            _damaged.Clear();
        }
    }

    /// <summary>Moves all commits from the WAL into the database's own file, which then needs no other, and flushes it.</summary>
    /// <exception cref="IndexException">They were not.</exception>
    /// <exception cref="IOException">Another connection is in the way.</exception>
    public void Fold()
    {
        if (connection.Single("PRAGMA wal_checkpoint(TRUNCATE)", r => r.Number(0)) != 0)
        {
            throw new IOException("The index is used by something else.");
        }
    }

    /// <inheritdoc cref="IndexConnection.FlushToDisk"/>
    public void FlushToDisk() => connection.FlushToDisk();

    /// <summary>Applies an event of accounts or folders.</summary>
    public void Apply(StoreEvent e)
    {
        switch (e)
        {
            case DomainPut d:
                connection.Run(
                    "INSERT INTO domain VALUES(?1, ?2, 0, ?3) ON CONFLICT(name) DO UPDATE SET catch_all = excluded.catch_all", d.Name, d.CatchAll, d.Created);
                break;
            case DomainDeleted d:
                connection.Run("DELETE FROM domain WHERE name = ?1", d.Name);
                break;
            case MailboxPut m:
                Put(m);
                break;
            case MailboxDeleted m:
                connection.Run("DELETE FROM subscription WHERE mailbox = ?1", m.Row);
                if (connection.Run("DELETE FROM mailbox WHERE id = ?1", m.Row) > 0)
                {
                    connection.Run("UPDATE domain SET mailboxes = mailboxes - 1 WHERE name = ?1", m.Domain);
                }

                break;
            case AliasPut a:
                connection.Run("INSERT OR REPLACE INTO alias VALUES(?1, ?2, ?3)", a.Address, a.Targets, a.Created);
                break;
            case AliasDeleted a:
                connection.Run("DELETE FROM alias WHERE address = ?1", a.Address);
                break;
            case SettingPut { Value: null } s:
                connection.Run("DELETE FROM setting WHERE key = ?1", s.Key);
                break;
            case SettingPut s:
                connection.Run("INSERT OR REPLACE INTO setting VALUES(?1, ?2)", s.Key, s.Value);
                break;
            case FolderPut f:
                connection.Run(
                    "INSERT INTO folder(id, mailbox, name, use, uidvalidity, created) VALUES(?1, ?2, ?3, ?4, ?5, ?6) "
                    + "ON CONFLICT(id) DO UPDATE SET mailbox = excluded.mailbox, name = excluded.name, use = excluded.use, uidvalidity = excluded.uidvalidity, created = excluded.created", f.Row, f.Mailbox, f.Name, (int)f.Use, (long)f.UidValidity, f.Created);
                break;
            case FolderDeleted f:
                connection.Run("DELETE FROM chunk WHERE folder = ?1", f.Row);
                connection.Run("DELETE FROM expunged WHERE folder = ?1", f.Row);
                connection.Run("DELETE FROM folder WHERE id = ?1", f.Row);
                break;
            case SubscriptionPut { Subscribed: true } s:
                connection.Run("INSERT OR IGNORE INTO subscription VALUES(?1, ?2)", s.Mailbox, s.Name);
                break;
            case SubscriptionPut s:
                connection.Run("DELETE FROM subscription WHERE mailbox = ?1 AND name = ?2", s.Mailbox, s.Name);
                break;
            default:
                throw new InvalidOperationException($"{e.GetType().Name} is not of accounts or folders.");
        }
    }

    /// <summary>Leaves out UIDs and mod-sequences in every folder: operations were lost that may have given them out.</summary>
    public void SkipNumbers() => connection.Run("UPDATE folder SET uidnext = MIN(uidnext + ?1, 4294967295), modseq = modseq + ?1", StoreState.SkippedNumbers);

    /// <summary>Takes over what a checkpoint captured. Returns contents that have no reference left, as they lay.</summary>
    public List<ContentPlace> Apply(Checkpoint checkpoint)
    {
        _damaged.Clear();
        var dead = new List<ContentPlace>();
        var (liveBytes, liveBySegment) = (0L, new Dictionary<long, long>());
        foreach (var (key, place) in checkpoint.Contents)
        {
            checkpoint.References.TryGetValue(key, out var references);
            if (references <= 0)
            {
                dead.Add(place);
                continue;
            }

            connection.Run("INSERT INTO content VALUES(?1, ?2, ?3, ?4, ?5)", key, place.Segment, place.Offset, place.Length, references);
            Count(place, 1);
        }

        foreach (var (key, place) in checkpoint.Moves)
        {
            if (Find(key) is { } old)
            {
                connection.Run("UPDATE content SET segment = ?2, offset = ?3 WHERE key = ?1", key, place.Segment, place.Offset);
                Count(old, -1);
                Count(place, 1);
            }
        }

        foreach (var (key, change) in checkpoint.References)
        {
            if (change == 0 || checkpoint.Contents.ContainsKey(key))
            {
                continue;
            }

            var left = connection.Single("UPDATE content SET refs = refs + ?2 WHERE key = ?1 AND typeof(refs) = 'integer' RETURNING refs", r => (long?)r.Number(0), key, change);
            if (left is null && Reader.HasContent(key))
            {
                _damaged.Add(key);
            }

            if (left <= 0)
            {
                if (Find(key) is { } place)
                {
                    Count(place, -1);
                    dead.Add(place);
                }

                connection.Run("DELETE FROM content WHERE key = ?1", key);
                connection.Run("DELETE FROM summary WHERE content = ?1", key);
            }
        }

        foreach (var folder in checkpoint.Folders)
        {
            Put(folder);
        }

        foreach (var mailbox in checkpoint.Mailboxes)
        {
            connection.Run("UPDATE mailbox SET used = ?2, count = ?3 WHERE id = ?1", mailbox.Row, mailbox.Used, mailbox.Count);
        }

        foreach (var (row, entry) in checkpoint.Queue)
        {
            if (entry is null)
            {
                connection.Run("DELETE FROM queue WHERE id = ?1", row);
            }
            else
            {
                connection.Run("INSERT OR REPLACE INTO queue VALUES(?1, ?2)", row, SealedBlob.Seal(QueueCodec.Encode(entry)));
            }
        }

        foreach (var (row, at) in checkpoint.Logins)
        {
            connection.Run("UPDATE mailbox SET last_login = ?2 WHERE id = ?1", row, at);
        }

        foreach (var (folder, uid) in checkpoint.Recents)
        {
            connection.Run("UPDATE folder SET recent = MAX(COALESCE(recent, 1), ?2) WHERE id = ?1", folder, (long)uid);
        }

        foreach (var (content, value) in checkpoint.Summaries)
        {
            connection.Run("INSERT OR REPLACE INTO summary SELECT ?1, ?2 WHERE EXISTS(SELECT 1 FROM content WHERE key = ?1)", content, SealedBlob.Seal(value));
        }

        foreach (var segment in checkpoint.Segments)
        {
            liveBySegment.Remove(segment.Id, out var live);
            connection.Run(
                "INSERT INTO segment VALUES(?1, ?2, ?3, ?4) ON CONFLICT(id) DO UPDATE SET used = excluded.used, live = COALESCE(live, 0) + excluded.live, journal = excluded.journal",
                segment.Id, segment.Used, live, segment.Journal);
        }

        foreach (var (segment, live) in liveBySegment)
        {
            connection.Run("UPDATE segment SET live = COALESCE(live, 0) + ?2 WHERE id = ?1", segment, live);
        }

        foreach (var segment in checkpoint.RemovedSegments)
        {
            connection.Run("DELETE FROM segment WHERE id = ?1", segment);
        }

        var p = checkpoint.Position;
        connection.Run(
            "UPDATE state SET seq = ?1, segment = ?2, offset = ?3, next_mailbox = ?4, next_folder = ?5, next_content = ?6, uidvalidity = ?7, mailboxes = ?8, messages = ?9, "
            + "content_bytes = COALESCE(content_bytes, 0) + ?10, clean = ?11",
            p.Sequence, p.Segment, p.Offset, p.NextMailbox, p.NextFolder, p.NextContent, p.UidValidity, p.Mailboxes, p.Messages, liveBytes, p.Clean ? 1 : 0);
        return dead;

        ContentPlace? Find(long key)
        {
            try
            {
                return Reader.Content(key);
            }
            catch (InvalidDataException)
            {
                _damaged.Add(key);
                return null;
            }
        }

        void Count(ContentPlace place, int sign)
        {
            liveBytes += sign * place.Length;
            if (!place.IsAdopted)
            {
                liveBySegment[place.Segment] = liveBySegment.GetValueOrDefault(place.Segment) + (sign * place.RecordLength);
            }
        }
    }

    public void Dispose() => connection.Dispose();

    private void Put(MailboxPut m)
    {
        var old = Reader.Mailbox(m.Row);
        if (old is null)
        {
            connection.Run(
                "INSERT INTO mailbox(id, address, domain, display_name, enabled, quota, salt, iterations, stored_key, server_key, created) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                m.Row, m.Address, m.Domain, m.DisplayName, m.IsEnabled ? 1 : 0, m.Quota, m.Salt, m.Iterations, m.StoredKey, m.ServerKey, m.Created);
            connection.Run("UPDATE domain SET mailboxes = mailboxes + 1 WHERE name = ?1", m.Domain);
            return;
        }

        connection.Run(
            "UPDATE mailbox SET address = ?2, domain = ?3, display_name = ?4, enabled = ?5, quota = ?6, salt = ?7, iterations = ?8, stored_key = ?9, server_key = ?10, created = ?11 WHERE id = ?1",
            m.Row, m.Address, m.Domain, m.DisplayName, m.IsEnabled ? 1 : 0, m.Quota, m.Salt, m.Iterations, m.StoredKey, m.ServerKey, m.Created);
        if (old.Domain != m.Domain)
        {
            connection.Run("UPDATE domain SET mailboxes = mailboxes - 1 WHERE name = ?1", old.Domain);
            connection.Run("UPDATE domain SET mailboxes = mailboxes + 1 WHERE name = ?1", m.Domain);
        }
    }

    private void Put(FolderCheckpoint folder)
    {
        var (row, before, after) = (folder.Row, folder.Before, folder.After);
        var head = after.Head;
        connection.Run(
            "UPDATE folder SET uidnext = ?2, modseq = ?3, unseen = ?4, deleted = ?5, count = ?6, size = ?7, recent = MAX(COALESCE(recent, 1), ?8), keywords = ?9 WHERE id = ?1",
            row, (long)head.UidNext, (long)head.HighestModSeq, head.Unseen, head.Deleted, after.Count, head.TotalSize, (long)folder.Recent, string.Join(' ', head.Keywords.Names));

        // Chunks are immutable: the ones both snapshots hold need no look inside. Both lists ascend by first UID.
        int a = 0, b = 0, oldCount = before?.ChunkCount ?? 0;
        while (a < oldCount || b < after.ChunkCount)
        {
            var old = a < oldCount ? before!.Chunk(a) : null;
            var now = b < after.ChunkCount ? after.Chunk(b) : null;
            if (now is null || (old is not null && old.FirstUid < now.FirstUid))
            {
                connection.Run("DELETE FROM chunk WHERE folder = ?1 AND first = ?2", row, (long)old!.FirstUid);
                a++;
                continue;
            }

            if (!ReferenceEquals(old, now))
            {
                connection.Run("INSERT OR REPLACE INTO chunk VALUES(?1, ?2, ?3)", row, (long)now.FirstUid, now.Encode());
            }

            a += old is not null && old.FirstUid == now.FirstUid ? 1 : 0;
            b++;
        }

        foreach (var run in folder.Expunged)
        {
            foreach (var range in run.Uids.Ranges)
            {
                connection.Run("INSERT OR REPLACE INTO expunged VALUES(?1, ?2, ?3, ?4)", row, (long)run.ModSeq, (long)range.First, (long)range.Last);
            }
        }
    }
}
