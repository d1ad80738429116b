using MailAdmin.Server.Delivery;
using MailAdmin.Server.Diagnostics;
using MailAdmin.Server.Sasl;
using MailAdmin.Store;
using Microsoft.Extensions.Logging;

namespace MailAdmin.Server.Hosting;

/// <summary>What the protocol rooms share: one per server, made by the host, read-only to them.</summary>
public sealed class ServerContext
{
    /// <summary>The store.</summary>
    public required IMailStore Store { get; init; }
    /// <summary>Logins.</summary>
    public required IAuthenticator Authenticator { get; init; }
    /// <summary>Where mail goes in.</summary>
    public required IMailDelivery Delivery { get; init; }
    /// <summary>What happens is told here.</summary>
    public required IEventSink Events { get; init; }
    /// <summary>Counters.</summary>
    public required ServerCounters Counters { get; init; }
    /// <summary>Clock; tests bring their own.</summary>
    public required TimeProvider Time { get; init; }
    /// <summary>Log.</summary>
    public required ILoggerFactory Loggers { get; init; }
    /// <summary>Settings as started.</summary>
    public required MailServerSettings Settings { get; init; }
    /// <summary>Host name for greetings and trace fields; Set-MailServer may change it.</summary>
    public required string HostName { get; set; }
    /// <summary>Capabilities not to offer, any case; replaced whole by Set-MailServer.</summary>
    public required IReadOnlySet<string> DisabledCapabilities { get; set; }

    /// <summary>True unless the capability was switched off.</summary>
    public bool Offers(string capability) => !DisabledCapabilities.Contains(capability);
}
