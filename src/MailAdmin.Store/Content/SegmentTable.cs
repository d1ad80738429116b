using System.Collections.Concurrent;
using System.Globalization;
using MailAdmin.Store.IO;

namespace MailAdmin.Store.Content;

/// <summary>The segment files: their names, and the open ones for reading.</summary>
internal sealed class SegmentTable(IStoreIO io, string root) : IDisposable
{
    /// <summary>Open files kept for readers; more than that and the ones that came first are let go.</summary>
    private const int MaxOpen = 256;

    private const string LogSuffix = ".seg";
    private const string AdoptedSuffix = ".msg";

    private readonly ConcurrentDictionary<long, SegmentHandle> _open = [];

    private long _beingWritten;

    /// <summary>The segment that compaction writes, which the index does not know yet; 0 where there is none.</summary>
    public long BeingWritten
    {
        get => Volatile.Read(ref _beingWritten);
        set => Volatile.Write(ref _beingWritten, value);
    }

    public string ContentDirectory { get; } = Path.Combine(root, "content");
    public string SpoolDirectory { get; } = Path.Combine(root, "spool");

    public string PathOf(long segment) => Path.Combine(ContentDirectory, NameOf(segment));

    public static string NameOf(long segment) => segment > 0
        ? segment.ToString("D8", CultureInfo.InvariantCulture) + LogSuffix
        : (-segment).ToString("D12", CultureInfo.InvariantCulture) + AdoptedSuffix;

    /// <summary>Segment of a file name; 0 for any other file.</summary>
    public static long SegmentOf(string name)
    {
        var sign = name.EndsWith(LogSuffix, StringComparison.Ordinal) ? 1 : name.EndsWith(AdoptedSuffix, StringComparison.Ordinal) ? -1 : 0;
        return sign != 0 && long.TryParse(name.AsSpan(0, name.Length - LogSuffix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? sign * number : 0;
    }

    /// <summary>Segments and adopted messages on disk.</summary>
    public List<long> List() => [.. io.List(ContentDirectory).Select(SegmentOf).Where(s => s != 0)];

    /// <summary>Log segments on disk, ascending.</summary>
    public List<long> ListLog() => [.. List().Where(s => s > 0).Order()];

    /// <summary>Adopted messages on disk.</summary>
    public List<long> ListAdopted() => List().FindAll(s => s < 0);

    /// <summary>An open segment with a reference for the caller, who releases it.</summary>
    /// <exception cref="IOException">It is not there.</exception>
    public SegmentHandle Rent(long segment)
    {
        while (true)
        {
            if (_open.TryGetValue(segment, out var handle))
            {
                if (handle.TryAddReference())
                {
                    return handle;
                }

                _open.TryRemove(new KeyValuePair<long, SegmentHandle>(segment, handle));
                continue;
            }

            if (_open.Count >= MaxOpen)
            {
                foreach (var other in _open.Keys.Take(MaxOpen / 4))
                {
                    Close(other);
                }
            }

            handle = new SegmentHandle(segment, io.Open(PathOf(segment), write: false));
            if (!_open.TryAdd(segment, handle))
            {
                handle.Release();
            }
        }
    }

    /// <summary>Deletes a segment's file; readers that have it open keep it until they are done.</summary>
    public void Delete(long segment)
    {
        Close(segment);
        io.Delete(PathOf(segment));
    }

    /// <summary>Deletes what nothing refers to. Where that fails it stays: verification reports it and compaction sweeps it.</summary>
    public void DeleteQuietly(long segment)
    {
        try
        {
            Delete(segment);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // See above.
        }
    }

    public void Dispose()
    {
        foreach (var segment in _open.Keys)
        {
            Close(segment);
        }
    }

    private void Close(long segment)
    {
        if (_open.TryRemove(segment, out var handle))
        {
            handle.Release();
        }
    }
}
