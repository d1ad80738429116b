using MailAdmin.Store.Content;
using MailAdmin.Store.IO;
using MailAdmin.Store.Journal;

namespace MailAdmin.Store.Recovery;

/// <summary>
/// Tells damage from the end that a crash tore. A batch begins after the flush of the one before it returned, and its journal records say how far that reached
/// (<see cref="FlushedTo"/>): an unsound place before such a mark was on disk once, and acknowledged; one that no mark lies behind belongs to the
/// last batch, which nobody was told of.
/// </summary>
internal sealed class FlushProof(IStoreIO io, SegmentTable segments, IReadOnlyList<long> log, ulong storeTag)
{
    /// <summary>True where the octet at this offset of a segment was flushed with an earlier batch than the last.</summary>
    public bool WasFlushed(IStoreFile file, long segment, long offset)
    {
        if (Says(file, offset, segment, offset) is { } said)
        {
            return said;
        }

        // The first batch of the segment that follows says where this one ended. What compaction wrote between them repeats older marks.
        foreach (var later in log.Where(s => s > segment))
        {
            using var next = io.Open(segments.PathOf(later), write: false);
            if (Says(next, 0, segment, offset) is { } saidThere)
            {
                return saidThere;
            }
        }

        return false;
    }

    /// <summary>Looks for a mark behind an offset; null where there is nothing that decides it.</summary>
    private bool? Says(IStoreFile file, long from, long segment, long offset)
    {
        bool? said = null;
        LogWalk.Each(file, from, storeTag, (header, at) =>
        {
            if (header.Kind != RecordKind.Journal || !LogScanner.TryReadBody(file, at + RecordHeader.Size, header, out var body)
                || EventCodec.FirstOf(body) is not FlushedTo mark)
            {
                return true;
            }

            if (mark.Segment == segment && mark.Offset > offset)
            {
                said = true;
                return false;
            }

            // Marks only grow: of a later segment, nothing that follows speaks of this one.
            if (mark.Segment > segment)
            {
                said = false;
                return false;
            }

            return true;
        });
        return said;
    }
}
