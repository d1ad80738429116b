using MailAdmin.Store.Content;
using MailAdmin.Store.IO;
using MailAdmin.Store.Journal;
using MailAdmin.Store.Sqlite;

namespace MailAdmin.Store.Writer;

/// <summary>
/// The end of the log: the segment that grows, and where it ends. After a failure the end goes back to the last commit; until that is
/// certain the log takes nothing more.
/// </summary>
/// <remarks>
/// Behind the end lie zeros, written with a batch that needed room, in steps that grow: a flush of blocks that the file already has costs half of one that
/// makes it grow. The zeros are cut off when the segment is left or closed; a crash leaves them, and whoever reads a segment takes them for its end.
/// </remarks>
internal sealed class LogAppender : IDisposable
{
    private const long FirstStep = 64 * 1024;

    private readonly IStoreIO _io;
    private readonly SegmentTable _segments;
    private readonly StoreOptions _options;
    private readonly Dictionary<long, SegmentRow> _changed = [];
    private IStoreFile _file;
    private SegmentRow _current;
    private long _lastSegment;
    private bool _mustRotate;
    private FlushedTo _flushed;
    private long _reserved;
    private long _step = FirstStep;

    /// <summary>Continues behind the last committed record of a segment that exists.</summary>
    public LogAppender(StoreOptions options, SegmentTable segments, Guid store, SegmentRow current)
    {
        _lastSegment = Math.Max(current.Id, segments.ListLog().LastOrDefault());
        _options = options;
        _io = options.IO;
        _segments = segments;
        _current = current;
        _reserved = current.Used;
        _flushed = new FlushedTo(current.Id, current.Used);
        _file = _io.Open(segments.PathOf(current.Id), write: true);
        Batch = new LogBatch(store);
    }

    /// <summary>The records of the commit in work.</summary>
    public LogBatch Batch { get; }
    public long Segment => _current.Id;
    /// <summary>End of the last commit.</summary>
    public long Offset => _current.Used;
    /// <summary>Why the log takes nothing: a batch could neither be written nor taken back.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Makes ready for a batch; begins a new segment where the old one is full or not to be trusted.</summary>
    /// <exception cref="IOException">No new segment could be made.</exception>
    public void Begin()
    {
        if (_mustRotate || _current.Used >= _options.SegmentSize)
        {
            Rotate(TakeSegmentNumber());
        }

        Batch.Begin(_file, _current.Used, _flushed);
    }

    /// <summary>Writes and flushes the batch.</summary>
    public void Commit()
    {
        var end = Batch.Position;
        var ahead = end > _reserved ? Ahead(end) : 0;
        // What was too much for the disk may have been the zeros: after a failure the next batch goes without.
        var step = _step;
        _step = 0;
        Batch.Write(ahead);
        try
        {
            Batch.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Pages of a failed flush may be clean and gone (fsync(2)): a file that holds anything is not written again.
            _mustRotate = _current.Used > 0;
            throw;
        }

        _step = Math.Min(Math.Max(FirstStep, ahead > 0 ? ahead * 2 : step), _options.WriteAhead);
        _reserved = Math.Max(_reserved, end + ahead);
        _current = _current with { Used = end, Journal = _current.Journal + Batch.JournalOctets };
        _flushed = new FlushedTo(_current.Id, end);
        _changed[_current.Id] = _current;
    }

    /// <summary>Takes back a batch, written or not, committed here or not, so that no restart finds it.</summary>
    public void Rewind(long offset, long journal)
    {
        if (!Batch.IsWritten)
        {
            return;
        }

        _reserved = offset;
        _flushed = new FlushedTo(_current.Id, offset);
        _current = _current with { Used = offset, Journal = journal };
        _changed[_current.Id] = _current;
        CutBack();
    }

    /// <summary>Tries again to take back what could not be; true where the log holds what was acknowledged and nothing else.</summary>
    public bool TryRecover()
    {
        if (Fault is not null)
        {
            CutBack();
        }

        return Fault is null;
    }

    /// <summary>End and journal of the current segment, to come back to with <see cref="Rewind"/>.</summary>
    public (long Offset, long Journal) Mark() => (_current.Used, _current.Journal);

    /// <summary>Segments whose figures changed since the last call.</summary>
    public List<SegmentRow> TakeChanged()
    {
        // The current one is always named, so that the index knows every segment it points into.
        _changed[_current.Id] = _current;
        List<SegmentRow> changed = [.. _changed.Values];
        _changed.Clear();
        return changed;
    }

    /// <summary>Figures that the index did not take after all; newer ones stand.</summary>
    public void GiveBack(List<SegmentRow> segments)
    {
        foreach (var segment in segments)
        {
            _changed.TryAdd(segment.Id, segment);
        }
    }

    /// <summary>A number no segment has had; a file left by a rotation that failed half way keeps its own.</summary>
    public long TakeSegmentNumber() => Interlocked.Increment(ref _lastSegment);

    /// <summary>Closes the current segment and begins the one with this number.</summary>
    private void Rotate(long segment)
    {
        var path = _segments.PathOf(segment);
        var file = _io.Create(path);
        try
        {
            _io.FlushDirectory(_segments.ContentDirectory);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        Leave();
        _file = file;
        _current = new SegmentRow(segment, 0, 0, 0);
        _reserved = 0;
        _mustRotate = false;
    }

    public void Dispose() => Leave();

    private void CutBack()
    {
        try
        {
            _file.SetLength(_current.Used);
            _file.Flush();
            Fault = null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fault = e;
            _mustRotate = _current.Used > 0;
        }
    }

    // Nobody waits for room in a batch that is large: there the flush is of data, and zeros would only double it.
    private long Ahead(long end) => Batch.Octets > _options.WriteAhead / 4 ? 0 : Math.Max(0, Math.Min(_step, _options.SegmentSize - end));

    /// <summary>Cuts the zeros off and closes the file.</summary>
    private void Leave()
    {
        try
        {
            if (Fault is null && _reserved > _current.Used)
            {
                _file.SetLength(_current.Used);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // They are no part of the log wherever they stay.
        }

        _file.Dispose();
    }
}
