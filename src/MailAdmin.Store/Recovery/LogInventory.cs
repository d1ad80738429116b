using MailAdmin.Store.Content;
using MailAdmin.Store.IO;
using MailAdmin.Store.Journal;
using MailAdmin.Store.Sqlite;

namespace MailAdmin.Store.Recovery;

/// <summary>Everything sound that the segments hold, whatever lies between: for a rebuild, which knows nothing beforehand.</summary>
internal sealed class LogInventory
{
    private const int ScanWindow = 256 * 1024;

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
        Each(file, tag: null, (header, offset) =>
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
        Each(file, _tag, (header, offset) =>
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
        }
    }

    /// <summary>Visits every header; where there is none, looks for the next one, which lies on a multiple of 8 octets.</summary>
    private void Each(IStoreFile file, ulong? tag, Func<RecordHeader, long, bool> visit)
    {
        var length = file.Length;
        Span<byte> head = stackalloc byte[RecordHeader.Size];
        for (long at = 0; at + RecordHeader.Size <= length;)
        {
            if (LogScanner.ReadFully(file, at, head) == head.Length && RecordHeader.TryRead(head, out var header) && (tag is null || header.StoreTag == tag)
                && at + RecordHeader.Size + header.BodyLength <= length)
            {
                if (!visit(header, at))
                {
                    return;
                }

                at += header.TotalLength;
                continue;
            }

            DamagedPlaces += tag is null ? 0 : 1;
            at = Next(file, at + 8, length, tag);
        }
    }

    private static long Next(IStoreFile file, long from, long length, ulong? tag)
    {
        var window = new byte[ScanWindow];
        while (from + RecordHeader.Size <= length)
        {
            var read = LogScanner.ReadFully(file, from, window.AsSpan(0, (int)Math.Min(window.Length, length - from)));
            for (var i = 0; i + RecordHeader.Size <= read; i += 8)
            {
                if (RecordHeader.TryRead(window.AsSpan(i), out var header) && (tag is null || header.StoreTag == tag))
                {
                    return from + i;
                }
            }

            // The last header of the window may be cut: it is looked at again with the next one.
            from += Math.Max(8, (read - RecordHeader.Size) & ~7);
        }

        return length;
    }
}
