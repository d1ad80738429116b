using System.Collections;

namespace MailAdmin.Store;

/// <summary>An immutable set of UIDs as ascending, merged ranges. RFC 9051 uid-set, without <c>*</c>.</summary>
public sealed class UidSet : IReadOnlyCollection<uint>, IEquatable<UidSet>
{
    public static readonly UidSet Empty = new([]);
    /// <summary>Every UID there can be.</summary>
    public static readonly UidSet All = new([new UidRange(1, uint.MaxValue)]);

    private readonly UidRange[] _ranges;

    private UidSet(UidRange[] ranges)
    {
        _ranges = ranges;
        long count = 0;
        foreach (var range in ranges)
        {
            count += range.Count;
        }

        LongCount = count;
    }

    /// <summary>Ascending, neither overlapping nor adjacent.</summary>
    public ReadOnlySpan<UidRange> Ranges => _ranges;
    public long LongCount { get; }
    public int Count => (int)Math.Min(LongCount, int.MaxValue);
    public bool IsEmpty => _ranges.Length == 0;
    public uint First => _ranges[0].First;
    public uint Last => _ranges[^1].Last;

    public static UidSet Single(uint uid) => new([new UidRange(uid, uid)]);
    /// <summary>Empty where last lies before first.</summary>
    public static UidSet Range(uint first, uint last) => first > last ? Empty : new([new UidRange(first, last)]);
    public static UidSet Of(IEnumerable<uint> uids)
    {
        var builder = new Builder();
        foreach (var uid in uids)
        {
            builder.Add(uid);
        }

        return builder.Build();
    }

    public bool Contains(uint uid)
    {
        int low = 0, high = _ranges.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (uid < _ranges[middle].First)
            {
                high = middle - 1;
            }
            else if (uid > _ranges[middle].Last)
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    public UidSet Union(UidSet other)
    {
        var builder = new Builder();
        foreach (var range in _ranges)
        {
            builder.AddRange(range.First, range.Last);
        }

        foreach (var range in other._ranges)
        {
            builder.AddRange(range.First, range.Last);
        }

        return builder.Build();
    }

    public UidSet Intersect(UidSet other)
    {
        var builder = new Builder();
        int a = 0, b = 0;
        while (a < _ranges.Length && b < other._ranges.Length)
        {
            var first = Math.Max(_ranges[a].First, other._ranges[b].First);
            var last = Math.Min(_ranges[a].Last, other._ranges[b].Last);
            if (first <= last)
            {
                builder.AddRange(first, last);
            }

            if (_ranges[a].Last < other._ranges[b].Last)
            {
                a++;
            }
            else
            {
                b++;
            }
        }

        return builder.Build();
    }

    public IEnumerator<uint> GetEnumerator()
    {
        foreach (var range in _ranges)
        {
            for (ulong uid = range.First; uid <= range.Last; uid++)
            {
                yield return (uint)uid;
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    public bool Equals(UidSet? other) => other is not null && _ranges.AsSpan().SequenceEqual(other._ranges);
    public override bool Equals(object? obj) => Equals(obj as UidSet);
    public override int GetHashCode() => _ranges.Length == 0 ? 0 : HashCode.Combine(First, Last, LongCount);
    /// <summary>As IMAP writes it: <c>1:4,7</c>.</summary>
    public override string ToString() => string.Join(',', _ranges.Select(r => r.First == r.Last ? $"{r.First}" : $"{r.First}:{r.Last}"));

    /// <summary>Collects UIDs in any order; cheapest where they ascend.</summary>
    public sealed class Builder
    {
        private readonly List<UidRange> _ranges = [];
        private bool _sorted = true;

        public bool IsEmpty => _ranges.Count == 0;
        public void Add(uint uid) => AddRange(uid, uid);

        public void AddRange(uint first, uint last)
        {
            if (_ranges.Count > 0)
            {
                var tail = _ranges[^1];
                if (first >= tail.First && first <= (ulong)tail.Last + 1)
                {
                    _ranges[^1] = new UidRange(tail.First, Math.Max(tail.Last, last));
                    return;
                }

                _sorted &= first > tail.Last;
            }

            _ranges.Add(new UidRange(first, last));
        }

        public UidSet Build()
        {
            if (!_sorted)
            {
                _ranges.Sort((a, b) => a.First.CompareTo(b.First));
                var merged = new Builder();
                foreach (var range in _ranges)
                {
                    merged.AddRange(range.First, range.Last);
                }

                return new UidSet([.. merged._ranges]);
            }

            return _ranges.Count == 0 ? Empty : new UidSet([.. _ranges]);
        }
    }
}

/// <summary>UIDs from First to Last, both included.</summary>
public readonly record struct UidRange(uint First, uint Last)
{
    public long Count => (long)Last - First + 1;
}
