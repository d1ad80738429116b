using System.Net;
using MailAdmin.Administration;
using MailAdmin.Security;
using MailAdmin.Server.Hosting;
using MailAdmin.Store;

namespace MailAdmin.Testing;

/// <summary>A whole server for one test: free loopback ports, a store of its own, gone at the end.</summary>
public sealed class TestServer : ITranscriptServer
{
    /// <summary>Password of mailboxes that were given none.</summary>
    public const string Password = "correct horse";

    private static int s_last;

    private TestServer(MailServerHost host, ManualTimeProvider? clock, string protocol)
    {
        Host = host;
        Clock = clock;
        Protocol = protocol;
        Administration = host.OpenAdministration();
    }

    /// <summary>The server.</summary>
    public MailServerHost Host { get; }
    /// <summary>Administration in this process.</summary>
    public IMailAdministration Administration { get; }
    /// <summary>Its store.</summary>
    public IMailStore Store => Host.Store;
    /// <inheritdoc/>
    public ManualTimeProvider? Clock { get; }
    /// <summary>What <see cref="ConnectAsync(string?, bool)"/> speaks where it is not told.</summary>
    public string Protocol { get; }
    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string> { ["host"] = Host.Context.HostName };

    /// <summary>Starts a server.</summary>
    /// <param name="mailboxes">Mailboxes to make, each <c>address</c> or <c>address password</c>.</param>
    /// <param name="settings">Changes the settings; they are ephemeral already.</param>
    /// <param name="clock">A clock that the test moves.</param>
    /// <param name="protocol">smtp, submission, imap or pop3.</param>
    public static async Task<TestServer> StartAsync(
        IEnumerable<string>? mailboxes = null, Func<MailServerSettings, MailServerSettings>? settings = null, ManualTimeProvider? clock = null, string protocol = "imap") =>
        await StartAsync(mailboxes, settings, clock, protocol, null);

    /// <summary>Starts a server with parts of the test's own.</summary>
    internal static async Task<TestServer> StartAsync(
        IEnumerable<string>? mailboxes, Func<MailServerSettings, MailServerSettings>? settings, ManualTimeProvider? clock, string protocol, ServerParts? parts)
    {
        var wanted = new MailServerSettings
        {
            Name = $"test-{Environment.ProcessId}-{Interlocked.Increment(ref s_last)}",
            Ephemeral = true,
            HostName = "mail.test",
            Domains = ["example.com"],
        };
        var host = new MailServerHost(settings?.Invoke(wanted) ?? wanted, clock ?? TimeProvider.System, parts);
        await host.StartAsync(CancellationToken.None);
        var server = new TestServer(host, clock, protocol);
        foreach (var mailbox in mailboxes ?? [])
        {
            var words = mailbox.Split(' ', 2);
            await server.AddMailboxAsync(words[0], words.Length == 2 ? words[1] : Password);
        }

        return server;
    }

    /// <summary>Starts a server with what a transcript's directives ask for.</summary>
    public static async Task<ITranscriptServer> StartForAsync(TranscriptScript script)
    {
        var limits = script.Directives["limit"].Select(l => l.Split(' ', 2)).ToDictionary(l => l[0], l => long.Parse(l[1], System.Globalization.CultureInfo.InvariantCulture));
        var server = await StartAsync(
            script.Directives["mailbox"],
            s => s with { DisabledCapabilities = [.. script.Directives["disable"]], Limits = limits, AllowPlaintextLoginOnLoopback = script.Directive("plaintext-login") != "off", OfferChannelBinding = script.Directive("channel-binding") == "on" },
            script.Directive("clock") == "manual" ? new ManualTimeProvider() : null,
            script.Directive("protocol") ?? script.Name.Split('/')[0]);
        foreach (var alias in script.Directives["alias"])
        {
            var words = alias.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            await server.Administration.SetAliasAsync(words[0], words[1..], replace: false, CancellationToken.None);
        }

        return server;
    }

    /// <summary>Makes a mailbox. Its verifier takes as few rounds as the standard allows: tests log in often.</summary>
    public Task<Mailbox> AddMailboxAsync(string address, string password = Password) =>
        Administration.NewMailboxAsync(new NewMailboxRequest(address, ScramVerifier.Create(password, 4096)) { CreateDomain = true }, CancellationToken.None);

    /// <summary>Where a protocol is spoken.</summary>
    public IPEndPoint EndPoint(MailProtocol protocol, MailTlsMode mode = MailTlsMode.StartTls) =>
        new(IPAddress.Loopback, Host.Endpoints.First(e => e.Protocol == protocol && e.TlsMode == mode).Port);

    /// <summary>A raw client of a protocol.</summary>
    public Task<RawClient> ConnectAsync(MailProtocol protocol, bool tls = false) => RawClient.ConnectAsync(EndPoint(protocol, tls ? MailTlsMode.Implicit : MailTlsMode.StartTls), tls);

    /// <inheritdoc/>
    public Task<RawClient> ConnectAsync(string? protocol, bool tls) => ConnectAsync(Enum.Parse<MailProtocol>(protocol ?? Protocol, ignoreCase: true), tls);

    /// <summary>Stores a message; returns its UID.</summary>
    public async Task<uint> AddMessageAsync(string mailbox, string folder, string source, params string[] flags) =>
        (await Administration.ImportMessageAsync(
            mailbox, folder, ContentPieces.Of(System.Text.Encoding.UTF8.GetBytes(source.ReplaceLineEndings("\r\n"))), flags, null, CancellationToken.None)).Uid;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Host.StopAsync(TimeSpan.FromMilliseconds(200));
}
