using MailAdmin.Administration;
using MailAdmin.Store.Content;
using MailAdmin.Store.IO;
using MailAdmin.Store.Journal;
using MailAdmin.Store.Sqlite;
using MailAdmin.Store.State;

namespace MailAdmin.Store.Recovery;

/// <summary>
/// Brings the state from where the index stands to the end of the log.
/// </summary>
/// <remarks>
/// What is unsound at the end of the log, in the batch that nobody was told of, is cut off. What is unsound before that is damage (<see cref="FlushProof"/>): it is told of and
/// costs what it held, and the replay goes on behind it. Where journal records went with it, numbers that they may have given out are skipped, in every folder and by the
/// store's own counters, so that none is given twice. All that the index takes over is on the medium by then: the process that wrote it may have died before its flush.
/// </remarks>
internal sealed class LogReplay
{
    private readonly StoreOptions _options;
    private readonly IStoreIO _io;
    private readonly SegmentTable _segments;
    private readonly StoreState _state;
    private readonly ulong _storeTag;
    private readonly FlushProof _proof;
    private readonly List<long> _log;
    // Segments that compaction moved contents to.
    private readonly HashSet<long> _movedTo = [];
    private long _lostOperations;
    private bool _isTold;

    private LogReplay(StoreOptions options, SegmentTable segments, StoreState state, ulong storeTag)
    {
        _options = options;
        _io = options.IO;
        _segments = segments;
        _state = state;
        _storeTag = storeTag;
        _log = segments.ListLog();
        _proof = new FlushProof(_io, segments, _log, storeTag);
    }

    /// <summary>Replays; returns the figures of the segment in which the log goes on.</summary>
    /// <exception cref="InvalidDataException">The log is not the one that the index follows.</exception>
    public static SegmentRow Run(StoreOptions options, SegmentTable segments, IndexPosition position, IndexWriter index, StoreState state, ulong storeTag) =>
        new LogReplay(options, segments, state, storeTag).Run(position, index);

    private SegmentRow Run(IndexPosition position, IndexWriter index)
    {
        if (!_log.Contains(position.Segment))
        {
            throw new InvalidDataException($"segment {SegmentTable.NameOf(position.Segment)}, in which its log goes on, is missing.");
        }

        var known = index.Reader.Segments().ToDictionary(s => s.Id);
        var current = known.GetValueOrDefault(position.Segment) ?? new SegmentRow(position.Segment, 0, 0, 0);
        index.Begin();
        _state.Index = index;
        var changed = new List<SegmentRow>();
        foreach (var segment in _log.Where(s => s >= position.Segment))
        {
            if (segment != position.Segment && known.ContainsKey(segment))
            {
                // Written by compaction, whole and known to the index already; it holds nothing newer.
                continue;
            }

            current = Replay(segment == position.Segment ? current with { Used = position.Offset } : new SegmentRow(segment, 0, 0, 0));
            changed.Add(current);
        }

        // An index that a power failure set back to before a compaction does not know the segment that this wrote.
        changed.AddRange(_movedTo.Where(s => s < position.Segment && !known.ContainsKey(s) && _io.Exists(_segments.PathOf(s))).Select(Figures));
        if (_state.Lost is not null)
        {
            foreach (var e in LostNames.After(index.Reader))
            {
                _state.Apply(e);
            }

            _state.SkipNumbers();
            TellOfLost(LostNames.Findings(index.Reader));
        }

        _state.MergeBatch();
        var checkpoint = _state.Capture(current.Id, current.Used, clean: false, [], [], [], changed, []);
        _state.Index = null;
        var dead = index.Apply(checkpoint);
        if (_state.Lost is not null)
        {
            index.SkipNumbers();
        }

        index.Commit();
        _state.Publish();
        _state.Settle(checkpoint);
        if (_state.Lost is not null)
        {
            _state.Folders.Clear();
            _state.Lost = null;
        }

        foreach (var place in dead.Where(p => p.IsAdopted))
        {
            _segments.DeleteQuietly(place.Segment);
        }

        return current;
    }

    private SegmentRow Replay(SegmentRow row)
    {
        using var file = _io.Open(_segments.PathOf(row.Id), write: true);
        if (file.Length < row.Used)
        {
            throw new InvalidDataException($"segment {row.Id} ends at {file.Length}, before octet {row.Used} that the index points to.");
        }

        var (at, journal) = (row.Used, row.Journal);
        while (true)
        {
            at = LogScanner.Scan(file, at, _storeTag, (header, _, body) =>
            {
                if (header.Kind == RecordKind.Journal)
                {
                    journal += header.TotalLength;
                    Apply(header.Key, body!);
                }
                else
                {
                    // Also where the record that names it is lost.
                    _state.RaiseContent(header.Key);
                }
            });
            if (!_proof.WasFlushed(file, row.Id, at))
            {
                break;
            }

            var next = LogWalk.Behind(file, at, _storeTag);
            Report(row.Id, at, next);
            if (next == at)
            {
                break;
            }

            at = next;
        }

        var isLonger = file.Length > at;
        if (isLonger)
        {
            // Room that was written ahead, or a batch that was never acknowledged: the flush that would have covered it did not return.
            file.SetLength(at);
        }

        if (isLonger || at > row.Used)
        {
            // What was read may be in memory only. An index that is flushed before it would be ahead of a log that a power failure then shortens.
            file.Flush();
        }

        return row with { Used = at, Journal = journal };
    }

    private void Apply(long sequence, byte[] body)
    {
        if (sequence <= _state.Counters.Sequence)
        {
            return;
        }

        // Operations are numbered without a gap; only damage makes one.
        _lostOperations += sequence - _state.Counters.Sequence - 1;
        if (_lostOperations > 0)
        {
            _state.Lost ??= new LostNames([]);
        }

        try
        {
            foreach (var e in EventCodec.ReadAll(body))
            {
                _state.Apply(e);
                if (e is ContentMoved moved)
                {
                    _movedTo.Add(moved.Place.Segment);
                }
            }
        }
        catch (InvalidOperationException e)
        {
            // An event that names what is not there: the index is not the one this log was written beside.
            throw new InvalidDataException(e.Message, e);
        }
        catch (IndexException e) when (e.IsConstraint)
        {
            throw new InvalidDataException("its log does not fit its index.", e);
        }

        _state.Counters.Sequence = sequence;
    }

    private SegmentRow Figures(long segment)
    {
        long end = 0, journal = 0;
        using var file = _io.Open(_segments.PathOf(segment), write: false);
        LogWalk.Each(file, 0, _storeTag, (header, at) =>
        {
            journal += header.Kind == RecordKind.Journal ? header.TotalLength : 0;
            end = at + header.TotalLength;
            return true;
        });
        return new SegmentRow(segment, end, 0, journal);
    }

    private void Report(long segment, long from, long to)
    {
        _isTold = true;
        _options.Noticed?.Invoke(new StoreFinding(
            MailEventSeverity.Error, "DamagedRecord", $"{SegmentTable.NameOf(segment)}, octet {from}",
            $"{to - from} octets of the log are not what was written, met while the store was opened. What they held is lost; what lies behind them was kept. Test-MailStore names the messages."));
    }

    private void TellOfLost(IEnumerable<StoreFinding> folders)
    {
        foreach (var folder in folders)
        {
            _options.Noticed?.Invoke(folder);
        }

        if (!_isTold)
        {
            _options.Noticed?.Invoke(new StoreFinding(
                MailEventSeverity.Error, "LostOperations", "log",
                $"{_lostOperations} operations are missing from the log, met while the store was opened: a segment is gone. What they did is lost; what followed was kept."));
        }
    }

    /// <summary>Empties the spool: what is there belongs to no message any more, also after an orderly end. Somebody else's file stays, where the directory was one before.</summary>
    public static void SweepSpool(IStoreIO io, SegmentTable segments)
    {
        foreach (var name in io.List(segments.SpoolDirectory).Where(n => n.EndsWith(".tmp", StringComparison.Ordinal) && n.AsSpan(0, n.Length - 4).IndexOfAnyExceptInRange('0', '9') < 0))
        {
            io.Delete(Path.Combine(segments.SpoolDirectory, name));
        }
    }

    /// <summary>Deletes what a crash left in the content directory: adopted files that no commit refers to.</summary>
    public static void SweepAdopted(IStoreIO io, SegmentTable segments, IndexReader reader)
    {
        foreach (var adopted in segments.ListAdopted())
        {
            // What a rebuild could not read is named for its sake.
            if (reader.Content(-adopted) is null && !reader.HasSegment(adopted))
            {
                io.Delete(segments.PathOf(adopted));
            }
        }
    }
}
