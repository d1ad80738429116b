using System.Collections.Concurrent;
using System.Net;

namespace MailAdmin.Server.Connections;

/// <summary>Addresses whose connections are refused before a session begins. An empty list costs an accept one comparison.</summary>
internal sealed class BlockList(TimeProvider time)
{
    /// <summary>Addresses at most: an admin's list, not a reputation database.</summary>
    public const int MaxBlocks = 10_000;

    private readonly ConcurrentDictionary<IPAddress, MailBlock> _blocks = new();

    /// <summary>Those that last, by address.</summary>
    public IReadOnlyList<MailBlock> All() => [.. _blocks.Where(b => !IsOver(b)).Select(b => b.Value).OrderBy(b => b.Address, StringComparer.Ordinal)];

    /// <summary>Adds one, or gives it a new end; null where the list is full.</summary>
    public MailBlock? Add(IPAddress address, TimeSpan? duration, string? reason)
    {
        var key = Canonical(address);
        if (_blocks.Count >= MaxBlocks && !_blocks.ContainsKey(key))
        {
            return null;
        }

        var now = time.GetUtcNow();
        return _blocks[key] = new MailBlock { Address = key.ToString(), CreatedAt = now, ExpiresAt = now + duration, Reason = reason };
    }

    /// <summary>Takes one off.</summary>
    public bool Remove(IPAddress address) => _blocks.TryRemove(Canonical(address), out _);

    /// <summary>True where connections from the address are refused.</summary>
    public bool Contains(IPAddress address)
    {
        if (_blocks.IsEmpty || !_blocks.TryGetValue(Canonical(address), out var block))
        {
            return false;
        }

        return !IsOver(new(Canonical(address), block));
    }

    /// <summary>IPv4 inside IPv6 is IPv4: a listener on both sees the same client under two names.</summary>
    public static IPAddress Canonical(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private bool IsOver(KeyValuePair<IPAddress, MailBlock> block)
    {
        if (block.Value.ExpiresAt is not { } end || end > time.GetUtcNow())
        {
            return false;
        }

        _blocks.TryRemove(block);
        return true;
    }
}
