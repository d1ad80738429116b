using MailAdmin.Store.Content;
using MailAdmin.Store.IO;
using MailAdmin.Store.Sqlite;

namespace MailAdmin.Store.Writer;

/// <summary>
/// The end of the log: the segment that grows, and where it ends. After a failure the end goes back to the last commit; where that cannot be
/// made certain the log takes nothing more.
/// </summary>
internal sealed class LogAppender : IDisposable
{
    private readonly IStoreIO _io;
    private readonly SegmentTable _segments;
    private readonly long _segmentSize;
    private readonly Dictionary<long, SegmentRow> _changed = [];
    private IStoreFile _file;
    private SegmentRow _current;
    private long _lastSegment;
    private bool _mustRotate;

    /// <summary>Continues behind the last committed record of a segment that exists.</summary>
    public LogAppender(IStoreIO io, SegmentTable segments, long segmentSize, ulong storeTag, SegmentRow current)
    {
        _lastSegment = Math.Max(current.Id, segments.ListLog().LastOrDefault());
        _io = io;
        _segments = segments;
        _segmentSize = segmentSize;
        _current = current;
        _file = io.Open(segments.PathOf(current.Id), write: true);
        Batch = new LogBatch(storeTag);
    }

    /// <summary>The records of the commit in work.</summary>
    public LogBatch Batch { get; }
    public long Segment => _current.Id;
    /// <summary>End of the last commit.</summary>
    public long Offset => _current.Used;
    /// <summary>Why the log takes nothing more.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Makes ready for a batch; begins a new segment where the old one is full or not to be trusted.</summary>
    /// <exception cref="IOException">No new segment could be made.</exception>
    public void Begin()
    {
        if (_mustRotate || _current.Used >= _segmentSize)
        {
            Rotate(TakeSegmentNumber());
        }

        Batch.Begin(_file, _current.Used);
    }

    /// <summary>Writes and flushes the batch.</summary>
    public void Commit()
    {
        try
        {
            Batch.Commit();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Pages of a failed flush may be clean and gone (fsync(2)): this file is not written again.
            _mustRotate = true;
            throw;
        }

        _current = _current with { Used = Batch.Position, Journal = _current.Journal + Batch.JournalOctets };
        _changed[_current.Id] = _current;
    }

    /// <summary>Takes back a batch, written or not, committed here or not, so that no restart finds it.</summary>
    public void Rewind(long offset, long journal)
    {
        try
        {
            _file.SetLength(offset);
            _file.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fault = e;
        }

        _current = _current with { Used = offset, Journal = journal };
        _changed[_current.Id] = _current;
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

    /// <summary>A number no segment has had; a file left by a rotation that failed half way keeps its own.</summary>
    public long TakeSegmentNumber() => Interlocked.Increment(ref _lastSegment);

    /// <summary>Figures of a segment that was written elsewhere, for the index.</summary>
    public void Note(SegmentRow segment) => _changed[segment.Id] = segment;

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

        _file.Dispose();
        _file = file;
        _current = new SegmentRow(segment, 0, 0, 0);
        _mustRotate = false;
    }

    public void Dispose() => _file.Dispose();
}
