using MailAdmin.Administration;
using MailAdmin.Errors;
using MailAdmin.Server.Control;
using MailAdmin.Server.Hosting;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Hosting;

/// <summary>A restart in place: what stays, what is told, and what becomes of one that fails.</summary>
public sealed class RestartTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan AtOnce = TimeSpan.Zero;

    private static Func<MailServerSettings, MailServerSettings> Lasting(TempDirectory directory) =>
        s => s with { Ephemeral = false, StorePath = directory.File("store"), SmtpPort = 0, ImapPort = 0, SubmissionPort = -1, SubmissionsPort = -1, ImapsPort = -1, Pop3Port = -1, Pop3sPort = -1 };

    [Fact]
    public async Task Keeps_ports_mail_and_what_was_changed_and_answers_over_the_channel()
    {
        using var directory = new TempDirectory();
        var server = await TestServer.StartAsync(["alice@example.com"], Lasting(directory));
        await server.AddMessageAsync("alice@example.com", "INBOX", "Subject: kept\n\nx\n");
        await using var imap = await server.ConnectAsync(MailProtocol.Imap);
        await imap.ExpectAsync("* OK");
        await using var client = (await ControlClient.ConnectAsync(server.Host.StorePath, None))!;
        await client.SetServerAsync(new MailServerChange { HostName = "other.test", Outbound = MailOutboundMode.Refuse, Limits = new Dictionary<string, long> { ["recipients"] = 7 } }, None);
        await client.RemoveDomainAsync((await client.NewDomainAsync("gone.example", null, None)).Name, None);

        var info = await client.RestartServerAsync(TimeSpan.FromSeconds(10), None);

        await imap.ExpectAsync("* BYE");
        Assert.Equal(MailServerState.Running, info.State);
        Assert.Equal(server.Host.Endpoints, info.Endpoints);
        Assert.Equal("other.test", info.HostName);
        Assert.Equal(MailOutboundMode.Refuse, info.Outbound);
        Assert.Equal(1, info.MessageCount);
        Assert.Equal(["example.com"], info.Domains);
        Assert.Equal(Environment.ProcessId, info.ProcessId);
        await using var again = await server.ConnectAsync(MailProtocol.Imap);
        await again.ExpectAsync("* OK");
        await using var next = (await ControlClient.ConnectAsync(server.Host.StorePath, None))!;
        await next.StopServerAsync(AtOnce, None);
        await Eventually.Within(server.Host.Completion, "the end of both");
    }

    [Fact]
    public async Task Is_one_life_to_who_watches_its_events()
    {
        using var directory = new TempDirectory();
        var server = await TestServer.StartAsync(null, Lasting(directory));
        var events = server.Administration.WatchEventsAsync(0, None);

        var next = await server.Host.RestartAsync(AtOnce, None);
        await next.StopAsync(AtOnce, None);

        Assert.Equal(["Stopping", "Stopped", "Running", "Stopping", "Stopped"], await StatesAsync(events));
    }

    [Fact]
    public async Task That_fails_tells_who_asked_and_who_waits()
    {
        using var directory = new TempDirectory();
        var certificate = directory.File("mx.pem");
        await using (var first = await TestServer.StartAsync())
        {
            await File.WriteAllTextAsync(certificate, string.Join('\n', Directory.GetFiles(Path.Combine(first.Host.StorePath, "tls")).Select(File.ReadAllText)));
        }

        var server = await TestServer.StartAsync(null, s => Lasting(directory)(s) with { CertificatePath = certificate });
        var events = server.Administration.WatchEventsAsync(0, None);
        File.Delete(certificate);
        await using var client = (await ControlClient.ConnectAsync(server.Host.StorePath, None))!;

        var error = await Assert.ThrowsAsync<MailAdminException>(() => client.RestartServerAsync(AtOnce, None));

        Assert.Equal("CertificateNotUsable", error.ErrorId);
        Assert.NotNull(error.RecommendedAction);
        Assert.Equal("CertificateNotUsable", (await Assert.ThrowsAsync<MailAdminException>(() => Eventually.Within(server.Host.Completion, "the end"))).ErrorId);
        var told = new List<MailEvent>();
        await foreach (var e in events)
        {
            told.Add(e);
        }

        Assert.Equal("ServerStateChanged", told[^1].Kind);
        Assert.Equal(MailEventSeverity.Error, told[^1].Severity);
        Assert.Contains(certificate, told[^1].Message, StringComparison.Ordinal);
        // The store is free.
        await using var store = await MailAdministrationRoute.ResolveAsync(null, server.Host.StorePath, None);
    }

    [Fact]
    public async Task Waits_for_a_store_that_another_process_has_opened_for_one_call()
    {
        using var directory = new TempDirectory();
        var held = 0;
        var parts = ServerParts.Default with
        {
            OpenStore = (path, time, noticed, cancellationToken) => Interlocked.Decrement(ref held) > 0
                ? throw new MailAdminException("StoreInUse", MailErrorCategory.ResourceBusy, "In use.", path, "Wait.")
                : ServerParts.Default.OpenStore(path, time, noticed, cancellationToken),
        };
        var server = await TestServer.StartAsync(null, Lasting(directory), null, "imap", parts);
        held = 4;

        var next = await server.Host.RestartAsync(AtOnce, None);

        Assert.Equal(MailServerState.Running, next.State);
        Assert.True(held <= 0);
        await next.StopAsync(AtOnce, None);
    }

    [Fact]
    public async Task Is_one_however_many_ask()
    {
        using var directory = new TempDirectory();
        var server = await TestServer.StartAsync(null, Lasting(directory));

        var both = await Task.WhenAll(server.Host.RestartAsync(AtOnce, None), server.Host.RestartAsync(AtOnce, None));

        Assert.Same(both[0], both[1]);
        await both[0].StopAsync(AtOnce, None);
    }

    [Fact]
    public async Task Is_given_up_or_undone_by_a_stop()
    {
        using var directory = new TempDirectory();
        var server = await TestServer.StartAsync(null, Lasting(directory));
        var events = server.Administration.WatchEventsAsync(0, None);
        var restart = server.Host.RestartAsync(AtOnce, None);

        await server.Host.StopAsync(AtOnce, None);

        await ((Task)restart).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Assert.Equal("Stopped", (await StatesAsync(events)).Last(s => s.Length > 0));
        await using var store = await MailAdministrationRoute.ResolveAsync(null, server.Host.StorePath, None);
        Assert.Equal(MailServerState.Stopped, (await store.GetServerAsync(None)).State);
    }

    [Fact]
    public async Task Is_waited_for_by_who_asks_for_the_server_or_stops_it()
    {
        using var directory = new TempDirectory();
        var opens = 0;
        var again = new TaskCompletionSource();
        var mayOpen = new TaskCompletionSource();
        var parts = ServerParts.Default with
        {
            OpenStore = async (path, time, noticed, cancellationToken) =>
            {
                if (Interlocked.Increment(ref opens) == 2)
                {
                    again.SetResult();
                    await mayOpen.Task;
                }

                return await ServerParts.Default.OpenStore(path, time, noticed, cancellationToken);
            },
        };
        var settings = Lasting(directory)(new MailServerSettings { Name = $"restart-{Guid.NewGuid()}" });
        var host = await MailServers.StartAsync(settings, parts, null, None);
        var restart = host.RestartAsync(AtOnce, None);
        await Eventually.Within(again.Task, "the second start");

        var asks = MailAdministrationRoute.ResolveAsync(settings.Name, null, None);
        Assert.False(asks.IsCompleted);
        mayOpen.SetResult();
        await using (var administration = await Eventually.Within(asks, "the answer"))
        {
            Assert.Equal(MailServerState.Running, (await administration.GetServerAsync(None)).State);
        }

        var next = await Eventually.Within(restart, "the restart");
        var last = next.RestartAsync(AtOnce, None);
        Assert.True(await Eventually.Within(MailServers.StopAsync(settings.Name, AtOnce, None), "the stop"));
        Assert.Equal(MailServerState.Stopped, (await last).State);
        Assert.Null(MailServers.Find(settings.Name));
        await Eventually.Within(host.Completion, "the end of all");
    }

    [Fact]
    public async Task Is_refused_where_the_mail_would_go()
    {
        await using var server = await TestServer.StartAsync();

        var error = await Assert.ThrowsAsync<MailAdminException>(() => server.Administration.RestartServerAsync(AtOnce, None));

        Assert.Equal("ServerIsEphemeral", error.ErrorId);
        Assert.Equal(MailServerState.Running, server.Host.State);
    }

    /// <summary>The states told until the events end; empty for a restart given up.</summary>
    private static async Task<List<string>> StatesAsync(IAsyncEnumerable<MailEvent> events)
    {
        var states = new List<string>();
        await Eventually.Within(
            Task.Run(async () =>
            {
                await foreach (var e in events)
                {
                    if (e.Kind == "ServerStateChanged")
                    {
                        states.Add(e.Severity == MailEventSeverity.Error ? "" : e.Message.Split(' ')[^1]);
                    }
                }
            }),
            "the end of the events");
        return states;
    }
}
