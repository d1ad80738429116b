using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MailAdmin.Server.Connections;

/// <summary>What the first octets of a proxied connection are.</summary>
internal enum ProxyHeaderStatus
{
    /// <summary>More octets are needed.</summary>
    Incomplete,
    /// <summary>A header; Source is null where the proxy speaks for itself or does not know.</summary>
    Complete,
    /// <summary>No header: somebody came past the proxy.</summary>
    Invalid,
}

/// <summary>
/// The PROXY protocol, versions 1 and 2 (HAProxy's proxy-protocol.txt): a load balancer says first for whom it connects. Sans-I/O.
/// </summary>
internal static class ProxyHeader
{
    /// <summary>Longest header taken: version 1 has 107 octets at most, version 2 may carry extensions.</summary>
    public const int MaxOctets = 16 + 2048;

    private const int MaxLine = 107;
    private const int FixedOctets = 16;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;
    private static ReadOnlySpan<byte> Word => "PROXY "u8;

    /// <summary>Reads the header at the start of <paramref name="octets"/>.</summary>
    /// <param name="octets">What came so far.</param>
    /// <param name="length">Octets of the header, where it is complete.</param>
    /// <param name="source">The client's address, where the proxy gives one.</param>
    public static ProxyHeaderStatus Read(ReadOnlySpan<byte> octets, out int length, out IPEndPoint? source)
    {
        length = 0;
        source = null;
        if (octets.Length < Signature.Length ? Signature.StartsWith(octets) : octets.StartsWith(Signature))
        {
            return ReadBinary(octets, out length, out source);
        }

        return octets.Length < Word.Length
            ? Word.StartsWith(octets) ? ProxyHeaderStatus.Incomplete : ProxyHeaderStatus.Invalid
            : octets.StartsWith(Word) ? ReadLine(octets, out length, out source) : ProxyHeaderStatus.Invalid;
    }

    // §2.1
    private static ProxyHeaderStatus ReadLine(ReadOnlySpan<byte> octets, out int length, out IPEndPoint? source)
    {
        length = 0;
        source = null;
        var end = octets.IndexOf("\r\n"u8);
        if (end < 0)
        {
            return octets.Length < MaxLine ? ProxyHeaderStatus.Incomplete : ProxyHeaderStatus.Invalid;
        }

        if (end + 2 > MaxLine)
        {
            return ProxyHeaderStatus.Invalid;
        }

        length = end + 2;
        var words = Encoding.Latin1.GetString(octets[..end]).Split(' ');
        if (words[1] == "UNKNOWN")
        {
            return ProxyHeaderStatus.Complete;
        }

        var family = words[1] switch
        {
            "TCP4" => AddressFamily.InterNetwork,
            "TCP6" => AddressFamily.InterNetworkV6,
            _ => AddressFamily.Unknown,
        };
        if (words.Length != 6 || !IPAddress.TryParse(words[2], out var address) || address.AddressFamily != family
            || !ushort.TryParse(words[4], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return ProxyHeaderStatus.Invalid;
        }

        source = new IPEndPoint(address, port);
        return ProxyHeaderStatus.Complete;
    }

    // §2.2
    private static ProxyHeaderStatus ReadBinary(ReadOnlySpan<byte> octets, out int length, out IPEndPoint? source)
    {
        length = 0;
        source = null;
        if (octets.Length < FixedOctets)
        {
            return ProxyHeaderStatus.Incomplete;
        }

        var command = octets[12];
        var size = BinaryPrimitives.ReadUInt16BigEndian(octets[14..]);
        if (command is not (0x20 or 0x21) || FixedOctets + size > MaxOctets)
        {
            return ProxyHeaderStatus.Invalid;
        }

        if (octets.Length < FixedOctets + size)
        {
            return ProxyHeaderStatus.Incomplete;
        }

        length = FixedOctets + size;
        var body = octets.Slice(FixedOctets, size);
        switch (octets[13])
        {
            case 0x11 when command == 0x21 && size >= 12:
                source = new IPEndPoint(new IPAddress(body[..4]), BinaryPrimitives.ReadUInt16BigEndian(body[8..]));
                break;
            case 0x21 when command == 0x21 && size >= 36:
                source = new IPEndPoint(new IPAddress(body[..16]), BinaryPrimitives.ReadUInt16BigEndian(body[32..]));
                break;
        }

        return ProxyHeaderStatus.Complete;
    }
}
