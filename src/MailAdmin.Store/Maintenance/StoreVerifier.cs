using System.Runtime.InteropServices;
using MailAdmin.Administration;
using MailAdmin.Store.Content;
using MailAdmin.Store.IO;
using MailAdmin.Store.Recovery;
using MailAdmin.Store.Snapshots;
using MailAdmin.Store.Sqlite;
using MailAdmin.Store.State;

namespace MailAdmin.Store.Maintenance;

/// <summary>
/// Reads every record and every row and says what does not fit. Works on one view of the index while the store goes on; what changed meanwhile is asked for again.
/// </summary>
internal sealed class StoreVerifier(IStoreIO io, SegmentTable segments, IndexReader reader, IdCodec ids, ulong storeTag, Func<long, ContentPlace?> findAgain)
{
    private const int Page = 2_000;

    public IEnumerable<StoreFinding> Run(CancellationToken cancellationToken)
    {
        foreach (var problem in reader.IntegrityProblems())
        {
            yield return Error("IndexCorrupt", "index", $"SQLite reports: {problem}");
        }

        using var view = reader.OpenView();
        var references = new Dictionary<long, int>();
        foreach (var finding in Folders(references, cancellationToken).Concat(Queue(references, cancellationToken)).Concat(Contents(references, cancellationToken)).Concat(Segments(cancellationToken)))
        {
            yield return finding;
        }
    }

    private IEnumerable<StoreFinding> Folders(Dictionary<long, int> references, CancellationToken cancellationToken)
    {
        var used = new Dictionary<long, (long Octets, long Messages)>();
        for (long after = 0; reader.FoldersAfter(after, Page) is { Count: > 0 } page; after = page[^1].Row)
        {
            foreach (var row in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var where = $"mailbox {ids.Mailbox(row.Mailbox)}, folder {row.Name}";
                FolderState? folder = null;
                var damaged = string.Empty;
                try
                {
                    folder = reader.LoadFolder(row.Row, ids);
                }
                catch (InvalidDataException e)
                {
                    damaged = e.Message;
                }

                if (folder?.Committed is not { } snapshot)
                {
                    yield return Error("FolderCorrupt", where, damaged);
                    continue;
                }

                foreach (var finding in Folder(snapshot, references, where))
                {
                    yield return finding;
                }

                ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(used, row.Mailbox, out _);
                sum = (sum.Octets + snapshot.TotalSize, sum.Messages + snapshot.Count);
            }
        }

        foreach (var (mailbox, sum) in used)
        {
            if (reader.Mailbox(mailbox) is not { } row)
            {
                yield return Error("OrphanFolder", $"mailbox {ids.Mailbox(mailbox)}", "Folders belong to a mailbox that does not exist.");
            }
            else if (row.Used != sum.Octets || row.Count != sum.Messages)
            {
                yield return Warning("CountMismatch", $"mailbox {row.Address}", $"The mailbox counts {row.Count} messages of {row.Used} octets; its folders hold {sum.Messages} of {sum.Octets}.");
            }
        }
    }

    private static IEnumerable<StoreFinding> Folder(ChunkedSnapshot snapshot, Dictionary<long, int> references, string where)
    {
        int unseen = 0, deleted = 0;
        long octets = 0;
        uint last = 0;
        var ordered = true;
        for (var number = 0; number < snapshot.ChunkCount; number++)
        {
            var chunk = snapshot.Chunk(number);
            for (var i = 0; i < chunk.Count; i++)
            {
                var row = chunk.Row(i);
                unseen += (row.Flags & MessageFlags.Seen.Bits) == 0 ? 1 : 0;
                deleted += (row.Flags & MessageFlags.Deleted.Bits) != 0 ? 1 : 0;
                octets += row.Size;
                ordered &= row.Uid > last && row.ModSeq <= snapshot.HighestModSeq;
                last = row.Uid;
                CollectionsMarshal.GetValueRefOrAddDefault(references, row.Content, out _)++;
            }
        }

        if (!ordered || last >= snapshot.UidNext)
        {
            yield return Error("FolderCorrupt", where, "UIDs or mod-sequences do not ascend.");
        }

        if (unseen != snapshot.UnseenCount || deleted != snapshot.DeletedCount || octets != snapshot.TotalSize)
        {
            yield return Warning("CountMismatch", where, "The folder's counters do not fit its messages.");
        }
    }

    private IEnumerable<StoreFinding> Queue(Dictionary<long, int> references, CancellationToken cancellationToken)
    {
        for (long after = 0; ;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            List<QueueRow>? page = null;
            try
            {
                page = reader.QueueAfter(after, Page);
            }
            catch (InvalidDataException)
            {
                // Told below: an iterator may not yield from here.
            }

            if (page is null)
            {
                yield return Error("QueueCorrupt", "queue", "An entry of the queue is not what was stored; a rebuild of the index brings it back from the log.");
                yield break;
            }

            if (page.Count == 0)
            {
                yield break;
            }

            foreach (var row in page)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(references, row.Content, out _)++;
            }

            after = page[^1].Row;
        }
    }

    private IEnumerable<StoreFinding> Contents(Dictionary<long, int> references, CancellationToken cancellationToken)
    {
        for (long from = 0; reader.ContentRows(from, Page) is { Count: > 0 } page; from = page[^1].Key + 1)
        {
            foreach (var (key, place, refs) in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                references.Remove(key, out var counted);
                if (counted != refs)
                {
                    yield return Warning("CountMismatch", Where(place), $"A content counts {refs} references; {counted} messages and queue entries have it.");
                }

                if (Check(key, place) is { } finding)
                {
                    // It may have been moved or removed since the view was taken; then there is nothing wrong with it.
                    var now = findAgain(key);
                    if (now == place || (now is { } moved && (finding = Check(key, moved)) is not null))
                    {
                        yield return finding;
                    }
                }
            }
        }

        foreach (var (key, count) in references)
        {
            yield return Error("MissingContent", $"content {ids.Content(key)}", $"{count} messages or queue entries have a content that the index does not know.");
        }
    }

    private StoreFinding? Check(long key, ContentPlace place)
    {
        SegmentHandle segment;
        try
        {
            segment = segments.Rent(place.Segment);
        }
        catch (FileNotFoundException)
        {
            return Error("MissingSegment", Where(place), "The segment's file is missing.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Error("UnreadableSegment", Where(place), $"The segment cannot be read: {e.Message}");
        }

        try
        {
            Span<byte> head = stackalloc byte[RecordHeader.Size];
            if (segment.File.Length < place.Offset + RecordHeader.Size + place.Length)
            {
                return Error("TruncatedSegment", Where(place), "The segment ends before the message does.");
            }

            return LogScanner.ReadFully(segment.File, place.Offset, head) == head.Length && RecordHeader.TryRead(head, out var header) && header.Kind == RecordKind.Content
                && header.Key == key && header.StoreTag == storeTag && header.BodyLength == place.Length
                && LogScanner.TryReadBody(segment.File, place.Offset + RecordHeader.Size, header, out _)
                ? null
                : Error("ChecksumMismatch", Where(place), "A message is not what was stored.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Error("UnreadableSegment", Where(place), $"The segment cannot be read: {e.Message}");
        }
        finally
        {
            segment.Release();
        }
    }

    private IEnumerable<StoreFinding> Segments(CancellationToken cancellationToken)
    {
        foreach (var row in reader.Segments())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = segments.PathOf(row.Id);
            if (!io.Exists(path))
            {
                if (row.Live == 0)
                {
                    // A compacted one whose row goes with the next checkpoint.
                    continue;
                }

                yield return Error("MissingSegment", SegmentTable.NameOf(row.Id), "The segment's file is missing.");
                continue;
            }

            if (io.Length(path) < row.Used)
            {
                yield return Error("TruncatedSegment", SegmentTable.NameOf(row.Id), $"The segment has {io.Length(path)} of {row.Used} octets.");
                continue;
            }

            using var file = io.Open(path, write: false);
            foreach (var (from, to) in LogWalk.Damaged(file, row.Used, storeTag))
            {
                yield return Error("DamagedRecord", $"{SegmentTable.NameOf(row.Id)}, octet {from}", $"{to - from} octets of the log are not what was written.");
            }
        }
    }

    private static string Where(ContentPlace place) => $"{SegmentTable.NameOf(place.Segment)}, octet {place.Offset}";

    private static StoreFinding Error(string kind, string where, string message) => new(MailEventSeverity.Error, kind, where, message);

    private static StoreFinding Warning(string kind, string where, string message) => new(MailEventSeverity.Warning, kind, where, message);
}
