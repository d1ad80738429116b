using MailAdmin.Store.Content;
using MailAdmin.Store.IO;
using MailAdmin.Store.Journal;
using MailAdmin.Store.Sqlite;
using MailAdmin.Store.State;

namespace MailAdmin.Store.Recovery;

/// <summary>
/// Brings the state from where the index stands to the end of the log, and cuts off what lies behind the last sound record.
/// </summary>
internal static class LogReplay
{
    /// <summary>Replays; returns the figures of the segment in which the log goes on.</summary>
    public static SegmentRow Run(IStoreIO io, SegmentTable segments, IndexPosition position, IndexWriter index, StoreState state, ulong storeTag)
    {
        var known = index.Reader.Segments().ToDictionary(s => s.Id);
        var current = known.GetValueOrDefault(position.Segment) ?? new SegmentRow(position.Segment, 0, 0, 0);
        index.Begin();
        state.Index = index;
        var changed = new List<SegmentRow>();
        foreach (var segment in segments.ListLog().Where(s => s >= position.Segment))
        {
            var from = segment == position.Segment ? position.Offset : 0;
            if (segment != position.Segment && known.ContainsKey(segment))
            {
                // Written by compaction, whole and known to the index already; it holds nothing newer.
                continue;
            }

            var row = segment == position.Segment ? current with { Used = from } : new SegmentRow(segment, 0, 0, 0);
            using (var file = io.Open(segments.PathOf(segment), write: true))
            {
                if (file.Length < from)
                {
                    throw new InvalidDataException($"segment {segment} ends at {file.Length}, before octet {from} that the index points to.");
                }

                var journal = row.Journal;
                var end = LogScanner.Scan(file, from, storeTag, (header, _, body) =>
                {
                    if (header.Kind != RecordKind.Journal)
                    {
                        return;
                    }

                    journal += header.TotalLength;
                    if (header.Key <= state.Counters.Sequence)
                    {
                        return;
                    }

                    try
                    {
                        EventCodec.ReadAll(body).ForEach(state.Apply);
                    }
                    catch (InvalidOperationException e)
                    {
                        // An event that names what is not there: the index is not the one this log was written beside.
                        throw new InvalidDataException(e.Message, e);
                    }

                    state.Counters.Sequence = header.Key;
                });
                if (file.Length > end)
                {
                    // Never acknowledged: the flush that would have covered it did not return.
                    file.SetLength(end);
                    file.Flush();
                }

                row = row with { Used = end, Journal = journal };
            }

            changed.Add(row);
            current = row;
        }

        state.MergeBatch();
        var checkpoint = state.Capture(current.Id, current.Used, clean: false, [], [], [], changed, []);
        state.Index = null;
        var dead = index.Apply(checkpoint);
        index.Commit();
        state.Publish();
        state.Settle(checkpoint);
        foreach (var place in dead.Where(p => p.IsAdopted && io.Exists(segments.PathOf(p.Segment))))
        {
            segments.Delete(place.Segment);
        }

        return current;
    }

    /// <summary>Empties the spool: what is there belongs to no message any more, also after an orderly end.</summary>
    public static void SweepSpool(IStoreIO io, SegmentTable segments)
    {
        foreach (var name in io.List(segments.SpoolDirectory))
        {
            io.Delete(Path.Combine(segments.SpoolDirectory, name));
        }
    }

    /// <summary>Deletes what a crash left in the content directory: adopted files that no commit refers to.</summary>
    public static void SweepAdopted(IStoreIO io, SegmentTable segments, IndexReader reader)
    {
        foreach (var adopted in segments.ListAdopted())
        {
            if (reader.Content(-adopted) is null)
            {
                io.Delete(segments.PathOf(adopted));
            }
        }
    }
}
