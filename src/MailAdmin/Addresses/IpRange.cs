using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MailAdmin.Addresses;

/// <summary>
/// An IP address, or a network in CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3), in its canonical form. IPv4 inside IPv6 (RFC 4291 §2.5.5.2) is IPv4: a
/// listener on both families sees the same client under two names.
/// </summary>
public readonly record struct IpRange
{
    private readonly UInt128 _bits;
    private readonly bool _isV6;

    private IpRange(UInt128 bits, int prefixLength, bool isV6)
    {
        (_bits, PrefixLength, _isV6) = (bits, prefixLength, isV6);
    }

    /// <summary>Leading bits that all its addresses share: up to 32 for IPv4, up to 128 for IPv6.</summary>
    public int PrefixLength { get; }

    /// <summary>It is IPv6.</summary>
    public bool IsIPv6 => _isV6;

    /// <summary>It is one address.</summary>
    public bool IsSingle => PrefixLength == Width;

    /// <summary>Its lowest address.</summary>
    public IPAddress First
    {
        get
        {
            Span<byte> octets = stackalloc byte[16];
            BinaryPrimitives.WriteUInt128BigEndian(octets, _bits);
            return new IPAddress(_isV6 ? octets : octets[12..]);
        }
    }

    private int Width => _isV6 ? 128 : 32;

    /// <summary>One address.</summary>
    public static IpRange Of(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6)
        {
            return new IpRange(Bits(address), 128, isV6: true);
        }

        return new IpRange(Bits(address.AddressFamily == AddressFamily.InterNetwork ? address : address.MapToIPv4()), 32, isV6: false);
    }

    /// <summary>The network of <paramref name="prefixLength"/> bits that holds this one; itself where it has no more bits than that.</summary>
    public IpRange Widen(int prefixLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(prefixLength);
        return prefixLength >= PrefixLength ? this : new IpRange(_bits & Mask(prefixLength, Width), prefixLength, _isV6);
    }

    /// <summary>True where all addresses of the other one are in this one.</summary>
    public bool Contains(IpRange other) => other._isV6 == _isV6 && other.PrefixLength >= PrefixLength && (other._bits & Mask(PrefixLength, Width)) == _bits;

    /// <summary>Reads <c>192.0.2.17</c>, <c>192.0.2.0/24</c>, <c>2001:db8::/32</c>.</summary>
    /// <param name="text">What an admin wrote.</param>
    /// <param name="range">The range.</param>
    /// <param name="reason">One sentence that says what is wrong and how it is written.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out IpRange range, [NotNullWhen(false)] out string? reason)
    {
        range = default;
        var parts = (text ?? "").Trim().Split('/');
        // IPAddress reads 1 as 0.0.0.1 and 0x7f.1 as 127.0.0.1; an admin who wrote that meant something else.
        if (parts.Length > 2 || !IPAddress.TryParse(parts[0], out var address) || (!parts[0].Contains(':', StringComparison.Ordinal) && address.ToString() != parts[0]) || parts[0].Contains('%', StringComparison.Ordinal)
            || parts[0].Contains('[', StringComparison.Ordinal))
        {
            reason = $"'{text}' is not an IP address or network. Write it as 192.0.2.17, 192.0.2.0/24, 2001:db8::17 or 2001:db8::/32, without a port.";
            return false;
        }

        var single = Of(address);
        if (parts.Length == 1)
        {
            range = single;
            reason = null;
            return true;
        }

        // A prefix of a mapped network counts from the left of the IPv6 address.
        var offset = address.IsIPv4MappedToIPv6 ? 96 : 0;
        if (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length - offset < 0 || length - offset > single.Width)
        {
            reason = $"'{parts[1]}' is not a prefix length for {parts[0]}. It goes from {offset} to {offset + single.Width}.";
            return false;
        }

        range = single.Widen(length - offset);
        if (range._bits != single._bits)
        {
            reason = $"'{text}' is no network: it has bits set behind its prefix. Write {range} for the network, or {single} for the address.";
            return false;
        }

        reason = null;
        return true;
    }

    /// <summary>The address, or the network with its prefix length.</summary>
    public override string ToString() => IsSingle ? First.ToString() : $"{First}/{PrefixLength.ToString(CultureInfo.InvariantCulture)}";

    private static UInt128 Mask(int prefixLength, int width) => prefixLength == 0 ? UInt128.Zero : (UInt128.MaxValue << (width - prefixLength)) & (width == 128 ? UInt128.MaxValue : uint.MaxValue);

    private static UInt128 Bits(IPAddress address)
    {
        Span<byte> octets = stackalloc byte[16];
        address.TryWriteBytes(octets, out var count);
        return count == 4 ? BinaryPrimitives.ReadUInt32BigEndian(octets) : BinaryPrimitives.ReadUInt128BigEndian(octets);
    }
}
