using MailAdmin.Store.Content;
using MailAdmin.Store.IO;

namespace MailAdmin.Store.Recovery;

/// <summary>Goes through a segment over whatever is unsound in it. Records lie on multiples of 8 octets.</summary>
internal static class LogWalk
{
    private const int ScanWindow = 256 * 1024;

    /// <summary>
    /// Visits every sound header from an offset on, until told to stop (false); a body need not be what its header says. Between them it gives where something unsound
    /// begins and ends, and whether that is zeros up to the end of the file: room that was written ahead. A tag counts one store's records only.
    /// </summary>
    public static void Each(IStoreFile file, long from, ulong? tag, Func<RecordHeader, long, bool> visit, Action<long, long, bool>? gap = null)
    {
        var length = file.Length;
        for (var at = from; at < length;)
        {
            if (HeaderAt(file, at, length, tag) is { } header)
            {
                if (!visit(header, at))
                {
                    return;
                }

                at += header.TotalLength;
                continue;
            }

            var next = Next(file, at, length, tag, out var isEmpty);
            gap?.Invoke(at, next, isEmpty && next == length);
            at = next;
        }
    }

    /// <summary>Places before the end of a segment's records that are not what was written.</summary>
    public static List<(long From, long To)> Damaged(IStoreFile file, long end, ulong tag)
    {
        var damaged = new List<(long, long)>();
        Each(
            file, 0, tag, (header, at) =>
            {
                if (at < end && !LogScanner.TryReadBody(file, at + RecordHeader.Size, header, out _))
                {
                    damaged.Add((at, at + header.TotalLength));
                }

                return at < end;
            },
            (from, to, _) =>
            {
                if (from < end)
                {
                    damaged.Add((from, Math.Min(to, end)));
                }
            });
        return damaged;
    }

    /// <summary>Where the log goes on behind an unsound place: behind the record, where its header is sound, else at the next sound header, else at the end of the file.</summary>
    public static long Behind(IStoreFile file, long at, ulong tag)
    {
        var length = file.Length;
        return HeaderAt(file, at, length, tag) is { } header ? at + header.TotalLength : Next(file, at, length, tag, out _);
    }

    private static RecordHeader? HeaderAt(IStoreFile file, long at, long length, ulong? tag)
    {
        Span<byte> head = stackalloc byte[RecordHeader.Size];
        return at + RecordHeader.Size <= length && LogScanner.ReadFully(file, at, head) == head.Length && RecordHeader.TryRead(head, out var header)
            && (tag is null || header.StoreTag == tag) && at + header.TotalLength <= length ? header : null;
    }

    private static long Next(IStoreFile file, long at, long length, ulong? tag, out bool isEmpty)
    {
        isEmpty = true;
        var window = new byte[ScanWindow];
        for (var from = at; from < length;)
        {
            var read = LogScanner.ReadFully(file, from, window.AsSpan(0, (int)Math.Min(window.Length, length - from)));
            if (read == 0)
            {
                return length;
            }

            if (window.AsSpan(0, read).ContainsAnyExcept((byte)0))
            {
                isEmpty = false;
                for (var i = from == at ? 8 : 0; i + RecordHeader.Size <= read; i += 8)
                {
                    if (RecordHeader.TryRead(window.AsSpan(i), out var header) && (tag is null || header.StoreTag == tag))
                    {
                        return from + i;
                    }
                }
            }

            // The last header of the window may be cut: it is looked at again with the next one.
            from += read <= RecordHeader.Size || from + read >= length ? read : (read - RecordHeader.Size) & ~7;
        }

        return length;
    }
}
