using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailAdmin.Server.Connections;
using MailAdmin.Server.Diagnostics;

namespace MailAdmin.Testing;

/// <summary>
/// Runs one protocol handler on a free loopback port, with no store or host around it: the smallest server a session can live in.
/// </summary>
public sealed class ProtocolHost : IAsyncDisposable
{
    private static readonly Lazy<X509Certificate2> TestCertificate = new(MakeCertificate);

    private readonly ConnectionListener _listener;
    private readonly ConnectionServices _services;

    private ProtocolHost(ConnectionListener listener, ConnectionTable table, ConnectionServices services, RecordingEvents events)
    {
        _listener = listener;
        Table = table;
        _services = services;
        Events = events;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint => new(IPAddress.Loopback, _listener.Endpoint.Port);
    /// <summary>Its connections.</summary>
    internal ConnectionTable Table { get; }
    /// <summary>What was published.</summary>
    public RecordingEvents Events { get; }
    /// <summary>Counters.</summary>
    public ServerCounters Counters => _services.Counters;
    /// <summary>Sessions open now.</summary>
    public IReadOnlyList<MailSession> Sessions => [.. Table.All().Select(c => c.ToSession())];

    /// <summary>There are sessions, and each waits for its client: a clock that is moved now is seen by all of them.</summary>
    public bool AllWait => Table.All().Any() && Table.All().All(c => c.IsWaiting);

    /// <summary>The lines of a session's transcript.</summary>
    public IReadOnlyList<TranscriptLine> Transcript(string session) => Table.Find(session)?.Ring.Lines() ?? [];

    /// <summary>Starts it. Hand in <paramref name="events"/> and <paramref name="counters"/> where the handler has them from elsewhere.</summary>
    public static async Task<ProtocolHost> StartAsync(
        IProtocolHandler handler, MailProtocol protocol, MailTlsMode tlsMode = MailTlsMode.StartTls, ServerLimits? limits = null,
        TimeProvider? time = null, RecordingEvents? events = null, ServerCounters? counters = null, IReadOnlyList<IPNetwork>? trustedProxies = null,
        Func<Socket, CancellationToken, ValueTask<Socket>>? accept = null)
    {
        events ??= new RecordingEvents();
        var services = new ConnectionServices(time ?? TimeProvider.System)
        {
            Counters = counters ?? new ServerCounters(),
            Events = events,
            Limits = limits ?? new ServerLimits(),
            TrustedProxies = trustedProxies ?? [],
            Tls = tlsMode == MailTlsMode.None ? null : new TlsConfiguration(TestCertificate.Value),
        };
        var table = new ConnectionTable(services);
        var listener = new ConnectionListener(
            new MailEndpoint(protocol, "127.0.0.1", 0, tlsMode), handler, table, services,
            (_, fault, cause) => events.Publish("Fault", MailEventSeverity.Error, fault ?? "", new ServerEventDetails(Cause: cause)))
        {
            Accept = accept ?? (static (socket, stopping) => socket.AcceptAsync(stopping)),
        };
        await listener.StartAsync(CancellationToken.None);
        return new ProtocolHost(listener, table, services, events);
    }

    /// <summary>A client connected to it; in TLS where the endpoint begins so.</summary>
    public Task<RawClient> ConnectAsync() => RawClient.ConnectAsync(EndPoint, _listener.Endpoint.TlsMode == MailTlsMode.Implicit);

    /// <summary>Asks all sessions to end, as a server's stop does.</summary>
    public Task StopSessionsAsync(TimeSpan drain) => Table.CloseAllAsync(drain, CancellationToken.None);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _listener.StopAsync(CancellationToken.None);
        foreach (var connection in Table.All())
        {
            connection.Abort();
        }

        Table.Dispose();
        _listener.Dispose();
    }

    /// <summary>A certificate for localhost, made once per run.</summary>
    public static X509Certificate2 Certificate => TestCertificate.Value;

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null, X509KeyStorageFlags.Exportable);
    }
}

/// <summary>Keeps the events and faults of a test's server.</summary>
public sealed class RecordingEvents : IEventSink
{
    /// <summary>Kind, severity and text of each event.</summary>
    public ConcurrentQueue<(string Kind, MailEventSeverity Severity, string Message, ServerEventDetails Details)> All { get; } = new();
    /// <summary>Causes of errors.</summary>
    public ConcurrentBag<Exception> Faults { get; } = [];

    /// <inheritdoc/>
    public void Publish(string kind, MailEventSeverity severity, string message, ServerEventDetails details = default)
    {
        All.Enqueue((kind, severity, message, details));
        if (details.Cause is { } cause && severity == MailEventSeverity.Error)
        {
            Faults.Add(cause);
        }
    }
}
