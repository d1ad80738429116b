using System.Net;
using System.Net.Sockets;
using MailAdmin.Addresses;
using MailAdmin.Administration;
using MailAdmin.Errors;
using MailAdmin.Security;
using MailAdmin.Server.Hosting;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Hosting;

public sealed class ServerTests
{
    [Fact]
    public async Task An_ephemeral_server_answers_on_all_its_endpoints_and_leaves_nothing()
    {
        string store;
        await using (var server = await TestServer.StartAsync())
        {
            store = server.Host.StorePath;
            var info = await server.Administration.GetServerAsync(CancellationToken.None);
            Assert.Equal(MailServerState.Running, info.State);
            Assert.Equal(["smtp", "submission", "submissions", "imap", "imaps", "pop3", "pop3s"], info.Endpoints.Select(e => e.Service));
            Assert.All(info.Endpoints, e => Assert.NotEqual(0, e.Port));
            Assert.Equal(64, info.CertificateThumbprint!.Length);
            Assert.Equal(["example.com"], info.Domains);
            foreach (var (protocol, greeting) in new[] { (MailProtocol.Smtp, "220 "), (MailProtocol.Submission, "220 "), (MailProtocol.Imap, "* OK"), (MailProtocol.Pop3, "+OK") })
            {
                await using var plain = await server.ConnectAsync(protocol);
                await plain.ExpectAsync(greeting);
                if (protocol != MailProtocol.Smtp)
                {
                    await using var tls = await server.ConnectAsync(protocol, tls: true);
                    await tls.ExpectAsync(greeting);
                    Assert.True(tls.Certificate!.MatchesHostname("mail.test"));
                    Assert.True(tls.Certificate.MatchesHostname("localhost"));
                    Assert.True(tls.Certificate.MatchesHostname("127.0.0.1"));
                }
            }
        }

        Assert.False(Directory.Exists(store));
    }

    [Fact]
    public async Task First_mailboxes_are_there_before_an_endpoint_is()
    {
        var settings = new MailServerSettings { Name = $"first-{Guid.NewGuid()}", Ephemeral = true, Domains = ["example.com"] };
        MailEndpoint[] before = [];
        await using var host = await MailServers.StartAsync(
            settings,
            async (starting, token) =>
            {
                before = [.. starting.Endpoints];
                await FirstMailboxes.EnsureAsync(starting, "alice@example.com", "correct horse", token);
                Assert.Equal("InvalidAddress", (await Assert.ThrowsAsync<MailAdminException>(() => FirstMailboxes.EnsureAsync(starting, "al*", "correct horse", token))).ErrorId);
            },
            TestContext.Current.CancellationToken);
        Assert.NotEmpty(before);
        Assert.All(before, e => Assert.Equal(0, e.Port));
        await using var administration = host.OpenAdministration();
        Assert.Equal(1, (await administration.GetServerAsync(TestContext.Current.CancellationToken)).MailboxCount);
        await Eventually.Within(
            host.Events.WatchAsync(-1, CancellationToken.None).FirstAsync(e => e.Kind == "MailboxChanged", TestContext.Current.CancellationToken).AsTask(), "the event of it");
    }

    [Fact]
    public async Task A_start_that_gives_a_mailbox_the_password_it_has_leaves_it_as_it_is()
    {
        await using var server = await TestServer.StartAsync(["alice@example.com"]);
        Assert.True(MailboxAddress.TryParse("alice@example.com", out var address));
        async Task<ScramVerifier> EnsureAsync(string password)
        {
            await FirstMailboxes.EnsureAsync(server.Host, "Alice@Example.com", password, CancellationToken.None);
            return (await server.Store.Accounts.FindMailboxAsync(address))!.Verifier;
        }

        var made = (await server.Store.Accounts.FindMailboxAsync(address))!.Verifier;
        Assert.Equal(made.Salt, (await EnsureAsync(TestServer.Password)).Salt);
        var changed = await EnsureAsync("another horse");
        Assert.NotEqual(made.Salt, changed.Salt);
        Assert.True(changed.Verify("another horse"));

        await server.Administration.SetAliasAsync("sales@example.com", ["alice@example.com"], false, CancellationToken.None);
        Assert.Equal("AddressInUse", (await Assert.ThrowsAsync<MailAdminException>(() => FirstMailboxes.EnsureAsync(server.Host, "sales@example.com", "correct horse", CancellationToken.None))).ErrorId);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_with_its_holder_and_nothing_stays_up()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        using var directory = new TempDirectory();
        var settings = new MailServerSettings { Name = "taken", StorePath = directory.Path, PortOffset = 20000, SmtpPort = 0, SubmissionPort = 0, SubmissionsPort = 0, ImapPort = port, ImapsPort = 0, Pop3Port = 0, Pop3sPort = 0 };
        var error = await Assert.ThrowsAsync<MailAdminException>(() => MailServers.StartAsync(settings));
        Assert.Equal("PortInUse", error.ErrorId);
        Assert.Equal(port, error.Target);
        Assert.Contains(port.ToString(System.Globalization.CultureInfo.InvariantCulture), error.Message, StringComparison.Ordinal);
        if (OperatingSystem.IsLinux())
        {
            Assert.Contains("this process", error.Message, StringComparison.Ordinal);
        }

        Assert.NotNull(error.RecommendedAction);
        Assert.Null(MailServers.Find("taken"));

        // The store is free again and the name as well.
        var host = await MailServers.StartAsync(settings with { ImapPort = 0 });
        Assert.Same(host, MailServers.Find("TAKEN"));
        Assert.Equal("ServerExists", (await Assert.ThrowsAsync<MailAdminException>(() => MailServers.StartAsync(settings with { Name = "Taken", Ephemeral = true, StorePath = null }))).ErrorId);
        Assert.True(await MailServers.StopAsync("taken", TimeSpan.FromSeconds(1)));
        Assert.False(await MailServers.StopAsync("taken", TimeSpan.FromSeconds(1)));
        Assert.Equal(MailServerState.Stopped, host.State);
    }

    [Fact]
    public async Task After_a_restart_mail_certificate_and_mailboxes_are_still_there()
    {
        using var directory = new TempDirectory();
        var settings = new MailServerSettings
        {
            Name = "restart", HostName = "mail.test", StorePath = directory.Path,
            SmtpPort = 0, SubmissionPort = -1, SubmissionsPort = -1, ImapPort = 0, ImapsPort = 0, Pop3Port = -1, Pop3sPort = -1,
        };
        string? thumbprint;
        var first = new MailServerHost(settings, TimeProvider.System);
        await first.StartAsync(CancellationToken.None);
        Assert.Equal(["smtp", "imap", "imaps"], first.Endpoints.Select(e => e.Service));
        await using (var administration = first.OpenAdministration())
        {
            await administration.NewMailboxAsync(new NewMailboxRequest("alice@example.com", Security.ScramVerifier.Create("x", 4096)), CancellationToken.None);
            await administration.ImportMessageAsync("alice@example.com", "INBOX", ContentPieces.Of("Subject: kept\r\n\r\nbody\r\n"u8.ToArray()), ["Seen"], null, CancellationToken.None);
            thumbprint = (await administration.GetServerAsync(CancellationToken.None)).CertificateThumbprint;
        }

        await first.StopAsync(TimeSpan.FromSeconds(1));
        var second = new MailServerHost(settings, TimeProvider.System);
        await second.StartAsync(CancellationToken.None);
        await using (var administration = second.OpenAdministration())
        {
            var info = await administration.GetServerAsync(CancellationToken.None);
            Assert.Equal((thumbprint, 1L, 1L), (info.CertificateThumbprint, info.MailboxCount, info.MessageCount));
            var message = Assert.Single(await administration.GetMessagesAsync(new MessageQuery("alice@example.com", "inbox"), CancellationToken.None).ToListAsync());
            Assert.Equal(("kept", true), (message.Subject, message.IsRead));
        }

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(directory.File("tls/key.pem")));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(directory.File("tls")));
        }

        await second.StopAsync(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task At_the_stop_clients_hear_goodbye_and_the_state_goes_through_stopping()
    {
        var server = await TestServer.StartAsync();
        await using var imap = await server.ConnectAsync(MailProtocol.Imap);
        await imap.ExpectAsync("* OK");
        await using var smtp = await server.ConnectAsync(MailProtocol.Smtp);
        await smtp.ExpectAsync("220");
        var events = server.Administration.WatchEventsAsync(0, CancellationToken.None);
        await server.Host.StopAsync(TimeSpan.FromSeconds(5));
        Assert.StartsWith("* BYE", await imap.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.StartsWith("421 ", await smtp.ReadToEndAsync(), StringComparison.Ordinal);
        var states = (await events.ToListAsync()).Where(e => e.Kind == "ServerStateChanged").Select(e => e.Message.Split(' ')[^1]);
        Assert.Equal(["Stopping", "Stopped"], states);
        await Assert.ThrowsAsync<SocketException>(() => RawClient.ConnectAsync(server.EndPoint(MailProtocol.Imap)));
    }

    [Fact]
    public async Task Sessions_are_listed_stopped_and_leave_a_transcript()
    {
        await using var server = await TestServer.StartAsync(["alice@example.com"]);
        await using var client = await server.ConnectAsync(MailProtocol.Imap);
        await client.ExpectAsync("* OK");
        await client.SendLineAsync("a LOGIN alice@example.com \"correct horse\"");
        await client.ReadUntilAsync("a OK");
        var session = Assert.Single(await server.Administration.GetSessionsAsync(CancellationToken.None));
        Assert.Equal((MailProtocol.Imap, "alice@example.com"), (session.Protocol, session.Mailbox));
        Assert.Equal(client.Local.ToString(), session.RemoteEndPoint);
        Assert.True(session.BytesIn > 0 && session.BytesOut > 0);
        Assert.True(await server.Administration.StopSessionAsync(session.Id, CancellationToken.None));
        Assert.Contains("* BYE", await client.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.False(await server.Administration.StopSessionAsync("s999", CancellationToken.None));
        var transcript = string.Join('\n', (await server.Administration.GetTranscriptAsync(session.Id, false, CancellationToken.None).ToListAsync()).Select(l => l.Text));
        Assert.Contains("LOGIN", transcript, StringComparison.Ordinal);
        Assert.DoesNotContain("correct horse", transcript, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MailProtocol.Imap, "* OK", "a AUTHENTICATE PLAIN {0}", "a OK")]
    [InlineData(MailProtocol.Pop3, "+OK", "AUTH PLAIN {0}", "+OK")]
    [InlineData(MailProtocol.Submission, "220", "EHLO x|AUTH PLAIN {0}", "235")]
    public async Task No_secret_enters_a_transcript(MailProtocol protocol, string greeting, string said, string answer)
    {
        await using var server = await TestServer.StartAsync(["alice@example.com"]);
        await using var client = await server.ConnectAsync(protocol);
        await client.ExpectAsync(greeting);
        var secret = Convert.ToBase64String("\0alice@example.com\0correct horse"u8);
        foreach (var line in said.Split('|'))
        {
            await client.SendLineAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, line, secret));
            await client.ReadUntilAsync(line.StartsWith("EHLO", StringComparison.Ordinal) ? "250 " : answer);
        }

        var session = Assert.Single(await server.Administration.GetSessionsAsync(CancellationToken.None));
        Assert.Equal("alice@example.com", session.Mailbox);
        var transcript = string.Join('\n', (await server.Administration.GetTranscriptAsync(session.Id, false, CancellationToken.None).ToListAsync()).Select(l => l.Text));
        Assert.Contains("AUTH", transcript, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, transcript, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sessions_of_a_mailbox_that_is_removed_end()
    {
        await using var server = await TestServer.StartAsync(["alice@example.com", "bob@example.com"]);
        await using var alice = await server.ConnectAsync(MailProtocol.Imap);
        await using var bob = await server.ConnectAsync(MailProtocol.Imap);
        foreach (var (client, name) in new[] { (alice, "alice"), (bob, "bob") })
        {
            await client.SendLineAsync($"a LOGIN {name}@example.com \"correct horse\"");
            await client.ReadUntilAsync("a OK");
        }

        await server.Administration.RemoveMailboxAsync("alice@example.com", CancellationToken.None);
        Assert.Contains("* BYE", await alice.ReadToEndAsync(), StringComparison.Ordinal);
        await bob.SendLineAsync("b NOOP");
        await bob.ReadUntilAsync("b OK");
    }

    [Fact]
    public async Task Events_tell_of_mail_by_the_names_people_know()
    {
        await using var server = await TestServer.StartAsync(["alice@example.com"]);
        var events = server.Administration.WatchEventsAsync(0, CancellationToken.None);
        var uid = await server.AddMessageAsync("alice@example.com", "INBOX", "Subject: hello\n\nbody\n");
        var added = await Eventually.First(events, e => e.Kind == "MessageAdded", "the event");
        Assert.Equal(("alice@example.com", "INBOX", uid), (added.Mailbox, added.Folder, added.Uid));
        var after = server.Administration.WatchEventsAsync(added.Sequence, CancellationToken.None);
        await server.Administration.SetMessageFlagsAsync("alice@example.com", "INBOX", [uid], MessageFlagsMode.Add, ["Flagged"], CancellationToken.None);
        await server.Administration.RemoveMessagesAsync("alice@example.com", "INBOX", [uid], CancellationToken.None);
        var gone = await Eventually.First(after, e => e.Kind == "Expunged", "the event");
        Assert.Equal(uid, gone.Uid);
        var replay = server.Administration.WatchEventsAsync(added.Sequence - 1, CancellationToken.None);
        Assert.Equal(added.Sequence, (await Eventually.First(replay, _ => true, "the kept event")).Sequence);
    }

    [Fact]
    public async Task Settings_that_cannot_be_are_refused_with_what_to_do()
    {
        async Task<string> Refused(MailServerSettings settings)
        {
            var error = await Assert.ThrowsAsync<MailAdminException>(() => MailServers.StartAsync(settings));
            Assert.NotNull(error.RecommendedAction);
            return error.ErrorId;
        }

        var ephemeral = new MailServerSettings { Name = "bad", Ephemeral = true };
        Assert.Equal("InvalidSettings", await Refused(ephemeral with { SmtpPort = 70000 }));
        Assert.Equal("InvalidSettings", await Refused(ephemeral with { SmtpPort = 2500, ImapPort = 2500 }));
        Assert.Equal("InvalidSettings", await Refused(ephemeral with { StorePath = "/somewhere" }));
        Assert.Equal("InvalidSettings", await Refused(ephemeral with { Limits = new Dictionary<string, long> { ["NoSuchLimit"] = 1 } }));
        Assert.Equal("InvalidSettings", await Refused(ephemeral with { Limits = new Dictionary<string, long> { ["MessageSize"] = long.MaxValue } }));
        Assert.Equal("AddressNotAvailable", await Refused(ephemeral with { Address = "not an address" }));
        Assert.Equal("AddressNotAvailable", await Refused(ephemeral with { Address = "192.0.2.1" }));
        Assert.Equal("CertificateNotUsable", await Refused(ephemeral with { CertificatePath = "/no/such/file.pfx" }));
        Assert.DoesNotContain(MailServers.List(), h => h.Name == "bad");
    }

    [Fact]
    public async Task Settings_change_for_new_sessions_while_it_runs()
    {
        await using var server = await TestServer.StartAsync();
        using var directory = new TempDirectory();
        await File.WriteAllBytesAsync(directory.File("own.pfx"), ProtocolHost.Certificate.Export(System.Security.Cryptography.X509Certificates.X509ContentType.Pfx, "pw"));
        var info = await server.Administration.SetServerAsync(
            new MailServerChange
            {
                HostName = "new.test",
                CertificatePath = directory.File("own.pfx"),
                CertificatePassword = "pw",
                Limits = new Dictionary<string, long> { ["MaxConnections"] = 1 },
            },
            CancellationToken.None);
        Assert.Equal("new.test", info.HostName);
        await using var client = await server.ConnectAsync(MailProtocol.Imap, tls: true);
        await client.ExpectAsync("* OK");
        Assert.Equal(ProtocolHost.Certificate.Thumbprint, client.Certificate!.Thumbprint);
        await using var second = await server.ConnectAsync(MailProtocol.Smtp);
        await second.ExpectAsync("421 ");
        var error = await Assert.ThrowsAsync<MailAdminException>(
            () => server.Administration.SetServerAsync(new MailServerChange { HostName = "half.test", CertificatePath = directory.File("own.pfx"), CertificatePassword = "wrong" }, CancellationToken.None));
        Assert.Equal("CertificateNotUsable", error.ErrorId);
        Assert.Equal("new.test", (await server.Administration.GetServerAsync(CancellationToken.None)).HostName);
    }

    [Fact]
    public async Task A_changed_delay_of_failed_logins_counts_for_new_sessions()
    {
        // A length that nothing else waits.
        const int Delay = 60_007;
        var clock = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(["alice@example.com"], clock: clock);
        await server.Administration.SetServerAsync(new MailServerChange { Limits = new Dictionary<string, long> { ["LoginFailureDelay"] = Delay } }, CancellationToken.None);
        await using var client = await server.ConnectAsync(MailProtocol.Imap);
        await client.ExpectAsync("* OK");
        await client.SendLineAsync("a LOGIN alice@example.com wrong");
        var answer = client.ExpectAsync("a NO");
        await Eventually.Holds(() => clock.IsAwaitedIn(TimeSpan.FromMilliseconds(Delay)), "the failure");
        clock.Advance(TimeSpan.FromMilliseconds(Delay - 1));
        Assert.False(answer.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        await answer;
    }

    [Fact]
    public async Task An_endpoint_that_dies_is_a_visible_fault_and_the_rest_serves()
    {
        await using var server = await TestServer.StartAsync();
        var events = server.Administration.WatchEventsAsync(0, CancellationToken.None);
        server.Host.Listeners.Single(l => l.Endpoint.Service == "pop3").Dispose();
        var fault = await Eventually.First(events, e => e.Kind == "Error", "the event");
        Assert.Equal(MailEventSeverity.Error, fault.Severity);
        var info = await server.Administration.GetServerAsync(CancellationToken.None);
        Assert.Equal(MailServerState.Degraded, info.State);
        Assert.Contains("pop3 ", info.Fault, StringComparison.Ordinal);
        await using var imap = await server.ConnectAsync(MailProtocol.Imap);
        await imap.ExpectAsync("* OK");
    }

    [Theory]
    [InlineData("mail.test\r\n250 injected")]
    [InlineData("")]
    [InlineData("two words")]
    public async Task A_host_name_is_a_name_and_nothing_else(string name)
    {
        var error = await Assert.ThrowsAsync<MailAdminException>(() => MailServers.StartAsync(new MailServerSettings { Name = "badhost", Ephemeral = true, HostName = name }));
        Assert.Equal("InvalidSettings", error.ErrorId);
        await using var server = await TestServer.StartAsync();
        Assert.Equal("InvalidSettings", (await Assert.ThrowsAsync<MailAdminException>(
            () => server.Administration.SetServerAsync(new MailServerChange { HostName = name }, CancellationToken.None))).ErrorId);
    }

    [Fact]
    public async Task A_server_in_this_process_is_the_route_by_name_by_store_and_alone()
    {
        using var directory = new TempDirectory();
        var name = $"route-{Guid.NewGuid():N}";
        var settings = new MailServerSettings { Name = name, StorePath = directory.Path, SmtpPort = 0, SubmissionPort = -1, SubmissionsPort = -1, ImapPort = -1, ImapsPort = -1, Pop3Port = -1, Pop3sPort = -1 };
        var host = await MailServers.StartAsync(settings);
        foreach (var (server, store) in new[] { (name.ToUpperInvariant(), null), (null, directory.Path + "/"), ((string?)null, (string?)Path.Combine(directory.Path, "x", "..")) })
        {
            await using var administration = await MailAdministrationRoute.ResolveAsync(server, store);
            Assert.Equal(name, (await administration.GetServerAsync(CancellationToken.None)).Name);
        }

        Assert.Equal("ServerNotRunning", (await Assert.ThrowsAsync<MailAdminException>(() => MailAdministrationRoute.ResolveAsync("no such server", null))).ErrorId);
        await host.StopAsync(TimeSpan.FromSeconds(1));
        await using var direct = await MailAdministrationRoute.ResolveAsync(null, directory.Path);
        Assert.Equal(MailServerState.Stopped, (await direct.GetServerAsync(CancellationToken.None)).State);

        // The store is held by the call that opened it; a server that wants it hears so.
        Assert.Equal("StoreInUse", (await Assert.ThrowsAsync<MailAdminException>(() => MailServers.StartAsync(settings))).ErrorId);
        Assert.Null(MailServers.Find(name));
    }
}
