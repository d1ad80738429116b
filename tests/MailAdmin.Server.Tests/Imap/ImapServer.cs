using System.Net;
using MailAdmin.Addresses;
using MailAdmin.Security;
using MailAdmin.Server.Connections;
using MailAdmin.Server.Delivery;
using MailAdmin.Server.Diagnostics;
using MailAdmin.Server.Hosting;
using MailAdmin.Server.Imap;
using MailAdmin.Server.Sasl;
using MailAdmin.Store;
using MailAdmin.Testing;
using Microsoft.Extensions.Logging;

namespace MailAdmin.Server.Tests.Imap;

/// <summary>IMAP over a store of its own, and nothing else: what the conversations of tests/transcripts/imap are played on.</summary>
internal sealed class ImapServer : ITranscriptServer
{
    private readonly TempDirectory _directory;
    private readonly ProtocolHost _host;

    private ImapServer(TempDirectory directory, IMailStore store, ServerContext context, ProtocolHost host, ManualTimeProvider? clock)
    {
        _directory = directory;
        Store = store;
        Context = context;
        _host = host;
        Clock = clock;
    }

    public IMailStore Store { get; }
    public ServerContext Context { get; }
    public ProtocolHost Host => _host;
    public IPEndPoint EndPoint => _host.EndPoint;
    public ManualTimeProvider? Clock { get; }
    public IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string> { ["host"] = Context.HostName };

    public Task<RawClient> ConnectAsync(string? protocol, bool tls) => RawClient.ConnectAsync(EndPoint, tls);

    public Task<RawClient> ConnectAsync() => ConnectAsync(null, false);

    /// <summary>A client that is logged in.</summary>
    public async Task<RawClient> LogInAsync(string name = "alice@example.com", string password = "secret")
    {
        var client = await ConnectAsync();
        await client.ExpectAsync("* OK");
        await client.SendLineAsync($"login LOGIN {name} {password}");
        await client.ExpectAsync("login OK");
        return client;
    }

    public static Task<ImapServer> StartAsync(params string[] directives) =>
        StartAsync(TranscriptScript.Parse("test", string.Concat(directives.Select(d => $"# {d}\n"))));

    public static Task<ImapServer> StartAsync(Func<IMailStore, IMailStore> sessionsSee) => StartAsync(TranscriptScript.Parse("test", ""), sessionsSee);

    /// <param name="script">Its directives say how the server is set.</param>
    /// <param name="sessionsSee">The store as sessions see it: one that fails, or that is watched.</param>
    public static async Task<ImapServer> StartAsync(TranscriptScript script, Func<IMailStore, IMailStore>? sessionsSee = null)
    {
        var clock = script.Directive("clock") == "manual" ? new ManualTimeProvider() : null;
        var directory = new TempDirectory();
        var store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = directory.Path });
        var passwords = new Passwords(store);
        foreach (var words in script.Directives["mailbox"].DefaultIfEmpty("alice@example.com secret").Select(d => d.Split(' ', 2)))
        {
            await passwords.AddAsync(words[0], words[1], script.Directive("quota") is { } quota ? long.Parse(quota, System.Globalization.CultureInfo.InvariantCulture) : null);
        }

        var limits = new ServerLimits();
        foreach (var words in script.Directives["limit"].Select(d => d.Split(' ')))
        {
            limits = Limit(limits, words[0], words[1]);
        }

        var events = new RecordingEvents();
        var counters = new ServerCounters();
        var context = new ServerContext
        {
            Store = sessionsSee?.Invoke(store) ?? store,
            Authenticator = passwords,
            Delivery = new NoDelivery(),
            Events = events,
            Counters = counters,
            Time = clock ?? TimeProvider.System,
            Loggers = new LoggerFactory([new EventLoggerProvider(events)]),
            Settings = new MailServerSettings(),
            HostName = "mail.example.com",
            DisabledCapabilities = script.Directives["disable"].ToHashSet(StringComparer.OrdinalIgnoreCase),
        };
        var host = await ProtocolHost.StartAsync(new ImapHandler(context), MailProtocol.Imap, limits: limits, time: clock, events: events, counters: counters);
        return new ImapServer(directory, store, context, host, clock);
    }

    /// <summary>The errors that were told so far, which the test expects: others fail it at its end.</summary>
    public IReadOnlyList<(string Message, ServerEventDetails Details)> TakeFailures()
    {
        _host.Events.Faults.Clear();
        return [.. _host.Events.All.Where(e => e.Severity == MailEventSeverity.Error).Select(e => (e.Message, e.Details))];
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopSessionsAsync(TimeSpan.FromSeconds(2));
        await _host.DisposeAsync();
        await Store.DisposeAsync();
        _directory.Dispose();
        Assert.Empty(_host.Events.Faults);
    }

    private static ServerLimits Limit(ServerLimits limits, string name, string value) => (name, int.Parse(value, System.Globalization.CultureInfo.InvariantCulture)) switch
    {
        ("MaxLoginFailures", var n) => limits with { MaxLoginFailures = n },
        ("MaxBadCommands", var n) => limits with { MaxBadCommands = n },
        ("MessageSize", var n) => limits with { MessageSize = n },
        ("ImapCommandLiterals", var n) => limits with { ImapCommandLiterals = n },
        ("ImapLoginLine", var n) => limits with { ImapLoginLine = n },
        ("ImapCommandLine", var n) => limits with { ImapCommandLine = n },
        ("AppendMessages", var n) => limits with { AppendMessages = n },
        ("AppendOctets", var n) => limits with { AppendOctets = n },
        _ => throw new ArgumentException($"limit {name}"),
    };

    /// <summary>Names and passwords as they are: what logins cost is tested where they are checked.</summary>
    private sealed class Passwords(IMailStore store) : IAuthenticator
    {
        private static readonly ScramVerifier Verifier = ScramVerifier.Create("unused");
        private readonly Dictionary<string, (string Password, MailboxId Id)> _known = [];

        public async Task AddAsync(string address, string password, long? quota)
        {
            var mailbox = await store.Accounts.CreateMailboxAsync(new NewMailbox(MailboxAddress.Parse(address), Verifier) { CreateDomain = true, QuotaBytes = quota });
            _known[address] = (password, mailbox.Id);
        }

        public async ValueTask<AuthenticationOutcome> AuthenticateAsync(string userName, string password, ClientConnection connection, CancellationToken cancellationToken)
        {
            if (!_known.TryGetValue(userName, out var known) || known.Password != password)
            {
                return new(AuthenticationStatus.Failed, null);
            }

            connection.Activity.Login = new SessionLogin(known.Id, userName);
            return new(AuthenticationStatus.Succeeded, await store.Accounts.GetMailboxAsync(known.Id, cancellationToken));
        }

        public ValueTask<ScramCredentials?> GetScramCredentialsAsync(string userName, CancellationToken cancellationToken) => new(new ScramCredentials(userName, Verifier, null));

        public ValueTask<AuthenticationOutcome> CompleteScramAsync(
            ScramCredentials credentials, bool proofHolds, ClientConnection connection, CancellationToken cancellationToken) =>
            new(new AuthenticationOutcome(AuthenticationStatus.Failed, null));
    }

    private sealed class NoDelivery : IMailDelivery
    {
        public IMailTransaction Begin(DeliveryContext context) => throw new NotSupportedException();

        public ValueTask<(IReadOnlyList<DeliveryTarget> Targets, IReadOnlyList<NewQueueEntry> Entries)> FindReportTargetsAsync(string sender, CancellationToken cancellationToken) =>
            new((Array.Empty<DeliveryTarget>(), Array.Empty<NewQueueEntry>()));

        public ValueTask<bool> MaySendAsAsync(MailboxRecord submitter, string sender, CancellationToken cancellationToken) => new(false);
    }
}
