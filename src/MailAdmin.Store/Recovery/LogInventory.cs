using MailAdmin.Store.Content;
using MailAdmin.Store.IO;
using MailAdmin.Store.Journal;
using MailAdmin.Store.Sqlite;

namespace MailAdmin.Store.Recovery;

/// <summary>Everything sound that the segments hold, whatever lies between: for a rebuild, which knows nothing beforehand.</summary>
internal sealed class LogInventory
{
    private readonly List<SegmentRow> _segments = [];
    private readonly List<(long Segment, long Offset)> _gaps = [];
    private ulong? _tag;

    /// <summary>The store that the segments belong to.</summary>
    public Guid? Store { get; private set; }

    /// <summary>Where each content lies; of several copies the last one found.</summary>
    public Dictionary<long, ContentPlace> Contents { get; } = [];

    /// <summary>Where each journal record lies, by sequence number; copies that compaction made count once.</summary>
    public SortedDictionary<long, ContentPlace> Journal { get; } = [];

    public long DamagedPlaces { get; private set; }

    /// <summary>The highest number that a content bears, sound or not.</summary>
    public long HighestContent { get; private set; }

    /// <summary>True where something that may have been journal records lies behind the last of them: no gap in their numbers tells of it.</summary>
    public bool EndsInDamage
    {
        get
        {
            var last = Journal.Count > 0 ? Journal.Last().Value : default;
            return _gaps.Exists(g => g.Segment > last.Segment || (g.Segment == last.Segment && g.Offset > last.Offset));
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
        var inventory = new LogInventory();
        var log = segments.ListLog();
        // The first record of each segment names the store; only what bears that store's tag is its.
        var names = new HashSet<Guid>(candidates);
        foreach (var segment in log)
        {
            using var file = new SalvageFile(io.Open(segments.PathOf(segment), write: false));
            inventory.Identify(file, names);
            if (inventory.Store is not null)
            {
                break;
            }
        }

        if (inventory.Store is null)
        {
            return inventory;
        }

        foreach (var segment in log)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var file = new SalvageFile(io.Open(segments.PathOf(segment), write: false));
            inventory.Walk(file, segment);
        }

        foreach (var adopted in segments.ListAdopted())
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var file = new SalvageFile(io.Open(segments.PathOf(adopted), write: false));
            inventory.Adopted(file, adopted);
        }

        inventory.Rows = [.. inventory._segments];
        return inventory;
    }

    /// <summary>Where the log goes on, and the figures of all segments.</summary>
    public (SegmentRow Last, List<SegmentRow> Rows) End() => (_segments[^1], [.. _segments]);

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

            if (!LogScanner.TryReadBody(file, offset + RecordHeader.Size, header, out _))
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
                Journal[header.Key] = place;
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
        HighestContent = Math.Max(HighestContent, -segment);
        Span<byte> head = stackalloc byte[RecordHeader.Size];
        if (LogScanner.ReadFully(file, 0, head) == head.Length && RecordHeader.TryRead(head, out var header) && header.Kind == RecordKind.Content
            && header.StoreTag == _tag && header.Key == -segment && LogScanner.TryReadBody(file, RecordHeader.Size, header, out _))
        {
            Contents[header.Key] = new ContentPlace(segment, 0, header.BodyLength);
        }
        else
        {
            DamagedPlaces++;
        }
    }
}
