using System.Collections.Concurrent;
using System.Net;
using MailAdmin.Addresses;

namespace MailAdmin.Server.Connections;

/// <summary>
/// Addresses and networks whose connections are refused before a session begins. An empty list costs an accept one comparison, a full one a lookup for each
/// prefix length in use. It is changed by one caller at a time (see <c>BlockRegister</c>) and asked by all.
/// </summary>
internal sealed class BlockList(TimeProvider time)
{
    /// <summary>Entries at most: an admin's list, not a reputation database.</summary>
    public const int MaxBlocks = 10_000;

    private readonly ConcurrentDictionary<IpRange, Entry> _entries = new();
    private readonly PrefixLengths _v4 = new(32), _v6 = new(128);

    /// <summary>Entries, those that are over among them.</summary>
    public int Count => _entries.Count;

    /// <summary>Those that last, by address.</summary>
    public IReadOnlyList<MailBlock> All() =>
    [
        .. _entries.Where(e => !IsOver(e.Value)).OrderBy(e => e.Key.IsIPv6).ThenBy(e => e.Key.First, AddressOrder).ThenBy(e => e.Key.PrefixLength).Select(e => e.Value.Seen),
    ];

    /// <summary>Those that are over and still listed.</summary>
    public IReadOnlyList<IpRange> Expired() => [.. _entries.Where(e => IsOver(e.Value)).Select(e => e.Key)];

    /// <summary>True where the range itself is listed, over or not.</summary>
    public bool Has(IpRange range) => _entries.ContainsKey(range);

    /// <summary>Adds one, or replaces it.</summary>
    public void Put(IpRange range, MailBlock block)
    {
        if (_entries.TryAdd(range, new Entry(block)))
        {
            Lengths(range).Add(range.PrefixLength);
        }
        else
        {
            _entries[range] = new Entry(block);
        }
    }

    /// <summary>Takes one off; false where it was not listed or was over.</summary>
    public bool Remove(IpRange range)
    {
        if (!_entries.TryRemove(range, out var entry))
        {
            return false;
        }

        Lengths(range).Remove(range.PrefixLength);
        return !IsOver(entry);
    }

    /// <summary>The block that shuts an address out, the narrowest where there are several; null where it may come in.</summary>
    public MailBlock? Find(IPAddress address) => Lookup(address)?.Block;

    /// <summary>As <see cref="Find"/>, and counts a connection that is refused for it.</summary>
    public MailBlock? Refuse(IPAddress address)
    {
        var entry = Lookup(address);
        entry?.Count();
        return entry?.Block;
    }

    private static Comparer<IPAddress> AddressOrder { get; } = Comparer<IPAddress>.Create((a, b) => a.GetAddressBytes().AsSpan().SequenceCompareTo(b.GetAddressBytes()));

    private Entry? Lookup(IPAddress address)
    {
        if (_entries.IsEmpty)
        {
            return null;
        }

        var single = IpRange.Of(address);
        foreach (var length in Lengths(single).InUse)
        {
            if (_entries.TryGetValue(single.Widen(length), out var entry) && !IsOver(entry))
            {
                return entry;
            }
        }

        return null;
    }

    private PrefixLengths Lengths(IpRange range) => range.IsIPv6 ? _v6 : _v4;

    private bool IsOver(Entry entry) => entry.Block.ExpiresAt is { } end && end <= time.GetUtcNow();

    private sealed class Entry(MailBlock block)
    {
        private long _refused;

        public MailBlock Block { get; } = block;

        public MailBlock Seen => Block with { RefusedCount = Interlocked.Read(ref _refused) };

        public void Count() => Interlocked.Increment(ref _refused);
    }

    /// <summary>Which prefix lengths occur in one family, so that a lookup tries no others.</summary>
    private sealed class PrefixLengths(int longest)
    {
        private readonly int[] _counts = new int[longest + 1];

        /// <summary>The longest first; replaced whole.</summary>
        public int[] InUse { get; private set; } = [];

        public void Add(int length)
        {
            if (++_counts[length] == 1)
            {
                Renew();
            }
        }

        public void Remove(int length)
        {
            if (--_counts[length] == 0)
            {
                Renew();
            }
        }

        private void Renew() => InUse = [.. Enumerable.Range(0, _counts.Length).Where(l => _counts[l] > 0).Reverse()];
    }
}
