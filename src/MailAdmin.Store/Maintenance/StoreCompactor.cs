using System.Buffers;
using MailAdmin.Errors;
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
    private IStoreFile? _output;
    private SegmentRow _row = new(0, 0, 0, 0);
    // Octets of the output that the index may point into.
    private long _kept;

    public async Task<long> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var found = segments.List();
            // The index catches up first: what it says of the segments before the current one is then all there is to say.
            var current = await writer.RunAsync(new StructuralOperation<long>(c => c.CurrentSegment, cancellationToken));
            readers.Ask(r => r.FlushToDisk());
            var gained = Sweep(found, current);
            foreach (var victim in readers.Ask(r => r.Segments()).Where(s => s.Id < current && IsMostlyDead(s)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (_output is null || _row.Used >= options.SegmentSize)
                {
                    Leave();
                    Begin();
                }

                gained += await CompactAsync(victim, _output!, cancellationToken);
            }

            return gained;
        }
        catch (MailAdminException e) when (e.ErrorId == "StoreFaulted")
        {
            // The log may say that contents moved: a restart would find that, and must find them.
            _kept = long.MaxValue;
            throw;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or IndexException or InvalidDataException)
        {
            throw StoreErrors.From(e, options.Path);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Deletes what crashes and failures left; returns its octets.</summary>
    private long Sweep(List<long> found, long current)
    {
        long gained = 0;
        foreach (var file in readers.Ask(r => Leftovers.Of(found, current, r).ToList()))
        {
            var path = segments.PathOf(file);
            gained += _io.Exists(path) ? _io.Length(path) : 0;
            segments.Delete(file);
        }

        return gained;
    }

    private async Task<long> CompactAsync(SegmentRow victim, IStoreFile output, CancellationToken cancellationToken)
    {
        var before = _row.Used;
        if (CopyLiving(victim, output, cancellationToken) is not { } moves)
        {
            output.SetLength(before);
            return 0;
        }

        output.Flush();
        _io.FlushDirectory(segments.ContentDirectory);
        await MoveAsync(moves, victim.Id, cancellationToken);
        // An index that a power failure set back must not point into what is gone.
        readers.Ask(r => r.FlushToDisk());
        segments.Delete(victim.Id);
        return victim.Used - (_row.Used - before);
    }

    private void Begin()
    {
        _row = new SegmentRow(log.TakeSegmentNumber(), 0, 0, 0);
        _kept = 0;
        segments.BeingWritten = _row.Id;
        _output = _io.Create(segments.PathOf(_row.Id));
    }

    /// <summary>Ends the output and gives back what was copied in vain. Where that fails, the next compaction sweeps a file that nothing refers to.</summary>
    private void Leave()
    {
        try
        {
            if (_output is { } output && _kept < output.Length)
            {
                output.SetLength(_kept);
            }

            _output?.Dispose();
            if (_output is not null && _kept == 0)
            {
                segments.Delete(_row.Id);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The caller hears of what went wrong first.
        }
        finally
        {
            _output?.Dispose();
            _output = null;
            segments.BeingWritten = 0;
        }
    }

    private bool IsMostlyDead(SegmentRow segment) => segment.Used - segment.Live - segment.Journal > segment.Used * options.CompactionShare;

    /// <summary>Copies; null, and nothing kept, where a record is damaged or cannot be read: such a segment stays for repair.</summary>
    private List<(long Key, ContentPlace From, ContentPlace To)>? CopyLiving(SegmentRow victim, IStoreFile output, CancellationToken cancellationToken)
    {
        var moves = new List<(long, ContentPlace, ContentPlace)>();
        var (at, journal) = (_row.Used, _row.Journal);
        using var source = _io.Open(segments.PathOf(victim.Id), write: false);
        var end = LogScanner.Scan(new SalvageFile(source), 0, storeTag, (header, offset, _) =>
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
            return null;
        }

        _row = _row with { Used = at, Journal = journal };
        var target = _row.Id;
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

    private async Task MoveAsync(List<(long Key, ContentPlace From, ContentPlace To)> moves, long victim, CancellationToken cancellationToken)
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

                    context.NoteSegments(_row, last ? victim : null);
                    return true;
                }, cancellationToken));
            _kept = _row.Used;
        }
        while (at < moves.Count);
    }
}
