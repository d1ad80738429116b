using System.Runtime.CompilerServices;
using System.Threading.Channels;
using MailAdmin.Administration;
using MailAdmin.Store.Content;
using MailAdmin.Store.IO;
using MailAdmin.Store.Journal;
using MailAdmin.Store.Maintenance;
using MailAdmin.Store.Operations;
using MailAdmin.Store.Recovery;
using MailAdmin.Store.Search;
using MailAdmin.Store.Sqlite;
using MailAdmin.Store.State;
using MailAdmin.Store.Writer;

namespace MailAdmin.Store;

/// <summary>
/// The file store: a log of segments that is the truth, an SQLite index that follows it, folder snapshots in memory. See docs/storage.md.
/// </summary>
public sealed class SqliteMailStore : IMailStore, ITextSearchable
{
    internal const string IndexName = "index.db";

    private readonly StoreOptions _options;
    private readonly StoreLock _lock;
    private readonly SegmentTable _segments;
    private readonly IndexWriter _index;
    private readonly IndexReader _planReader;
    private readonly ReaderPool _readers;
    private readonly StoreState _state;
    private readonly LogAppender _log;
    private readonly Broadcaster _broadcaster;
    private readonly StoreWriter _writer;
    private readonly SemaphoreSlim _compacting = new(1);
    private readonly StoreWork _work;
    private readonly TextIndex _textIndex;
    private int _disposed;

    private SqliteMailStore(
        StoreOptions options, StoreLock held, SegmentTable segments, IndexWriter index, IndexReader planReader, StoreState state, LogAppender log, Guid id)
    {
        _options = options;
        _lock = held;
        _segments = segments;
        _index = index;
        _planReader = planReader;
        _state = state;
        _log = log;
        Id = id;
        _work = new StoreWork(options.Path);
        var indexPath = Path.Combine(options.Path, IndexName);
        _readers = new ReaderPool(options.IO, indexPath);
        var notes = new PendingNotes();
        _broadcaster = new Broadcaster();
        _writer = new StoreWriter(options, state, log, segments, index, notes, _broadcaster);
        var folders = new FolderStore(options, state, _writer, _readers);
        Accounts = new AccountStore(options, state, _writer, _readers, notes);
        Folders = folders;
        var messages = new MessageStore(options, state, _writer, _readers, segments, notes, StoreTag(id));
        Messages = messages;
        Queue = new QueueStore(options, state, _writer, messages);
        _textIndex = new TextIndex(this, options, StoreTag(id));
    }

    /// <inheritdoc/>
    public Guid Id { get; }

    /// <inheritdoc/>
    public string Location => _options.Path;

    /// <inheritdoc/>
    public IAccountStore Accounts { get; }

    /// <inheritdoc/>
    public IFolderStore Folders { get; }

    /// <inheritdoc/>
    public IMessageStore Messages { get; }

    /// <inheritdoc/>
    public IQueueStore Queue { get; }

    /// <inheritdoc/>
    public ITextSearch TextSearch => _textIndex;

    /// <summary>Opens a store, making it where the directory is missing or empty, and brings it up from whatever state the last process left it in.</summary>
    /// <exception cref="Errors.MailAdminException"><c>StoreInUse</c>, <c>StoreCorrupt</c>, <c>StoreDiskFull</c>, <c>StoreIOError</c></exception>
    public static Task<SqliteMailStore> OpenAsync(StoreOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options = options with { Path = Path.GetFullPath(options.Path) };
        return Task.Run(() => Open(options), cancellationToken);
    }

    /// <inheritdoc/>
    public IDisposable Watch(Action<StoreChange> handler) => _broadcaster.Watch(null, handler);

    /// <inheritdoc/>
    public IDisposable Watch(FolderId folder, Action<StoreChange> handler) => _broadcaster.Watch(folder, handler);

    /// <inheritdoc/>
    public ValueTask<StoreTotals> GetTotalsAsync(CancellationToken cancellationToken = default)
    {
        return StoreQuestion.Answer(
            () =>
            {
                var counters = _state.Committed;
                var (segments, content) = _readers.Ask(r => (r.Segments(), r.Position()!.ContentBytes));
                var used = segments.Sum(s => s.Used);
                // What is not in segments lies in files of its own.
                var adopted = Math.Max(0, content - segments.Sum(s => s.Live));
                var dead = segments.Sum(s => Math.Max(0, s.Used - s.Live - s.Journal));
                return new StoreTotals(counters.Mailboxes, counters.Messages, content, dead, used + adopted + _options.IO.Length(Path.Combine(_options.Path, IndexName)));
            }, _options.Path);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoreFinding> VerifyAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // Files are listed before the index catches up: what it does not know of then nothing refers to.
        var found = StoreQuestion.Ask(_segments.List, _options.Path);
        found.Remove(_segments.BeingWritten);
        // The index catches up first, so that one view of it is the whole store.
        await _writer.RunAsync(new StructuralOperation<bool>(_ => true, cancellationToken));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var findings = Channel.CreateBounded<StoreFinding>(64);
        var work = EndAsync(_work.RunAsync(token => VerifyAsync(found, findings.Writer, token), stop.Token), findings.Writer);
        try
        {
            await foreach (var finding in findings.Reader.ReadAllAsync(cancellationToken))
            {
                yield return finding;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await work;
        }
    }

    /// <inheritdoc/>
    public Task<long> CompactAsync(CancellationToken cancellationToken = default) => _work.RunAsync(
        async token =>
        {
            await _compacting.WaitAsync(token);
            try
            {
                return await new StoreCompactor(_options, _writer, _readers, _segments, _log, StoreTag(Id)).RunAsync(token);
            }
            finally
            {
                _compacting.Release();
            }
        }, cancellationToken);

    private async Task<bool> VerifyAsync(List<long> found, ChannelWriter<StoreFinding> findings, CancellationToken cancellationToken)
    {
        using var reader = new IndexReader(new IndexConnection(_options.IO, Path.Combine(_options.Path, IndexName), create: false));
        var locator = new ContentLocator(_state, _readers);
        foreach (var finding in new StoreVerifier(_options.IO, _segments, reader, _readers, _state.Ids, StoreTag(Id), locator.Ask).Run(found, cancellationToken))
        {
            await findings.WriteAsync(finding, cancellationToken);
        }

        return true;
    }

    /// <summary>Whatever ended the verification is thrown again where the findings are read.</summary>
    private async Task EndAsync(Task verification, ChannelWriter<StoreFinding> findings)
    {
        try
        {
            await verification;
            findings.Complete();
        }
        catch (Exception e)
        {
            // Whatever it was is the reader's of the findings, who would wait for ever for what nobody ends.
            findings.Complete(e switch
            {
                InvalidDataException or IndexException or IOException or UnauthorizedAccessException => StoreErrors.From(e, _options.Path),
                _ => e,
            });
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        try
        {
            await _work.DisposeAsync();
            _textIndex.Dispose();
            await _writer.DisposeAsync();
        }
        finally
        {
            // A writer that stopped by a fault throws it here; whoever waits for watchers must not wait for ever.
            await _broadcaster.DisposeAsync();
            _readers.Dispose();
            _planReader.Dispose();
            _index.Dispose();
            _log.Dispose();
            _segments.Dispose();
            _lock.Dispose();
            _compacting.Dispose();
        }
    }

    internal static ulong StoreTag(Guid id)
    {
        Span<byte> octets = stackalloc byte[16];
        id.TryWriteBytes(octets);
        return System.IO.Hashing.XxHash3.HashToUInt64(octets);
    }

    private static SqliteMailStore Open(StoreOptions options)
    {
        var opened = new Stack<IDisposable>();
        try
        {
            var io = options.IO;
            var segments = new SegmentTable(io, options.Path);
            opened.Push(segments);
            io.CreateDirectory(options.Path);
            io.CreateDirectory(segments.ContentDirectory);
            io.CreateDirectory(segments.SpoolDirectory);
            var held = StoreLock.Take(io, options.Path);
            opened.Push(held);

            var indexPath = Path.Combine(options.Path, IndexName);
            var hasLog = segments.ListLog().Count > 0;
            if (!io.Exists(indexPath) && hasLog)
            {
                throw StoreErrors.StoreCorrupt(options.Path, "its index is missing.");
            }

            var connection = new IndexConnection(io, indexPath, create: true);
            var index = new IndexWriter(connection);
            opened.Push(index);
            if (!hasLog && index.Reader.UserVersion() == 0)
            {
                index.CreateSchema(Guid.NewGuid(), 0);
                index.FlushToDisk();
            }

            index.Upgrade(index.Reader.UserVersion());
            if (index.Reader.UserVersion() != IndexSchema.Version || index.Reader.Position() is not { } position)
            {
                throw StoreErrors.StoreCorrupt(options.Path, "its index is of another version or incomplete.");
            }

            if (!hasLog)
            {
                if (position.Sequence > 0)
                {
                    throw StoreErrors.StoreCorrupt(options.Path, "its segments are missing.");
                }

                io.Create(segments.PathOf(1)).Dispose();
                io.FlushDirectory(segments.ContentDirectory);
            }

            var planReader = new IndexReader(new IndexConnection(io, indexPath, create: false));
            opened.Push(planReader);
            var state = new StoreState(
                new IdCodec(position.Store),
                new StoreCounters(position.Sequence, position.NextMailbox, position.NextFolder, position.UidValidity, position.Mailboxes, position.Messages),
                position.NextContent)
            {
                Reader = planReader,
            };
            state.LoadQueue(index.Reader);
            var tag = StoreTag(position.Store);
            var current = LogReplay.Run(options, segments, position, index, state, tag);
            index.TellOfDamaged(options.Noticed, state.Ids);
            LogReplay.SweepSpool(io, segments);
            if (!position.Clean)
            {
                LogReplay.SweepAdopted(io, segments, index.Reader);
            }

            var log = new LogAppender(options, segments, position.Store, current);
            opened.Push(log);
            if (state.Counters.Sequence == 0)
            {
                Name(log, state, position.Store, options.TimeProvider.GetUtcNow());
            }

            return new SqliteMailStore(options, held, segments, index, planReader, state, log, position.Store);
        }
        catch (Exception e)
        {
            // Nothing opened so far may stay open, whatever went wrong; the cause is thrown on.
            while (opened.TryPop(out var item))
            {
                item.Dispose();
            }

            throw e switch
            {
                IndexException { IsCorrupt: true } => StoreErrors.StoreCorrupt(options.Path, "its index cannot be read.", e),
                InvalidDataException or IOException or UnauthorizedAccessException or IndexException => StoreErrors.From(e, options.Path),
                _ => e,
            };
        }
    }

    /// <summary>Names the store in its log, so that a rebuild knows it without an index. Also where a crash came between the two.</summary>
    private static void Name(LogAppender log, StoreState state, Guid id, DateTimeOffset now)
    {
        log.Begin();
        log.Batch.AddJournal(1, now.ToUnixTimeMilliseconds(), [new StoreMade(id)]);
        log.Commit();
        state.Counters.Sequence = 1;
        state.Publish();
    }
}
