namespace MailAdmin.Store.Sqlite;

/// <summary>Tables of the index. Rows are keyed by ever-growing numbers or by the name that is looked up, so that the cost of a change does not grow with the store.</summary>
internal static class IndexSchema
{
    /// <summary>PRAGMA user_version. Version 1 had no queue and is brought up; an index of any other version is rebuilt from the log.</summary>
    public const int Version = 2;

    /// <summary>The queue, in the form of the journal: it is read whole at the start and only ever looked up by its number.</summary>
    public const string CreateQueue = "CREATE TABLE queue(id INTEGER PRIMARY KEY, value BLOB NOT NULL);";

    public const string Create = CreateQueue + """
        CREATE TABLE state(
            id INTEGER PRIMARY KEY CHECK(id = 1), store BLOB NOT NULL, seq INTEGER NOT NULL, segment INTEGER NOT NULL, offset INTEGER NOT NULL,
            next_mailbox INTEGER NOT NULL, next_folder INTEGER NOT NULL, next_content INTEGER NOT NULL, uidvalidity INTEGER NOT NULL,
            mailboxes INTEGER NOT NULL, messages INTEGER NOT NULL, content_bytes INTEGER NOT NULL, clean INTEGER NOT NULL);
        CREATE TABLE domain(name TEXT PRIMARY KEY, catch_all TEXT, mailboxes INTEGER NOT NULL, created INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE mailbox(
            id INTEGER PRIMARY KEY, address TEXT NOT NULL UNIQUE, domain TEXT NOT NULL, display_name TEXT, enabled INTEGER NOT NULL, quota INTEGER,
            salt BLOB NOT NULL, iterations INTEGER NOT NULL, stored_key BLOB NOT NULL, server_key BLOB NOT NULL, created INTEGER NOT NULL,
            last_login INTEGER, used INTEGER NOT NULL DEFAULT 0, count INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE alias(address TEXT PRIMARY KEY, targets TEXT NOT NULL, created INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE setting(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE folder(
            id INTEGER PRIMARY KEY, mailbox INTEGER NOT NULL, name TEXT NOT NULL, use INTEGER NOT NULL, uidvalidity INTEGER NOT NULL, created INTEGER NOT NULL,
            uidnext INTEGER NOT NULL DEFAULT 1, modseq INTEGER NOT NULL DEFAULT 1, unseen INTEGER NOT NULL DEFAULT 0, deleted INTEGER NOT NULL DEFAULT 0,
            count INTEGER NOT NULL DEFAULT 0, size INTEGER NOT NULL DEFAULT 0, recent INTEGER NOT NULL DEFAULT 1, keywords TEXT NOT NULL DEFAULT '');
        CREATE UNIQUE INDEX folder_name ON folder(mailbox, name);
        CREATE TABLE subscription(mailbox INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY(mailbox, name)) WITHOUT ROWID;
        CREATE TABLE chunk(folder INTEGER NOT NULL, first INTEGER NOT NULL, rows BLOB NOT NULL, PRIMARY KEY(folder, first));
        CREATE TABLE expunged(folder INTEGER NOT NULL, modseq INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY(folder, modseq, first)) WITHOUT ROWID;
        CREATE TABLE content(key INTEGER PRIMARY KEY, segment INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL, refs INTEGER NOT NULL);
        CREATE TABLE summary(content INTEGER PRIMARY KEY, value BLOB NOT NULL);
        CREATE TABLE segment(id INTEGER PRIMARY KEY, used INTEGER NOT NULL, live INTEGER NOT NULL, journal INTEGER NOT NULL);
        """;

    /// <summary>
    /// The log is the truth and flushed before an operation completes; the index follows and need only be consistent after a crash,
    /// not newest: WAL with synchronous=NORMAL gives that without a flush of its own for each commit. A WAL that grew beyond 64 MiB, while a reader kept it, becomes smaller again.
    /// </summary>
    public const string Open = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=67108864;";
}
