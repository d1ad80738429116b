using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using MailAdmin.Addresses;
using MailAdmin.Server.Connections;

namespace MailAdmin.Server.Sasl;

/// <summary>
/// Failed logins of late by address (an IPv6 network of /64 is one address). Bounded; what is old counts no more. Loopback is no one peer but a webmail, a
/// relay or a test suite with many people behind it: there it is the name that counts, so that one person's errors slow nobody else.
/// </summary>
internal sealed class FailureTable(TimeProvider time)
{
    /// <summary>A failure counts this long after the last one.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(15);
    /// <summary>Addresses kept; above that the old ones go, and if none is old, all.</summary>
    private const int Max = 50_000;

    private readonly ConcurrentDictionary<Peer, (int Count, long At)> _failures = new();

    private readonly ConcurrentDictionary<Peer, int> _underWay = new();

    /// <summary>A login of an address begins to be computed; returns how many of it are under way, this one included.</summary>
    public int Enter(IPAddress address, string name) => _underWay.AddOrUpdate(Key(address, name), 1, (_, count) => count + 1);

    /// <summary>The counterpart of <see cref="Enter"/>; an address with nothing under way is forgotten.</summary>
    public void Leave(IPAddress address, string name)
    {
        var key = Key(address, name);
        if (_underWay.AddOrUpdate(key, 0, (_, count) => count - 1) <= 0)
        {
            _underWay.TryRemove(new KeyValuePair<Peer, int>(key, 0));
        }
    }

    /// <summary>Failures of an address of late.</summary>
    public int Count(IPAddress address, string name) =>
        _failures.TryGetValue(Key(address, name), out var entry) && time.GetElapsedTime(entry.At) < Memory ? entry.Count : 0;

    /// <summary>Counts a failure; returns how many there are now.</summary>
    public int Add(IPAddress address, string name)
    {
        if (_failures.Count >= Max)
        {
            Shrink();
        }

        var now = time.GetTimestamp();
        return _failures.AddOrUpdate(Key(address, name), (1, now), (_, old) => (time.GetElapsedTime(old.At, now) < Memory ? Math.Min(old.Count + 1, 1_000_000) : 1, now)).Count;
    }

    private void Shrink()
    {
        foreach (var (key, entry) in _failures)
        {
            if (time.GetElapsedTime(entry.At) >= Memory)
            {
                _failures.TryRemove(key, out _);
            }
        }

        if (_failures.Count >= Max)
        {
            _failures.Clear();
        }
    }

    private static Peer Key(IPAddress address, string name)
    {
        if (!IPAddress.IsLoopback(address))
        {
            return new Peer(PeerNetwork.Of(address), default);
        }

        // As long as a client makes it, and no longer here.
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(name.ToUpperInvariant()));
        return new Peer(default, System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(digest));
    }

    /// <summary>Who failures are counted for: a network, or a name on loopback.</summary>
    private readonly record struct Peer(IpRange Network, UInt128 Name);
}
