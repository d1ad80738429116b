using MailAdmin.Store.IO;
using Microsoft.Data.Sqlite;

namespace MailAdmin.Store.Sqlite;

/// <summary>A connection with its prepared statements. One thread at a time.</summary>
internal sealed class IndexConnection : IDisposable
{
    // Instructions of SQLite's machine, or pages where it checks a table: a millisecond at most.
    private const int InstructionsBetweenLooks = 1_000;

    private readonly IStoreIO _io;
    private readonly string _path;
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _statements = [];
    private bool _inTransaction;

    /// <exception cref="IndexException">It cannot be opened.</exception>
    /// <exception cref="IOException">It cannot be made.</exception>
    public IndexConnection(IStoreIO io, string path, bool create)
    {
        _io = io;
        _path = path;
        if (create && !io.Exists(path))
        {
            // SQLite would make it by the umask; made here it is the owner's alone, and its WAL takes the same mode.
            io.Create(path).Dispose();
        }

        var text = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = create ? SqliteOpenMode.ReadWriteCreate : SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = 30,
        };
        if (io.IndexVfs is { } vfs)
        {
            text.Vfs = vfs;
        }

        _connection = new SqliteConnection(text.ToString());
        try
        {
            _connection.Open();
            Execute(IndexSchema.Open);
        }
        catch (SqliteException e)
        {
            _connection.Dispose();
            throw IndexException.From(e);
        }
        catch (IndexException)
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>Runs statements that are not worth keeping.</summary>
    public void Execute(string sql)
    {
        try
        {
            using var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Every text comes from this room's constants.
            command.CommandText = sql;
#pragma warning restore CA2100
            command.ExecuteNonQuery();
        }
        catch (SqliteException e)
        {
            throw IndexException.From(e);
        }
    }

    /// <summary>Runs a statement with positional parameters ?1, ?2 …; returns the rows changed.</summary>
    public int Run(string sql, params ReadOnlySpan<object?> values)
    {
        try
        {
            return Bind(sql, values).ExecuteNonQuery();
        }
        catch (SqliteException e)
        {
            throw IndexException.From(e);
        }
    }

    /// <summary>Runs a query and maps every row.</summary>
    /// <exception cref="InvalidDataException">A row is not of the form that was written.</exception>
    public List<T> Query<T>(string sql, Func<IndexRow, T> map, params ReadOnlySpan<object?> values)
    {
        try
        {
            var rows = new List<T>();
            using var reader = Bind(sql, values).ExecuteReader();
            var row = new IndexRow(reader);
            while (reader.Read())
            {
                rows.Add(Map(map, row));
            }

            return rows;
        }
        catch (SqliteException e)
        {
            throw IndexException.From(e);
        }
    }

    /// <summary>Runs a query of at most one row.</summary>
    /// <exception cref="InvalidDataException">The row is not of the form that was written.</exception>
    public T? Single<T>(string sql, Func<IndexRow, T> map, params ReadOnlySpan<object?> values)
    {
        try
        {
            using var reader = Bind(sql, values).ExecuteReader();
            return reader.Read() ? Map(map, new IndexRow(reader)) : default;
        }
        catch (SqliteException e)
        {
            throw IndexException.From(e);
        }
    }

    /// <summary>Begins a view that several queries share; false where a transaction is open already and gives that.</summary>
    public bool BeginRead()
    {
        if (_inTransaction)
        {
            return false;
        }

        Run("BEGIN DEFERRED");
        return _inTransaction = true;
    }

    /// <summary>Ends what <see cref="BeginRead"/> began.</summary>
    public void EndRead(bool begun)
    {
        if (begun)
        {
            _inTransaction = false;
            Run("ROLLBACK");
        }
    }

    /// <summary>Begins the writing transaction; nothing happens where it is open.</summary>
    public void Begin()
    {
        if (!_inTransaction)
        {
            Run("BEGIN IMMEDIATE");
            _inTransaction = true;
        }
    }

    public void Commit()
    {
        Run("COMMIT");
        _inTransaction = false;
    }

    /// <summary>Gives up the open transaction, if there is one.</summary>
    public void RollBack()
    {
        if (!_inTransaction)
        {
            return;
        }

        _inTransaction = false;
        try
        {
            Run("ROLLBACK");
        }
        catch (IndexException)
        {
            // SQLite rolls back by itself after I/O errors and a full disk (sqlite.org/lang_transaction.html); then there is nothing left to give up.
        }
    }

    /// <summary>Statements fail as soon as the token is cancelled, whenever that is: an interrupt from another thread misses the one that is about to begin (sqlite.org/c3ref/interrupt.html).</summary>
    public void HeedCancellation(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            SQLitePCL.raw.sqlite3_progress_handler(_connection.Handle, InstructionsBetweenLooks, _ => cancellationToken.IsCancellationRequested ? 1 : 0, null);
        }
        else
        {
            SQLitePCL.raw.sqlite3_progress_handler(_connection.Handle, 0, null, null);
        }
    }

    /// <summary>Returns when every commit so far is on the medium: WAL with synchronous=NORMAL does that only at a checkpoint, which a reader can hold up.</summary>
    /// <exception cref="IOException">They are not.</exception>
    public void FlushToDisk()
    {
        var log = _path + "-wal";
        if (_io.Exists(log))
        {
            // A descriptor of its own is safe: SQLite's locks lie on the other two files (sqlite.org/howtocorrupt.html §2.2).
            using var file = _io.Open(log, write: true);
            file.Flush();
        }

        _io.FlushDirectory(Path.GetDirectoryName(_path)!);
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }

        _connection.Dispose();
    }

    private static T Map<T>(Func<IndexRow, T> map, IndexRow row)
    {
        try
        {
            return map(row);
        }
        catch (Exception e) when (e is InvalidCastException or InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            // SQLite's values have types, its columns have not: a row that rotted may hold anything.
            throw new InvalidDataException("A row of the index is damaged.", e);
        }
    }

    private SqliteCommand Bind(string sql, ReadOnlySpan<object?> values)
    {
        if (!_statements.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
#pragma warning disable CA2100 // Every text comes from this room's constants.
            command.CommandText = sql;
#pragma warning restore CA2100
            for (var i = 1; i <= values.Length; i++)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = $"?{i}" });
            }

            _statements.Add(sql, command);
        }

        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        return command;
    }
}

/// <summary>The row a query stands on.</summary>
internal readonly struct IndexRow(SqliteDataReader reader)
{
    public long Number(int column) => reader.GetInt64(column);
    public long? NumberOrNull(int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);
    public string Text(int column) => reader.GetString(column);
    public string? TextOrNull(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    public byte[] Octets(int column) => (byte[])reader.GetValue(column);
}
