using System.Net;
using MailAdmin.Addresses;

namespace MailAdmin.Server.Connections;

/// <summary>What counts as one peer: an IPv4 address, or an IPv6 network of /64, of which a single host has every address (RFC 4291 §2.5.1).</summary>
internal static class PeerNetwork
{
    /// <summary>The network of an address.</summary>
    public static IpRange Of(IPAddress address)
    {
        var single = IpRange.Of(address);
        return single.IsIPv6 ? single.Widen(64) : single;
    }
}
