using MailAdmin.Store.IO;

namespace MailAdmin.Store.Content;

/// <summary>An open segment, counted: the file is closed when the table let it go and the last reader is done. Remembers which of its records were verified.</summary>
internal sealed class SegmentHandle(long segment, IStoreFile file)
{
    // Record starts are at least a header apart, so each has its own bit.
    private const int OctetsPerBit = RecordHeader.Size;
    private const int FirstWords = 256;

    private readonly Lock _growing = new();
    private int _references = 1;
    private int[] _verified = new int[segment > 0 ? FirstWords : 1];

    public long Segment { get; } = segment;
    public IStoreFile File { get; } = file;

    /// <summary>False where it was closed meanwhile; the caller looks the segment up again.</summary>
    public bool TryAddReference()
    {
        var count = Volatile.Read(ref _references);
        while (count > 0)
        {
            var seen = Interlocked.CompareExchange(ref _references, count + 1, count);
            if (seen == count)
            {
                return true;
            }

            count = seen;
        }

        return false;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            File.Dispose();
        }
    }

    public bool IsVerified(long offset)
    {
        var words = Volatile.Read(ref _verified);
        var bit = offset / OctetsPerBit;
        return bit / 32 < words.Length && (Volatile.Read(ref words[bit / 32]) >> (int)(bit % 32) & 1) != 0;
    }

    public void SetVerified(long offset)
    {
        var bit = offset / OctetsPerBit;
        lock (_growing)
        {
            if (bit / 32 >= _verified.Length)
            {
                var grown = new int[Math.Max(_verified.Length * 2, (bit / 32) + 1)];
                _verified.CopyTo(grown, 0);
                Volatile.Write(ref _verified, grown);
            }

            _verified[bit / 32] |= 1 << (int)(bit % 32);
        }
    }
}
