using System.Security.Cryptography;
using MailAdmin.Administration;
using MailAdmin.Server.Administration;
using MailAdmin.Server.Connections;
using MailAdmin.Server.Control;
using MailAdmin.Server.Delivery;
using MailAdmin.Server.Diagnostics;
using MailAdmin.Server.Queue;
using MailAdmin.Store;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MailAdmin.Server.Hosting;

/// <summary>
/// One running server: store, certificate, endpoints, sessions, workers. Made and started by <see cref="MailServers"/>.
/// </summary>
/// <remarks>
/// Order of the stop: endpoints no longer accept, clients are told (421, BYE), they have the drain's time, who is left is cut off, workers
/// end, the store closes, an ephemeral store goes.
/// </remarks>
public sealed partial class MailServerHost : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly ServerParts _parts;
    private readonly TimeProvider _time;
    private readonly LoggerFactory _loggers;
    private readonly ServerCounters _counters = new();
    private readonly OutboundPolicy _outbound;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _storeClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    /// <summary>Workers beside the endpoints: control channel, collector, store events, store maintenance, queue, sessions, preparation.</summary>
    private const int FixedWorkers = 7;

    private readonly List<IHostedService> _workers = [];
    private readonly List<ConnectionListener> _listeners = [];
    private readonly Dictionary<MailProtocol, IProtocolHandler> _handlers = [];
    private readonly Task<MailServerHost>? _comesBy;
    private MailServerSettings _settings;
    private MailServerState _state = MailServerState.Starting;
    private readonly Dictionary<ConnectionListener, string> _faults = [];
    private string? _fault;
    private IMailStore? _store;
    private ConnectionServices? _services;
    private ConnectionTable? _table;
    private BlockRegister? _blocks;
    private ServerContext? _context;
    private HostedSessions? _sessions;
    private StoreMaintenance? _maintenance;
    private OutboundQueue? _queue;
    private ControlService? _control;
    private IHost? _host;
    private Task? _stop;
    private Task<MailServerHost>? _restart;
    private bool _endsForGood;
    private bool _endsEvents;
    private DateTimeOffset _startedAt;

    /// <param name="settings">What to serve and where.</param>
    /// <param name="time">The clock.</param>
    /// <param name="parts">What it is composed of.</param>
    /// <param name="predecessor">The host that this one takes over from at a restart.</param>
    internal MailServerHost(MailServerSettings settings, TimeProvider time, ServerParts? parts = null, MailServerHost? predecessor = null)
    {
        if (settings.Ephemeral && settings.StorePath is not null)
        {
            throw ServerErrors.InvalidSettings(
                "An ephemeral server deletes its store at stop and takes no -StorePath.", settings.StorePath, "Leave out -StorePath or -Ephemeral.");
        }

        _settings = settings;
        _parts = parts ?? ServerParts.Default;
        _time = time;
        _outbound = new OutboundPolicy(settings.Outbound);
        Events = predecessor?.Events ?? new EventHub(time);
        _comesBy = predecessor?._restart;
        // Until it is up, a restart's failure is still to be told.
        _endsEvents = !IsSuccessor;
        _loggers = new LoggerFactory([new EventLoggerProvider(Events)]);
        StorePath = settings.Ephemeral ? StoreDirectory.NewTemporary() : StoreDirectory.Canonical(settings.StorePath ?? StoreDirectory.Default);
    }

    /// <summary>Its name among the servers of this process.</summary>
    public string Name => _settings.Name;
    /// <summary>Directory of its store.</summary>
    public string StorePath { get; }
    /// <summary>Where it stands.</summary>
    public MailServerState State
    {
        get
        {
            lock (_gate)
            {
                return _state;
            }
        }
    }

    /// <summary>What went wrong, where the state is Degraded.</summary>
    public string? Fault => Volatile.Read(ref _fault);
    /// <summary>Where it listens.</summary>
    public IReadOnlyList<MailEndpoint> Endpoints => [.. _listeners.Select(l => l.Endpoint)];
    /// <summary>Completes when it has ended, whoever ended it, and no restart follows; fails where one was tried in vain.</summary>
    public Task Completion => EndedAsync();

    /// <summary>The restart that it ends for or comes by, or null; where it has done both, the later.</summary>
    internal Task? Restart
    {
        get
        {
            lock (_gate)
            {
                return _restart ?? _comesBy;
            }
        }
    }

    /// <summary>Completes when everything but the control channel is gone.</summary>
    internal Task StoreClosed => _storeClosed.Task;
    private bool IsSuccessor => _comesBy is not null;
    internal IReadOnlyList<ConnectionListener> Listeners => _listeners;
    internal EventHub Events { get; }
    internal ServerCounters Counters => _counters;
    internal IMailStore Store => _store ?? throw ServerErrors.ServerNotRunning(Name);
    internal ConnectionTable Table => _table ?? throw ServerErrors.ServerNotRunning(Name);
    internal BlockRegister Blocks => _blocks ?? throw ServerErrors.ServerNotRunning(Name);
    internal OutboundQueue Queue => _queue ?? throw ServerErrors.ServerNotRunning(Name);
    internal StoreMaintenance Maintenance => _maintenance ?? throw ServerErrors.ServerNotRunning(Name);
    internal MailServerSettings Settings => _settings;
    internal ServerContext Context => _context ?? throw ServerErrors.ServerNotRunning(Name);
    internal TimeProvider Time => _time;
    internal DateTimeOffset StartedAt => _startedAt;
    internal TlsConfiguration? Tls => _services?.Tls;

    /// <summary>Administration of this server; disposing it leaves the server running.</summary>
    /// <exception cref="Errors.MailAdminException"><c>ServerNotRunning</c></exception>
    public IMailAdministration OpenAdministration() => new MailAdministration(Store, this);

    internal Task StartAsync(CancellationToken cancellationToken) => StartAsync(null, cancellationToken);

    /// <param name="prepare">What is done to the store before anybody can connect, or null.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    internal async Task StartAsync(Func<MailServerHost, CancellationToken, Task>? prepare, CancellationToken cancellationToken)
    {
        try
        {
            await ComposeAsync(prepare, cancellationToken);
            await _host!.StartAsync(cancellationToken);
        }
        catch
        {
            // Whatever it was: what is up comes down, and the caller hears the cause and not what that led to.
            await CloseAsync(TimeSpan.Zero).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        _startedAt = _time.GetUtcNow();
        lock (_gate)
        {
            // An endpoint may have died meanwhile.
            if (_state == MailServerState.Starting)
            {
                _state = MailServerState.Running;
            }

            _endsEvents = true;
        }

        Events.Publish("ServerStateChanged", MailEventSeverity.Information, $"Server {Name} is {State}");
    }

    /// <summary>Stops in order; later callers await the same stop.</summary>
    /// <param name="drain">How long sessions have to say goodbye.</param>
    /// <param name="cancellationToken">Ends the caller's wait, not the stop.</param>
    public async Task StopAsync(TimeSpan drain, CancellationToken cancellationToken = default)
    {
        Task stop;
        Task<MailServerHost>? restart;
        lock (_gate)
        {
            _endsForGood = true;
            stop = BeginStop(drain);
            restart = _restart;
        }

        await stop.WaitAsync(cancellationToken);
        if (restart is not null)
        {
            // Where it had gone too far to be given up.
            await ((Task)restart).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (restart.IsCompletedSuccessfully)
            {
                await restart.Result.StopAsync(drain, cancellationToken);
            }
        }
    }

    private Task BeginStop(TimeSpan drain)
    {
        if (_stop is null)
        {
            _state = MailServerState.Stopping;
            // Not inline: the caller may be a session of ours.
            _stop = Task.Run(() => CloseAsync(drain), CancellationToken.None);
        }

        return _stop;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync(TimeSpan.FromSeconds(5));

    /// <summary>Changes what can change while it runs; new connections see it.</summary>
    internal void Change(MailServerChange change)
    {
        var services = _services ?? throw ServerErrors.ServerNotRunning(Name);
        // Everything that can fail first: a change happens whole or not at all.
        var limits = change.Limits is null ? services.Limits : LimitsByName.Apply(services.Limits, change.Limits);
        var tls = change.CertificatePath is null ? services.Tls : ServerCertificate.Load(change.CertificatePath, change.CertificatePassword);
        var hostName = change.HostName is null ? Context.HostName : HostNames.OfServer(change.HostName);
        var disabled = change.DisabledCapabilities is null ? Context.DisabledCapabilities : CapabilityNames.Read(change.DisabledCapabilities);
        services.Limits = limits;
        services.Tls = tls;
        Context.HostName = hostName;
        Context.DisabledCapabilities = disabled;
        if (change.Outbound is { } outbound)
        {
            _outbound.Mode = outbound;
            Queue.ModeChanged();
        }

        lock (_gate)
        {
            // A restart keeps them.
            _settings = _settings with
            {
                HostName = change.HostName ?? _settings.HostName,
                Outbound = change.Outbound ?? _settings.Outbound,
                DisabledCapabilities = change.DisabledCapabilities ?? _settings.DisabledCapabilities,
                Limits = change.Limits is null ? _settings.Limits : LimitsByName.Merge(_settings.Limits, change.Limits),
                CertificatePath = change.CertificatePath ?? _settings.CertificatePath,
                CertificatePassword = change.CertificatePath is null ? _settings.CertificatePassword : change.CertificatePassword,
            };
        }

        Events.Publish("ServerChanged", MailEventSeverity.Information, $"Settings of server {Name} changed");
    }

    internal async Task<MailServerInfo> GetInfoAsync(CancellationToken cancellationToken)
    {
        var totals = await Store.GetTotalsAsync(cancellationToken);
        var domains = new List<string>();
        await foreach (var domain in Store.Accounts.ListDomainsAsync(cancellationToken))
        {
            domains.Add(domain.Name);
        }

        var certificate = _services?.Tls?.Certificate;
        return new MailServerInfo
        {
            Name = Name,
            HostName = Context.HostName,
            State = State,
            Fault = Fault,
            StorePath = StorePath,
            IsEphemeral = _settings.Ephemeral,
            IsDevelopment = _outbound.Mode == MailOutboundMode.Capture,
            Outbound = _outbound.Mode,
            ProcessId = Environment.ProcessId,
            StartedAt = _startedAt,
            Uptime = _time.GetUtcNow() - _startedAt,
            Endpoints = Endpoints,
            CertificateThumbprint = certificate?.GetCertHashString(HashAlgorithmName.SHA256),
            CertificateNotAfter = certificate?.NotAfter.ToUniversalTime(),
            Domains = domains,
            MailboxCount = totals.Mailboxes,
            MessageCount = totals.Messages,
            SessionCount = Table.Count,
            Version = MailAdministration.Version,
        };
    }

    private async Task ComposeAsync(Func<MailServerHost, CancellationToken, Task>? prepare, CancellationToken cancellationToken)
    {
        var endpoints = EndpointPlan.Of(_settings);
        var limits = LimitsByName.Apply(new ServerLimits(), _settings.Limits);
        var proxies = EndpointPlan.TrustedProxies(_settings);
        var hostName = HostNames.OfServer(_settings.HostName);
        var domains = _settings.Domains.Select(HostNames.Domain).ToArray();
        var disabled = CapabilityNames.Read(_settings.DisabledCapabilities);

        // First of all, so that nobody makes it on the way to something below it, with other rights.
        StoreDirectory.CreatePrivate(StorePath);

        // Three things that have nothing to do with one another: the certificate's key, the host's own machinery, the store's recovery.
        var certificate = Task.Run(
            () => _settings.CertificatePath is { } path
                ? ServerCertificate.Load(path, _settings.CertificatePassword)
                : ServerCertificate.LoadOrCreate(Path.Combine(StorePath, "tls"), hostName, _time),
            cancellationToken);
        var building = Task.Run(() => BuildHost(endpoints.Count), cancellationToken);
        try
        {
            _store = await OpenStoreAsync(cancellationToken);
        }
        finally
        {
            _host = await building;
            // Only so that nothing runs on behind a start that failed; its own failure is thrown below.
            await ((Task)certificate).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        var tls = await certificate;
        foreach (var domain in domains)
        {
            if (await _store.Accounts.FindDomainAsync(domain, cancellationToken) is null)
            {
                await _store.Accounts.CreateDomainAsync(domain, null, cancellationToken);
            }
        }

        _services = new ConnectionServices(_time)
        {
            Counters = _counters,
            Events = Events,
            Limits = limits,
            Tls = tls,
            TrustedProxies = proxies,
        };
        _blocks = await BlockRegister.OpenAsync(_store.Accounts, _services.Blocks, _time, cancellationToken);
        _table = new ConnectionTable(_services);
        var parts = new PartsContext(_store, _settings, Events, _counters, _time, _loggers, _outbound, _parts.Queue, () => Context.HostName);
        _context = new ServerContext
        {
            Store = _store,
            Authenticator = _parts.Authenticator(parts),
            Delivery = _parts.Delivery(parts),
            Events = Events,
            Counters = _counters,
            Time = _time,
            Loggers = _loggers,
            Settings = _settings,
            HostName = hostName,
            DisabledCapabilities = disabled,
        };

        _queue = new OutboundQueue(new QueueParts(
            _store, _context.Delivery, _outbound, await RelayRoutes.OpenAsync(_store, cancellationToken), _parts.Resolver, _parts.Queue, () => Context.HostName,
            Events, _counters, _time, _loggers.CreateLogger<OutboundQueue>(), Random.Shared, _parts.ValidateNextHop));

        // Started in this order, so that the events of what is prepared are told; stopped in the reverse of it: endpoints, sessions, the queue, the store's maintenance and events, the control channel's door.
        _control = new ControlService(this, _loggers.CreateLogger<ControlService>());
        _sessions = new HostedSessions(_table, _store);
        _maintenance = new StoreMaintenance(_store, _time, _loggers.CreateLogger<StoreMaintenance>());
        _workers.AddRange([_control, new QuietCollector(), new StoreEvents(_store, Events), _maintenance, _queue, _sessions, new HostedPreparation(token => prepare?.Invoke(this, token) ?? Task.CompletedTask)]);
        foreach (var endpoint in endpoints)
        {
            var listener = new ConnectionListener(endpoint, Handler(endpoint.Protocol), _table, _services, Judge);
            _listeners.Add(listener);
            _workers.Add(new HostedEndpoint(listener));
        }
    }

    /// <summary>The host, which asks for its workers when it starts: they are made meanwhile.</summary>
    private IHost BuildHost(int endpoints)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true, ApplicationName = "MailAdmin" });
        builder.Services.AddSingleton<ILoggerFactory>(_loggers);
        builder.Services.AddSingleton<IHostLifetime, OwnedLifetime>();
        // Each part bounds its own stop; a second clock over all of them would cut the drain short.
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = Timeout.InfiniteTimeSpan);
        for (var i = 0; i < FixedWorkers + endpoints; i++)
        {
            var number = i;
            builder.Services.AddSingleton(_ => _workers[number]);
        }

        return builder.Build();
    }

    /// <summary>One handler per protocol, shared by its endpoints.</summary>
    private IProtocolHandler Handler(MailProtocol protocol)
    {
        if (!_handlers.TryGetValue(protocol, out var handler))
        {
            _handlers[protocol] = handler = _parts.Handler(Context, protocol);
        }

        return handler;
    }

    /// <summary>An endpoint accepts nobody, or does again.</summary>
    private void Judge(ConnectionListener listener, string? fault, Exception? cause)
    {
        MailServerState state;
        lock (_gate)
        {
            if (_state is not (MailServerState.Starting or MailServerState.Running or MailServerState.Degraded))
            {
                return;
            }

            if (fault is null)
            {
                _faults.Remove(listener);
            }
            else
            {
                _faults[listener] = fault;
            }

            _fault = _faults.Count > 0 ? string.Join("; ", _faults.Values) : null;
            _state = state = _faults.Count > 0 ? MailServerState.Degraded : MailServerState.Running;
        }

        var degraded = state == MailServerState.Degraded;
        if (fault is not null)
        {
            Events.Publish("Error", MailEventSeverity.Error, fault, new ServerEventDetails(Protocol: listener.Endpoint.Protocol, Cause: cause));
        }

        Events.Publish("ServerStateChanged", degraded ? MailEventSeverity.Error : MailEventSeverity.Information, $"Server {Name} is {state}");
    }
}
