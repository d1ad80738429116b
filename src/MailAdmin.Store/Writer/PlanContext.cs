using MailAdmin.Store.Content;
using MailAdmin.Store.IO;
using MailAdmin.Store.Journal;
using MailAdmin.Store.Sqlite;
using MailAdmin.Store.State;

namespace MailAdmin.Store.Writer;

/// <summary>What an operation plans with: the state as planned so far, and the places its events, contents and change records go to.</summary>
internal sealed class PlanContext(StoreState state, LogAppender log, SegmentTable segments, IStoreIO io, StoreOptions options)
{
    private readonly List<StoreEvent> _events = [];
    private readonly List<StoreChange> _changes = [];
    private readonly List<long> _adopted = [];
    private readonly List<long> _removedSegments = [];
    private readonly List<SegmentRow> _writtenSegments = [];

    public StoreState State => state;
    public StoreOptions Options => options;
    public IdCodec Ids => state.Ids;
    /// <summary>Time of the batch.</summary>
    public DateTimeOffset Now { get; private set; }
    public long NowMilliseconds { get; private set; }
    public uint NowSeconds { get; private set; }
    public bool HasWatchers { get; private set; }
    /// <summary>Change records of the batch, in order.</summary>
    public List<StoreChange> Changes => _changes;
    /// <summary>Files taken over in this batch, to be deleted where it fails.</summary>
    public List<long> Adopted => _adopted;
    /// <summary>Segments that the index is to forget with this batch.</summary>
    public List<long> RemovedSegments => _removedSegments;
    /// <summary>Segments written beside the log that the index is to know with this batch.</summary>
    public List<SegmentRow> WrittenSegments => _writtenSegments;
    /// <summary>The segment that grows.</summary>
    public long CurrentSegment => log.Segment;
    /// <summary>True where the operation in work emitted something.</summary>
    public bool HasEvents => _events.Count > 0;

    /// <summary>The index as the structural operation in work sees it.</summary>
    public IndexReader Index => state.Index?.Reader ?? state.Reader;

    public void BeginBatch(DateTimeOffset now, bool hasWatchers)
    {
        HasWatchers = hasWatchers;
        Now = now;
        NowMilliseconds = now.ToUnixTimeMilliseconds();
        NowSeconds = (uint)now.ToUnixTimeSeconds();
        _changes.Clear();
        _adopted.Clear();
        _removedSegments.Clear();
        _writtenSegments.Clear();
    }

    /// <summary>Names a segment that was written beside the log, and one that nothing points into any more.</summary>
    public void NoteSegments(SegmentRow written, long? removed)
    {
        _writtenSegments.Add(written);
        if (removed is { } gone)
        {
            _removedSegments.Add(gone);
        }
    }

    /// <summary>Applies an event and keeps it for the log.</summary>
    public void Emit(StoreEvent e)
    {
        _events.Add(e);
        state.Apply(e);
    }

    /// <summary>Ends an operation: its events become one record of the log.</summary>
    public void EndOperation()
    {
        if (_events.Count > 0)
        {
            log.Batch.AddJournal(++state.Counters.Sequence, NowMilliseconds, _events);
            _events.Clear();
        }
    }

    /// <summary>Forgets the events of an operation whose batch is given up.</summary>
    public void DropOperation() => _events.Clear();

    public void Announce(StoreChange change) => _changes.Add(change);

    /// <summary>The folder as planned so far.</summary>
    /// <exception cref="Errors.MailAdminException">FolderNotFound</exception>
    public FolderState Folder(FolderId id)
    {
        var folder = state.FindFolder(state.Ids.Row(id)) ?? throw StoreErrors.FolderNotFound(id);
        // Its mailbox is charged by the events: an index that cannot be read must fail the operation before the first of them.
        _ = state.FindMailbox(folder.Mailbox);
        return folder;
    }

    /// <summary>The mailbox as planned so far.</summary>
    public MailboxState Mailbox(long row) => state.FindMailbox(row) ?? throw StoreErrors.MailboxNotFound(state.Ids.Mailbox(row));

    /// <summary>Row of a mailbox, from the index.</summary>
    public MailboxRow MailboxRow(MailboxId id) => state.Ids.Row(id) is >= 0 and var row && Index.Mailbox(row) is { } found ? found : throw StoreErrors.MailboxNotFound(id);

    /// <summary>Puts a content into the log, or takes its file over; returns its key.</summary>
    public long Store(SealedMessage message, long receivedMilliseconds)
    {
        ContentStored? stored = null;
        Store([(message, receivedMilliseconds)], new Span<ContentStored>(ref stored!));
        return stored.Key;
    }

    /// <summary>
    /// Puts contents into the log, or takes their files over, all or none. Each may fail, for it is read from the spool: nothing is emitted before the last of them is there,
    /// so that the operation can fail alone.
    /// </summary>
    public void Store(ReadOnlySpan<(SealedMessage Message, long ReceivedMilliseconds)> messages, Span<ContentStored> stored)
    {
        var (mark, adopted) = (log.Batch.Mark(), _adopted.Count);
        try
        {
            for (var i = 0; i < messages.Length; i++)
            {
                var (message, received) = messages[i];
                var (key, length) = (message.AdoptionKey ?? state.TakeContentKey(), message.Source.Length);
                stored[i] = new ContentStored(key, message.AdoptionKey is not null
                    ? new ContentPlace(-key, 0, length)
                    : new ContentPlace(log.Segment, log.Batch.AddContent(message.Source, key, received, message.Checksum), length));
            }

            // Files last: one that was taken over cannot be given back to its caller, and by then only the move of another can still fail.
            for (var i = 0; i < messages.Length; i++)
            {
                if (stored[i].Place is { IsAdopted: true, Segment: var file })
                {
                    io.Move(messages[i].Message.Source.SpoolPath, segments.PathOf(file));
                    messages[i].Message.Source.Adopted();
                    _adopted.Add(file);
                }
            }
        }
        catch
        {
            log.Batch.GoBack(mark);
            foreach (var file in _adopted.Skip(adopted))
            {
                segments.DeleteQuietly(file);
            }

            _adopted.RemoveRange(adopted, _adopted.Count - adopted);
            throw;
        }

        foreach (var content in stored)
        {
            Emit(content);
        }
    }
}

/// <summary>A received message ready for the writer: checksummed, and where it is to be adopted already a record on disk.</summary>
internal readonly record struct SealedMessage(SpoolingMessage Source, ulong Checksum, long? AdoptionKey);
