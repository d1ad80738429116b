using MailAdmin.Administration;
using MailAdmin.Server.Connections;
using MailAdmin.Server.Delivery;
using MailAdmin.Server.Imap;
using MailAdmin.Server.Pop3;
using MailAdmin.Server.Queue;
using MailAdmin.Server.Sasl;
using MailAdmin.Server.Smtp;
using MailAdmin.Store;

namespace MailAdmin.Server.Hosting;

/// <summary>What a server is put together from: the one place that names the parts. Tests put others in.</summary>
internal sealed record ServerParts
{
    /// <summary>The parts of a real server.</summary>
    public static ServerParts Default { get; } = new()
    {
        OpenStore = async (path, time, noticed, cancellationToken) =>
            await SqliteMailStore.OpenAsync(new StoreOptions { Path = path, TimeProvider = time, Noticed = noticed }, cancellationToken),
        Authenticator = p => new Authenticator(p.Store, p.Settings, p.Events, p.Counters, p.Time, p.Loggers),
        Delivery = p => new MailDelivery(p.Store, p.Settings, p.Events, p.Counters, p.Outbound, p.Queue, p.HostName, p.Time, p.Loggers),
        Handler = (context, protocol) => protocol switch
        {
            MailProtocol.Imap => new ImapHandler(context),
            MailProtocol.Pop3 => new Pop3Handler(context),
            _ => new SmtpHandler(context, protocol),
        },
    };

    /// <summary>Opens a store, which tells what it notices by itself.</summary>
    public required Func<string, TimeProvider, Action<StoreFinding>?, CancellationToken, Task<IMailStore>> OpenStore { get; init; }
    /// <summary>Makes what checks logins.</summary>
    public required Func<PartsContext, IAuthenticator> Authenticator { get; init; }
    /// <summary>Makes where mail goes in.</summary>
    public required Func<PartsContext, IMailDelivery> Delivery { get; init; }
    /// <summary>DNS for outbound mail.</summary>
    public IMailResolver Resolver { get; init; } = new DnsMailResolver();
    /// <summary>Bounds and times of outbound mail.</summary>
    public QueueOptions Queue { get; init; } = new();
    /// <summary>Judges the certificates of next hops that must prove who they are; null: the system's rules.</summary>
    public System.Net.Security.RemoteCertificateValidationCallback? ValidateNextHop { get; init; }
    /// <summary>Makes a protocol's handler.</summary>
    public required Func<ServerContext, MailProtocol, IProtocolHandler> Handler { get; init; }
}

/// <summary>What parts are made of.</summary>
internal sealed record PartsContext(
    IMailStore Store, MailServerSettings Settings, Diagnostics.IEventSink Events, Diagnostics.ServerCounters Counters, TimeProvider Time,
    Microsoft.Extensions.Logging.ILoggerFactory Loggers, OutboundPolicy Outbound, QueueOptions Queue, Func<string> HostName);
