using MailAdmin.Server.Diagnostics;

namespace MailAdmin.Server.Connections;

/// <summary>What all connections of one server share.</summary>
internal sealed class ConnectionServices
{
    public ConnectionServices(TimeProvider time)
    {
        Clock = new ConnectionClock(time);
        Blocks = new BlockList(time);
    }

    public ConnectionClock Clock { get; }
    /// <summary>Addresses that are not let in.</summary>
    public BlockList Blocks { get; }
    public required ServerCounters Counters { get; init; }
    public required IEventSink Events { get; init; }
    /// <summary>Limits for connections to come; replaced whole by Set-MailServer.</summary>
    public required ServerLimits Limits { get; set; }
    /// <summary>Where connections begin with a PROXY header.</summary>
    public IReadOnlyList<System.Net.IPNetwork> TrustedProxies { get; init; } = [];
    /// <summary>Certificate for handshakes to come; null: no TLS.</summary>
    public TlsConfiguration? Tls { get; set; }
}
