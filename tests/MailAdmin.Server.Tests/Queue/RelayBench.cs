using System.Net;
using System.Text;
using System.Threading.Channels;
using MailAdmin.Addresses;
using MailAdmin.Administration;
using MailAdmin.Server.Delivery;
using MailAdmin.Server.Hosting;
using MailAdmin.Server.Queue;
using MailAdmin.Store;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Queue;

/// <summary>DNS as the test says: every domain has the exchanger mx.test at 127.0.0.1 unless told otherwise.</summary>
internal sealed class FakeResolver : IMailResolver
{
    public Dictionary<string, MailExchangers> Exchangers { get; } = [];
    public Dictionary<string, IReadOnlyList<IPAddress>?> Addresses { get; } = [];
    /// <summary>What it fails with, which a resolver never should.</summary>
    public Exception? Failure { get; set; }

    public Task<MailExchangers> GetExchangersAsync(string domain, CancellationToken cancellationToken) =>
        Failure is { } failure ? Task.FromException<MailExchangers>(failure) : Task.FromResult(Exchangers.GetValueOrDefault(domain) ?? Found(("mx.test", 10)));

    public Task<IReadOnlyList<IPAddress>?> GetAddressesAsync(string host, CancellationToken cancellationToken) =>
        Task.FromResult(Addresses.TryGetValue(host, out var known) ? known : [IPAddress.Loopback]);

    public static MailExchangers Found(params (string Host, int Preference)[] hosts) => new(ExchangerStatus.Found, [.. hosts.Select(h => new MailExchanger(h.Host, h.Preference))]);
}

/// <summary>A server of ours that relays, another server to relay to, and a clock between them.</summary>
internal sealed class RelayBench : IAsyncDisposable
{
    private readonly Channel<MailEvent> _events = Channel.CreateUnbounded<MailEvent>();
    private readonly CancellationTokenSource _stop = new();
    private Task _watching = Task.CompletedTask;

    public required RemoteServer Remote { get; init; }
    public FakeResolver Resolver { get; } = new();
    public ManualTimeProvider Clock { get; } = new();
    public TestServer Server { get; private set; } = null!;
    public IMailAdministration Administration => Server.Administration;

    public static async Task<RelayBench> StartAsync(
        RemoteServer? remote = null, Func<MailServerSettings, MailServerSettings>? settings = null, Func<QueueOptions, QueueOptions>? options = null, bool trustAll = true,
        Func<IMailStore, IMailStore>? store = null)
    {
        var bench = new RelayBench { Remote = remote ?? new RemoteServer() };
        await bench.StartServerAsync(settings, options, trustAll, store);
        return bench;
    }

    /// <summary>Starts our server (again, on the same store where the settings name one).</summary>
    public async Task StartServerAsync(Func<MailServerSettings, MailServerSettings>? settings = null, Func<QueueOptions, QueueOptions>? options = null, bool trustAll = true, Func<IMailStore, IMailStore>? store = null)
    {
        var queue = new QueueOptions { ExchangerPort = Remote.Port };
        var parts = ServerParts.Default with { Resolver = Resolver, Queue = options?.Invoke(queue) ?? queue, ValidateNextHop = trustAll ? (_, _, _, _) => true : null };
        if (store is not null)
        {
            var open = parts.OpenStore;
            parts = parts with { OpenStore = async (path, time, report, cancellationToken) => store(await open(path, time, report, cancellationToken)) };
        }

        Server = await TestServer.StartAsync([], s => settings?.Invoke(s with { Outbound = MailOutboundMode.Relay }) ?? s with { Outbound = MailOutboundMode.Relay }, Clock, "smtp", parts);
        foreach (var mailbox in (string[])["alice@example.com", "bob@example.com"])
        {
            if (await Server.Store.Accounts.FindMailboxAsync(MailboxAddress.Parse(mailbox)) is null)
            {
                await Server.AddMailboxAsync(mailbox);
            }
        }

        _watching = WatchAsync(Server.Administration.WatchEventsAsync(0, _stop.Token));
    }

    /// <summary>Moves the clock, again and again, until something that was begun has come about: whoever waits for the clock may only be about to.</summary>
    public async Task<T> MeanwhileAsync<T>(Task<T> awaited, TimeSpan step)
    {
        await MeanwhileAsync((Task)awaited, step);
        return await awaited;
    }

    /// <summary>As <see cref="MeanwhileAsync{T}"/>.</summary>
    public async Task MeanwhileAsync(Task awaited, TimeSpan step)
    {
        await Eventually.Holds(
            () =>
            {
                Clock.Advance(step);
                return awaited.IsCompleted;
            },
            "what was begun, however far the clock goes");
        await awaited;
    }

    /// <summary>
    /// Moves the clock just to the next attempt of the one entry there is, and says when that is. Not beyond: what the attempt begins could run into its time limit in
    /// the same move.
    /// </summary>
    public DateTimeOffset ToNextAttempt()
    {
        var next = Server.Store.Queue.List().Single().NextAttempt;
        Clock.Advance(next - Clock.GetUtcNow());
        return next;
    }

    /// <summary>The next event of one of some kinds; what it tells of is so by then.</summary>
    public async Task<MailEvent> EventAsync(params string[] kinds)
    {
        while (true)
        {
            var next = await Eventually.Within(_events.Reader.ReadAsync().AsTask(), $"the event {string.Join(" or ", kinds)}");
            if (kinds.Contains(next.Kind))
            {
                return next;
            }
        }
    }

    /// <summary>Alice sends a message.</summary>
    public Task<DeliveryOutcome> SendAsync(params string[] recipients) => SendAsync(new SendOptions(), recipients);

    public async Task<DeliveryOutcome> SendAsync(SendOptions options, params string[] recipients)
    {
        var alice = await Server.Store.Accounts.FindMailboxAsync(MailboxAddress.Parse("alice@example.com"));
        await using var transaction = Server.Host.Context.Delivery.Begin(
            new DeliveryContext(options.Sender, options.LoggedIn ? alice : null, "test", "127.0.0.1", MailProtocol.Submission) { Needs = options.Needs });
        foreach (var recipient in recipients)
        {
            Assert.Equal(RecipientStatus.Accepted, (await transaction.AddRecipientAsync(recipient, CancellationToken.None)).Status);
        }

        await using var content = Server.Store.Messages.CreateIncoming();
        await content.WriteAsync(Encoding.UTF8.GetBytes(options.Content));
        return await transaction.CommitAsync(content, CancellationToken.None);
    }

    /// <summary>What waits, oldest first.</summary>
    public async Task<List<MailQueueMessage>> QueueAsync() => await Administration.GetQueueMessagesAsync(new MailQueueQuery(), CancellationToken.None).ToListAsync();

    /// <summary>Sources of a folder's messages.</summary>
    public async Task<List<string>> MailAsync(string mailbox)
    {
        var all = new List<string>();
        await foreach (var message in Administration.GetMessagesAsync(new MessageQuery(mailbox, "INBOX"), CancellationToken.None))
        {
            all.Add(Encoding.UTF8.GetString(await Administration.ReadMessageAsync(mailbox, "INBOX", message.Uid, 0, 1_000_000, CancellationToken.None)));
        }

        return all;
    }

    /// <summary>Until nothing waits.</summary>
    public Task EmptyAsync() => Eventually.Holds(() => Server.Store.Queue.Count == 0, "an empty queue");

    public async ValueTask StopServerAsync()
    {
        await Server.DisposeAsync();
        await _watching;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await StopServerAsync();
        await Remote.DisposeAsync();
        _stop.Dispose();
    }

    private async Task WatchAsync(IAsyncEnumerable<MailEvent> events)
    {
        try
        {
            await foreach (var item in events)
            {
                _events.Writer.TryWrite(item);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or Errors.MailAdminException)
        {
            // The server stopped, or the test is over.
        }
    }
}

/// <summary>How Alice sends.</summary>
internal sealed record SendOptions
{
    public string? Sender { get; init; } = "alice@example.com";
    public bool LoggedIn { get; init; } = true;
    public QueueNeeds Needs { get; init; }
    public string Content { get; init; } = "Return-Path: <alice@example.com>\r\nReceived: from here\r\n\tby there; now\r\nSubject: hello\r\nMessage-ID: <1@example.com>\r\n\r\nbody\r\n.dot\r\n..dots\r\n";
}
