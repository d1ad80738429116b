using System.Net;

namespace MailAdmin.Module.Blocks;

/// <summary>Sessions name their peer with its port, which means nothing to a block.</summary>
internal static class PeerAddress
{
    /// <summary>The address of <c>192.0.2.17:52110</c> or <c>[2001:db8::17]:52110</c>; anything else as it is.</summary>
    public static string Of(string text) =>
        !IPAddress.TryParse(text, out _) && IPEndPoint.TryParse(text, out var endPoint) ? endPoint.Address.ToString() : text;
}
