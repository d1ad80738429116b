using System.Net;

namespace MailAdmin.Module.Blocks;

/// <summary>Sessions name their peer with its port, which means nothing to a block.</summary>
internal static class PeerAddress
{
    /// <summary>The address of <c>192.0.2.17:52110</c>, <c>[2001:db8::17]:52110</c> or <c>fe80::1%2</c>; anything else as it is.</summary>
    // Without the scope: the interface it came in by is no part of an address.
    public static string Of(string text) =>
        text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out var endPoint) ? new IPAddress(endPoint.Address.GetAddressBytes()).ToString() : text;
}
