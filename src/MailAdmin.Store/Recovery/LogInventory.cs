using MailAdmin.Store.Content;
using MailAdmin.Store.IO;
using MailAdmin.Store.Journal;
using MailAdmin.Store.Sqlite;

namespace MailAdmin.Store.Recovery;

/// <summary>Everything sound that the segments hold, whatever lies between: for a rebuild, which knows nothing beforehand.</summary>
internal sealed class LogInventory
{
    private readonly List<SegmentRow> _segments = [];
    private ulong? _tag;

    /// <summary>The store that the segments belong to.</summary>
    public Guid? Store { get; private set; }

    /// <summary>Where each content lies; of several copies the last one found.</summary>
    public Dictionary<long, ContentPlace> Contents { get; } = [];

    /// <summary>Where each journal record lies, by sequence number; copies that compaction made count once.</summary>
    public SortedDictionary<long, ContentPlace> Journal { get; } = [];

    public long DamagedPlaces { get; private set; }

    /// <summary>Figures of the segments that the index is to have first, so that what is alive in them can be counted.</summary>
    public List<SegmentRow> Rows { get; private set; } = [];

    public static LogInventory Take(IStoreIO io, SegmentTable segments, CancellationToken cancellationToken)
    {
        var inventory = new LogInventory();
        var log = segments.ListLog();
        // The first event of a store names it; only what bears that store's tag is its.
        foreach (var segment in log)
        {
            using var file = io.Open(segments.PathOf(segment), write: false);
            inventory.Identify(file);
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
            using var file = io.Open(segments.PathOf(segment), write: false);
            inventory.Walk(file, segment);
        }

        foreach (var adopted in segments.ListAdopted())
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var file = io.Open(segments.PathOf(adopted), write: false);
            inventory.Adopted(file, adopted);
        }

        inventory.Rows = [.. inventory._segments];
        return inventory;
    }

    /// <summary>Where the log goes on, and the figures of all segments.</summary>
    public (SegmentRow Last, List<SegmentRow> Rows) End() => (_segments[^1], [.. _segments]);

    private void Identify(IStoreFile file)
    {
        LogWalk.Each(file, 0, tag: null, (header, offset) =>
        {
            if (header.Kind != RecordKind.Journal || !LogScanner.TryReadBody(file, offset + RecordHeader.Size, header, out var body))
            {
                return true;
            }

            try
            {
                foreach (var e in EventCodec.ReadAll(body))
                {
                    if (e is StoreMade made && SqliteMailStore.StoreTag(made.Store) == header.StoreTag)
                    {
                        Store = made.Store;
                        _tag = header.StoreTag;
                    }
                }
            }
            catch (InvalidDataException)
            {
                // Sound by its checksum, but not of a version this program reads: it names no store.
            }

            return Store is null;
        });
    }

    private void Walk(IStoreFile file, long segment)
    {
        long end = 0, journal = 0;
        LogWalk.Each(file, 0, _tag, (header, offset) =>
        {
            if (!LogScanner.TryReadBody(file, offset + RecordHeader.Size, header, out _))
            {
                DamagedPlaces++;
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
        }, (_, _, isRoom) => DamagedPlaces += isRoom ? 0 : 1);
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
        }
    }
}
