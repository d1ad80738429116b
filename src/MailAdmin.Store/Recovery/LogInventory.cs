using MailAdmin.Administration;
using MailAdmin.Store.Content;
using MailAdmin.Store.IO;
using MailAdmin.Store.Journal;
using MailAdmin.Store.Sqlite;

namespace MailAdmin.Store.Recovery;

/// <summary>Everything sound that the segments hold, whatever lies between: for a rebuild, which knows nothing beforehand.</summary>
internal sealed class LogInventory
{
    private readonly IStoreIO _io;
    private readonly SegmentTable _files;
    private readonly List<SegmentRow> _segments = [];
    // Large messages that are lost: the index names their files all the same, so that nobody deletes what the next rebuild may be able to read.
    private readonly List<SegmentRow> _lostFiles = [];
    private readonly List<(long Segment, long Offset)> _gaps = [];
    private ulong? _tag;
    private long _lastSequence;
    // How far the log was on disk when the last operation's batch began.
    private FlushedTo? _lastMark;

    private LogInventory(IStoreIO io, SegmentTable files) => (_io, _files) = (io, files);

    /// <summary>The store that the segments belong to.</summary>
    public Guid? Store { get; private set; }

    /// <summary>Where each content lies; of several copies the last one found.</summary>
    public Dictionary<long, ContentPlace> Contents { get; } = [];

    /// <summary>Where each journal record lies, by sequence number; of several copies the first found, which is the original where that is left.</summary>
    public SortedDictionary<long, ContentPlace> Journal { get; } = [];

    public long DamagedPlaces { get; private set; }

    /// <summary>Files that could not be opened, each with its cause.</summary>
    public List<StoreFinding> Unreadable { get; } = [];

    /// <summary>Why a file could not be asked whose it is; where <see cref="Store"/> is null, that is why.</summary>
    public Exception? FirstFailure { get; private set; }

    /// <summary>The highest number that a content bears, sound or not.</summary>
    public long HighestContent { get; private set; }

    /// <summary>True where something that may have been journal records lies behind the last of them: no gap in their numbers tells of it.</summary>
    public bool EndsInDamage
    {
        get
        {
            var last = Journal.Count > 0 ? Journal.Last().Value : default;
            var end = (last.Segment, last.Offset);
            if (_lastMark is { } mark && mark.Segment != last.Segment)
            {
                // A copy that compaction made lies behind later records of the log. Where the log was when the record was written, it says itself.
                end = (mark.Segment, mark.Offset);
            }

            return _gaps.Exists(g => g.CompareTo(end) > 0);
        }
    }

    /// <summary>Figures of the segments that the index is to have first, so that what is alive in them can be counted.</summary>
    public List<SegmentRow> Rows { get; private set; } = [];

    /// <param name="io">Where the files are.</param>
    /// <param name="segments">The segments.</param>
    /// <param name="candidates">Stores that the log may be of where nothing in it says so: as old indexes have it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static LogInventory Take(IStoreIO io, SegmentTable segments, IEnumerable<Guid> candidates, CancellationToken cancellationToken)
    {
        var inventory = new LogInventory(io, segments);
        var log = segments.ListLog();
        // The first record of each segment names the store; only what bears that store's tag is its.
        var names = new HashSet<Guid>(candidates);
        foreach (var segment in log)
        {
            // Told of below, where all are read.
            var failure = inventory.Read(segment, file => inventory.Identify(file, names));
            inventory.FirstFailure ??= failure;
            if (inventory.Store is not null)
            {
                break;
            }
        }

        if (inventory.Store is null)
        {
            return inventory;
        }

        Exception? cause = null;
        foreach (var segment in log)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if ((cause = inventory.Read(segment, file => inventory.Walk(file, segment))) is not null)
            {
                inventory._segments.Add(inventory.Miss(segment, cause));
                inventory._gaps.Add((segment, long.MaxValue));
            }
        }

        if (cause is not null)
        {
            inventory.GoOnBehind(log[^1]);
        }

        foreach (var adopted in segments.ListAdopted())
        {
            cancellationToken.ThrowIfCancellationRequested();
            inventory.HighestContent = Math.Max(inventory.HighestContent, -adopted);
            if (inventory.Read(adopted, file => inventory.Adopted(file, adopted)) is { } why)
            {
                inventory._lostFiles.Add(inventory.Miss(adopted, why));
            }
        }

        inventory.Rows = [.. inventory._segments, .. inventory._lostFiles];
        return inventory;
    }

    /// <summary>Where the log goes on, and the figures of all segments.</summary>
    public (SegmentRow Last, List<SegmentRow> Rows) End() => (_segments[^1], [.. _segments, .. _lostFiles]);

    /// <summary>Events of a journal record that was found sound.</summary>
    /// <exception cref="InvalidDataException">It cannot be read any more, or is of a version that this program does not know.</exception>
    public List<StoreEvent> ReadEvents(ContentPlace place)
    {
        try
        {
            var segment = _files.Rent(place.Segment);
            try
            {
                var body = new byte[place.Length];
                return LogScanner.ReadFully(segment.File, place.Offset + RecordHeader.Size, body) == body.Length
                    ? EventCodec.ReadAll(body)
                    : throw new InvalidDataException("A journal record is cut off.");
            }
            finally
            {
                segment.Release();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            DamagedPlaces++;
            throw new InvalidDataException("A journal record could be read once and not again.", e);
        }
    }

    /// <summary>Reads a file; returns why it could not.</summary>
    private Exception? Read(long segment, Action<IStoreFile> read)
    {
        try
        {
            using var file = new SalvageFile(_io.Open(_files.PathOf(segment), write: false));
            read(file);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e;
        }
    }

    /// <summary>A file that cannot be read costs what it holds, as a sector does. With figures of nothing in the index no compaction touches it and no sweep deletes it.</summary>
    private SegmentRow Miss(long segment, Exception cause)
    {
        DamagedPlaces++;
        Unreadable.Add(new StoreFinding(
            MailEventSeverity.Error, "UnreadableSegment", SegmentTable.NameOf(segment),
            $"The file cannot be read: {cause.Message} What it holds is left out. The file stays: once it can be read, another repair brings back what it holds."));
        return new SegmentRow(segment, 0, 0, 0);
    }

    /// <summary>The log goes on behind its last segment also where that cannot be read: in one of its own.</summary>
    private void GoOnBehind(long last)
    {
        _io.Create(_files.PathOf(last + 1)).Dispose();
        _io.FlushDirectory(_files.ContentDirectory);
        _segments.Add(new SegmentRow(last + 1, 0, 0, 0));
    }

    private void Identify(IStoreFile file, HashSet<Guid> candidates)
    {
        LogWalk.Each(file, 0, tag: null, (header, offset) =>
        {
            Store = candidates.Where(c => SqliteMailStore.StoreTag(c) == header.StoreTag).Select(c => (Guid?)c).FirstOrDefault() ?? Named(file, header, offset);
            _tag = header.StoreTag;
            return Store is null;
        });
    }

    private static Guid? Named(IStoreFile file, in RecordHeader header, long offset)
    {
        if (header.Kind != RecordKind.Journal || !LogScanner.TryReadBody(file, offset + RecordHeader.Size, header, out var body))
        {
            return null;
        }

        var tag = header.StoreTag;
        try
        {
            return EventCodec.ReadAll(body).OfType<StoreMade>().FirstOrDefault(m => SqliteMailStore.StoreTag(m.Store) == tag)?.Store;
        }
        catch (InvalidDataException)
        {
            // Sound by its checksum, but not of a version this program reads: it names no store.
            return null;
        }
    }

    private void Walk(IStoreFile file, long segment)
    {
        long end = 0, journal = 0;
        LogWalk.Each(file, 0, _tag, (header, offset) =>
        {
            if (header.Kind == RecordKind.Content)
            {
                HighestContent = Math.Max(HighestContent, header.Key);
            }

            if (!LogScanner.TryReadBody(file, offset + RecordHeader.Size, header, out var body))
            {
                DamagedPlaces++;
                if (header.Kind == RecordKind.Journal)
                {
                    _gaps.Add((segment, offset));
                }

                return true;
            }

            var place = new ContentPlace(segment, offset, header.BodyLength);
            if (header.Kind == RecordKind.Content)
            {
                Contents[header.Key] = place;
            }
            else
            {
                if (Journal.TryAdd(header.Key, place) && header.Key >= _lastSequence)
                {
                    _lastSequence = header.Key;
                    _lastMark = EventCodec.FirstOf(body) as FlushedTo;
                }

                journal += header.TotalLength;
            }

            end = offset + header.TotalLength;
            return true;
        }, (from, _, isRoom) =>
        {
            if (!isRoom)
            {
                DamagedPlaces++;
                _gaps.Add((segment, from));
            }
        });
        _segments.Add(new SegmentRow(segment, end, 0, journal));
    }

    private void Adopted(IStoreFile file, long segment)
    {
        Span<byte> head = stackalloc byte[RecordHeader.Size];
        if (LogScanner.ReadFully(file, 0, head) == head.Length && RecordHeader.TryRead(head, out var header) && header.Kind == RecordKind.Content
            && header.StoreTag == _tag && header.Key == -segment && LogScanner.TryReadBody(file, RecordHeader.Size, header, out _))
        {
            Contents[header.Key] = new ContentPlace(segment, 0, header.BodyLength);
        }
        else
        {
            DamagedPlaces++;
            _lostFiles.Add(new SegmentRow(segment, file.Length, 0, file.Length));
        }
    }
}
