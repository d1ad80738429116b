using Microsoft.Data.Sqlite;

namespace MailAdmin.Store.Sqlite;

/// <summary>A failure of the index, free of SQLite's types.</summary>
internal sealed class IndexException(string message, SqliteException cause) : Exception(message, cause)
{
    // sqlite3.h: SQLITE_FULL, SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_BUSY, SQLITE_LOCKED, SQLITE_CONSTRAINT.
    public bool IsDiskFull { get; } = cause.SqliteErrorCode == 13;
    public bool IsCorrupt { get; } = cause.SqliteErrorCode is 11 or 26;
    public bool IsBusy { get; } = cause.SqliteErrorCode is 5 or 6;
    /// <summary>A row that does not fit the others: what was to be done is wrong, not the disk.</summary>
    public bool IsConstraint { get; } = cause.SqliteErrorCode == 19;

    public static IndexException From(SqliteException cause) => new($"The index failed: {cause.Message}", cause);
}
