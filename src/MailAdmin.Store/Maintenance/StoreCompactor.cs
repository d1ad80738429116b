using System.Buffers;
using MailAdmin.Store.Content;
using MailAdmin.Store.IO;
using MailAdmin.Store.Journal;
using MailAdmin.Store.Operations;
using MailAdmin.Store.Recovery;
using MailAdmin.Store.Sqlite;
using MailAdmin.Store.Writer;

namespace MailAdmin.Store.Maintenance;

/// <summary>
/// Copies what is alive in mostly dead segments into a new one, tells the log where it went, then deletes the old ones.
/// </summary>
/// <remarks>
/// Invariants: the copies and their directory entry are on disk before the log says so; the log says so before the old segment goes. Journal records are
/// copied as they are, with their sequence numbers: a rebuild still finds the whole history. Readers that hold the old segment keep it until they are done.
/// </remarks>
internal sealed class StoreCompactor(StoreOptions options, StoreWriter writer, ReaderPool readers, SegmentTable segments, LogAppender log, ulong storeTag)
{
    // Contents moved by one commit: the index takes them while the writer waits.
    private const int MovesPerCommit = 1_000;
    private const int CopyBuffer = 256 * 1024;

    private readonly IStoreIO _io = options.IO;

    public async Task<long> RunAsync(CancellationToken cancellationToken)
    {
        // The index catches up first: what it says of the segments before the current one is then all there is to say.
        var current = await writer.RunAsync(new StructuralOperation<long>(c => c.CurrentSegment, cancellationToken));
        long gained = 0;
        IStoreFile? output = null;
        var row = new SegmentRow(0, 0, 0, 0);
        try
        {
            foreach (var victim in readers.Ask(r => r.Segments()).Where(s => s.Id < current && IsMostlyDead(s)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (output is null || row.Used >= options.SegmentSize)
                {
                    output?.Dispose();
                    row = new SegmentRow(log.TakeSegmentNumber(), 0, 0, 0);
                    output = _io.Create(segments.PathOf(row.Id));
                }

                var before = row.Used;
                if (CopyLiving(victim, output, ref row, cancellationToken) is not { } moves)
                {
                    continue;
                }

                output.Flush();
                _io.FlushDirectory(segments.ContentDirectory);
                await MoveAsync(moves, row, victim.Id, cancellationToken);
                // An index that a power failure set back must not point into what is gone.
                readers.Ask(r => r.FlushToDisk());
                segments.Delete(victim.Id);
                gained += victim.Used - (row.Used - before);
            }
        }
        catch (OperationCanceledException)
        {
            CutBack(output, row.Used);
            throw;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or IndexException)
        {
            CutBack(output, row.Used);
            throw StoreErrors.From(e, options.Path);
        }
        finally
        {
            output?.Dispose();
        }

        return gained;
    }

    /// <summary>Gives back what was copied in vain. Where that fails it is dead weight that nothing refers to.</summary>
    private static void CutBack(IStoreFile? output, long length)
    {
        try
        {
            output?.SetLength(length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The caller hears of what went wrong first.
        }
    }

    private bool IsMostlyDead(SegmentRow segment) => segment.Used - segment.Live - segment.Journal > segment.Used * options.CompactionShare;

    /// <summary>Copies; null, and nothing kept, where a record is damaged: such a segment stays for repair.</summary>
    private List<(long Key, ContentPlace From, ContentPlace To)>? CopyLiving(SegmentRow victim, IStoreFile output, ref SegmentRow row, CancellationToken cancellationToken)
    {
        var moves = new List<(long, ContentPlace, ContentPlace)>();
        var (at, journal) = (row.Used, row.Journal);
        using var source = _io.Open(segments.PathOf(victim.Id), write: false);
        var end = LogScanner.Scan(source, 0, storeTag, (header, offset, _) =>
        {
            // Between two records: a server that stops does not wait for a whole segment.
            cancellationToken.ThrowIfCancellationRequested();
            if (header.Kind == RecordKind.Content)
            {
                var from = new ContentPlace(victim.Id, offset, header.BodyLength);
                if (readers.Ask(r => r.Content(header.Key)) != from)
                {
                    return;
                }

                moves.Add((header.Key, from, from));
            }
            else
            {
                journal += header.TotalLength;
            }

            Copy(source, offset, output, at, header.TotalLength);
            if (header.Kind == RecordKind.Content)
            {
                moves[^1] = (header.Key, moves[^1].Item2, new ContentPlace(0, at, header.BodyLength));
            }

            at += header.TotalLength;
        });
        if (end < victim.Used)
        {
            output.SetLength(row.Used);
            return null;
        }

        row = row with { Used = at, Journal = journal };
        var target = row.Id;
        return moves.ConvertAll(m => (m.Item1, m.Item2, m.Item3 with { Segment = target }));
    }

    private static void Copy(IStoreFile source, long from, IStoreFile target, long to, long length)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(length, CopyBuffer));
        try
        {
            for (long done = 0; done < length;)
            {
                var read = source.Read(from + done, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - done)));
                if (read <= 0)
                {
                    throw new EndOfStreamException("A segment became shorter while it was compacted.");
                }

                target.Write(to + done, buffer.AsSpan(0, read));
                done += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task MoveAsync(List<(long Key, ContentPlace From, ContentPlace To)> moves, SegmentRow output, long victim, CancellationToken cancellationToken)
    {
        var at = 0;
        do
        {
            var part = moves.GetRange(at, Math.Min(MovesPerCommit, moves.Count - at));
            at += part.Count;
            var last = at == moves.Count;
            await writer.RunAsync(new StructuralOperation<bool>(
                context =>
                {
                    foreach (var (key, from, to) in part)
                    {
                        // What was removed meanwhile is not moved.
                        if (context.Index.Content(key) == from)
                        {
                            context.Emit(new ContentMoved(key, to));
                        }
                    }

                    context.NoteSegments(output, last ? victim : null);
                    return true;
                }, cancellationToken));
        }
        while (at < moves.Count);
    }
}
