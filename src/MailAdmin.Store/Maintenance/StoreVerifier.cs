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
/// Reads every record and every row and says what does not fit, while the store goes on. What rows say of one another is compared in one view of the index; that
/// is given up before the segments are read, for as long as it is open SQLite's log grows. What then does not fit is asked for again: it may have moved or gone meanwhile.
/// </summary>
internal sealed class StoreVerifier(
    IStoreIO io, SegmentTable segments, IndexReader reader, ReaderPool readers, IdCodec ids, ulong storeTag, Func<long, ContentPlace?> findAgain)
{
    private const int Page = 2_000;
    // Findings about rows that are kept at a time; who has more knows enough to rebuild.
    private const int MaxOfView = 100_000;

    /// <param name="found">Files of contents, listed before the index caught up.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IEnumerable<StoreFinding> Run(List<long> found, CancellationToken cancellationToken)
    {
        foreach (var problem in reader.IntegrityProblems(cancellationToken))
        {
            yield return Error("IndexCorrupt", "index", $"SQLite reports: {problem}");
        }

        List<StoreFinding> rows;
        List<long> leftovers;
        using (reader.OpenView())
        {
            var references = new Dictionary<long, int>();
            // Gathered, not handed on: a caller that takes its time must not keep the view open.
            rows = [.. Folders(references, cancellationToken).Concat(Queue(references, cancellationToken)).Concat(References(references, cancellationToken)).Take(MaxOfView)];
            leftovers = [.. Leftovers.Of(found, reader.Position()!.Segment, reader)];
        }

        foreach (var finding in rows.Concat(Contents(cancellationToken)).Concat(Segments(cancellationToken)).Concat(Unreferenced(leftovers)))
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

    private IEnumerable<StoreFinding> References(Dictionary<long, int> references, CancellationToken cancellationToken)
    {
        foreach (var (key, place, refs) in ContentRows(cancellationToken))
        {
            references.Remove(key, out var counted);
            if (counted != refs)
            {
                yield return Warning("CountMismatch", Where(place), $"A content counts {refs} references; {counted} messages and queue entries have it.");
            }
        }

        foreach (var (key, count) in references)
        {
            yield return Error("MissingContent", $"content {ids.Content(key)}", $"{count} messages or queue entries have a content that the index does not know.");
        }
    }

    private IEnumerable<StoreFinding> Contents(CancellationToken cancellationToken)
    {
        foreach (var (key, place, _) in ContentRows(cancellationToken))
        {
            if (Check(key, place) is { } finding)
            {
                // It may have been moved or removed since its row was read; then there is nothing wrong with it.
                var now = findAgain(key);
                if (now == place || (now is { } moved && (finding = Check(key, moved)) is not null))
                {
                    yield return finding;
                }
            }
        }
    }

    private IEnumerable<(long Key, ContentPlace Place, long References)> ContentRows(CancellationToken cancellationToken)
    {
        for (long from = 0; reader.ContentRows(from, Page) is { Count: > 0 } page; from = page[^1].Key + 1)
        {
            foreach (var row in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return row;
            }
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
        var current = reader.Position()!.Segment;
        foreach (var row in reader.Segments())
        {
            cancellationToken.ThrowIfCancellationRequested();
            // Compaction may have ended it meanwhile: the index forgets a segment before its file goes.
            if (Check(row, current) is { Count: > 0 } findings && readers.Ask(r => r.HasSegment(row.Id)))
            {
                foreach (var finding in findings)
                {
                    yield return finding;
                }
            }
        }
    }

    private List<StoreFinding> Check(SegmentRow row, long current)
    {
        var (name, path) = (SegmentTable.NameOf(row.Id), segments.PathOf(row.Id));
        try
        {
            if (!io.Exists(path))
            {
                // One without contents that compaction ended goes from the index with a later checkpoint.
                return row.Live == 0 ? [] : [Error("MissingSegment", name, "The segment's file is missing.")];
            }

            using var file = new SalvageFile(io.Open(path, write: false));
            if (row.Used == 0 && row.Id < current && file.Length > 0)
            {
                return [Error("LeftOutSegment", name, $"{file.Length} octets could not be read when the store was repaired, and can be now; another repair brings back what they hold.")];
            }

            return file.Length < row.Used
                ? [Error("TruncatedSegment", name, $"The segment has {file.Length} of {row.Used} octets.")]
                : LogWalk.Damaged(file, row.Used, storeTag).ConvertAll(d => Error("DamagedRecord", $"{name}, octet {d.From}", $"{d.To - d.From} octets of the log are not what was written."));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [Error("UnreadableSegment", name, $"The segment cannot be read: {e.Message}")];
        }
    }

    private IEnumerable<StoreFinding> Unreferenced(List<long> leftovers)
    {
        foreach (var file in leftovers)
        {
            // Not what a compaction is about to delete, or somebody deleted.
            var path = segments.PathOf(file);
            if (segments.BeingWritten == 0 && io.Exists(path))
            {
                yield return Warning("UnreferencedFile", SegmentTable.NameOf(file), $"Nothing refers to {io.Length(path)} octets that a crash or a failure left; Optimize-MailStore deletes them.");
            }
        }
    }

    private static string Where(ContentPlace place) => $"{SegmentTable.NameOf(place.Segment)}, octet {place.Offset}";

    private static StoreFinding Error(string kind, string where, string message) => new(MailEventSeverity.Error, kind, where, message);

    private static StoreFinding Warning(string kind, string where, string message) => new(MailEventSeverity.Warning, kind, where, message);
}
