using System.Net;
using MailAdmin.Administration;
using MailAdmin.Server.Queue;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Queue;

/// <summary>Where mail goes next: MX in their order, routes before them, TLS and logins as they say.</summary>
public sealed class NextHopTests
{
    [Fact]
    public async Task A_host_without_an_address_or_an_answer_is_passed_over_for_the_next()
    {
        await using var bench = await RelayBench.StartAsync();
        bench.Resolver.Exchangers["elsewhere.test"] = FakeResolver.Found(("mx3.test", 30), ("mx1.test", 10), ("mx2.test", 20));
        bench.Resolver.Addresses["mx1.test"] = [];
        // Nobody listens there.
        bench.Resolver.Addresses["mx2.test"] = [IPAddress.IPv6Loopback];
        await bench.SendAsync("carol@elsewhere.test");
        await bench.Remote.NextAsync();
        Assert.Contains("taken by mx3.test", (await bench.EventAsync("Relayed")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ExchangerStatus.NoDomain, "5.1.2")]
    [InlineData(ExchangerStatus.Found, "5.1.10")]
    public async Task A_domain_that_takes_no_mail_comes_back_at_once(ExchangerStatus status, string code)
    {
        await using var bench = await RelayBench.StartAsync();
        // RFC 7505: one record with an empty name.
        bench.Resolver.Exchangers["elsewhere.test"] = new MailExchangers(status, status == ExchangerStatus.Found ? [new MailExchanger("", 0)] : []);
        await bench.SendAsync("carol@elsewhere.test");
        await bench.EventAsync("Bounced");
        Assert.Contains("Status: " + code, Assert.Single(await bench.MailAsync("alice@example.com")), StringComparison.Ordinal);
        Assert.Equal(0, bench.Remote.Connections);
    }

    [Fact]
    public async Task A_domain_without_MX_is_its_own_host_and_one_without_address_none()
    {
        await using var bench = await RelayBench.StartAsync();
        bench.Resolver.Exchangers["host.test"] = bench.Resolver.Exchangers["nothing.test"] = new MailExchangers(ExchangerStatus.NoRecords, []);
        bench.Resolver.Addresses["nothing.test"] = [];
        await bench.SendAsync("carol@host.test");
        await bench.Remote.NextAsync();
        Assert.Contains("taken by host.test", (await bench.EventAsync("Relayed")).Message, StringComparison.Ordinal);
        await bench.SendAsync("carol@nothing.test");
        await bench.EventAsync("Bounced");
        Assert.Contains("Status: 5.4.4", Assert.Single(await bench.MailAsync("alice@example.com")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_DNS_is_silent_mail_waits()
    {
        await using var bench = await RelayBench.StartAsync();
        bench.Resolver.Exchangers["elsewhere.test"] = new MailExchangers(ExchangerStatus.Unknown, []);
        await bench.SendAsync("carol@elsewhere.test");
        Assert.Contains("DNS does not answer", (await bench.EventAsync("Deferred")).Message, StringComparison.Ordinal);
        bench.Resolver.Exchangers.Remove("elsewhere.test");
        bench.ToNextAttempt();
        await bench.Remote.NextAsync();
    }

    [Theory]
    [InlineData(10, false)]
    [InlineData(5, true)]
    public async Task Mail_does_not_go_round_where_we_are_an_exchanger_ourselves(int preferenceOfOther, bool arrives)
    {
        await using var bench = await RelayBench.StartAsync();
        // RFC 5321 §5.1: only hosts preferred to us are left.
        bench.Resolver.Exchangers["elsewhere.test"] = FakeResolver.Found(("MAIL.test", 10), ("other.test", preferenceOfOther), ("backup.test", 20));
        await bench.SendAsync("carol@elsewhere.test");
        if (arrives)
        {
            await bench.Remote.NextAsync();
            Assert.Contains("taken by other.test", (await bench.EventAsync("Relayed")).Message, StringComparison.Ordinal);
        }
        else
        {
            await bench.EventAsync("Bounced");
            Assert.Contains("Status: 5.4.6", Assert.Single(await bench.MailAsync("alice@example.com")), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Equals_share_the_load()
    {
        var resolver = new FakeResolver();
        resolver.Exchangers["d.test"] = FakeResolver.Found(("a.test", 10), ("b.test", 10), ("c.test", 20));
        await using var server = await TestServer.StartAsync();
        var finder = new NextHopFinder(resolver, await RelayRoutes.OpenAsync(server.Store, CancellationToken.None), new QueueOptions(), () => "mail.test", new Random(1));
        var firsts = new HashSet<string>();
        for (var i = 0; i < 50; i++)
        {
            var (hop, _) = await finder.FindAsync(new LaneKey("d.test", null), CancellationToken.None);
            Assert.Equal("c.test", hop!.Hosts[2].Name);
            firsts.Add(hop.Hosts[0].Name);
        }

        Assert.Equal(2, firsts.Count);
    }

    [Fact]
    public async Task A_route_takes_the_place_of_MX_and_its_mail_goes_together()
    {
        await using var bench = await RelayBench.StartAsync();
        bench.Resolver.Exchangers["one.test"] = bench.Resolver.Exchangers["two.test"] = new MailExchangers(ExchangerStatus.NoDomain, []);
        await bench.Administration.NewRouteAsync("smarthost", new MailRouteChange { Host = "127.0.0.1", Port = bench.Remote.Port }, CancellationToken.None);
        await bench.SendAsync("a@one.test", "b@two.test");
        Assert.Equal(["RCPT TO:<a@one.test>", "RCPT TO:<b@two.test>"], (await bench.Remote.NextAsync()).Recipients.Order());
        await bench.EmptyAsync();
    }

    [Fact]
    public async Task A_new_route_sets_free_what_waits()
    {
        await using var bench = await RelayBench.StartAsync();
        bench.Resolver.Addresses["mx.test"] = [];
        await bench.SendAsync("carol@elsewhere.test");
        await bench.EventAsync("Deferred");
        await bench.Administration.NewRouteAsync("other", new MailRouteChange { Domain = "elsewhere.test", Host = "127.0.0.1", Port = bench.Remote.Port }, CancellationToken.None);
        bench.ToNextAttempt();
        await bench.Remote.NextAsync();
    }

    [Fact]
    public async Task The_most_exact_route_wins()
    {
        await using var server = await TestServer.StartAsync();
        foreach (var (name, domain) in new[] { ("all", "*"), ("below", "*.example.net"), ("deep", "*.lab.example.net"), ("exact", "mx.lab.example.net") })
        {
            await server.Administration.NewRouteAsync(name, new MailRouteChange { Domain = domain, Host = "192.0.2.1" }, CancellationToken.None);
        }

        var routes = await RelayRoutes.OpenAsync(server.Store, CancellationToken.None);
        Assert.Equal(["all", "below", "deep", "exact", "all"], new[] { "example.org", "a.example.net", "a.lab.example.net", "mx.lab.example.net", "example.net" }.Select(d => routes.Find(d)!.Name));
    }

    [Fact]
    public async Task A_password_lies_in_a_file_of_its_own_and_goes_with_its_route()
    {
        await using var server = await TestServer.StartAsync();
        await server.Administration.NewRouteAsync("smarthost", new MailRouteChange { Host = "relay.test", UserName = "u", Password = "p4ssw0rd-of-the-route" }, CancellationToken.None);
        var file = Assert.Single(Directory.GetFiles(Path.Combine(server.Host.StorePath, "secrets")));
        Assert.Equal("p4ssw0rd-of-the-route", await File.ReadAllTextAsync(file));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        Assert.DoesNotContain("p4ssw0rd", await server.Store.Accounts.GetSettingAsync("queue.routes"), StringComparison.Ordinal);
        await server.Administration.SetRouteAsync("smarthost", new MailRouteChange { Password = "another" }, CancellationToken.None);
        Assert.Equal("another", await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(Path.Combine(server.Host.StorePath, "secrets")))));
        await server.Administration.RemoveRouteAsync("SmartHost", CancellationToken.None);
        Assert.Empty(Directory.GetFiles(Path.Combine(server.Host.StorePath, "secrets")));
    }

    [Fact]
    public async Task TLS_is_used_where_it_is_offered_and_a_login_only_inside_it()
    {
        await using var bench = await RelayBench.StartAsync(new RemoteServer("PIPELINING", "AUTH PLAIN LOGIN") { Certificate = RemoteServer.MakeCertificate("remote.test") });
        await bench.SendAsync("carol@elsewhere.test");
        Assert.True((await bench.Remote.NextAsync()).WasSecure);
        await bench.Administration.NewRouteAsync("smarthost", new MailRouteChange { Host = "127.0.0.1", Port = bench.Remote.Port, UserName = "user", Password = "secret" }, CancellationToken.None);
        await bench.SendAsync("dave@elsewhere.test");
        Assert.True((await bench.Remote.NextAsync()).WasSecure);
        Assert.Contains("AUTH PLAIN " + Convert.ToBase64String("\0user\0secret"u8), bench.Remote.Commands);
    }

    [Fact]
    public async Task Where_TLS_is_broken_mail_goes_without_it_unless_its_route_requires_it()
    {
        await using var bench = await RelayBench.StartAsync();
        bench.Remote.Extensions = ["PIPELINING", "STARTTLS"];
        // It says yes and then speaks no TLS: it has no certificate.
        await bench.SendAsync("carol@elsewhere.test");
        Assert.False((await bench.Remote.NextAsync()).WasSecure);
        await bench.Administration.NewRouteAsync("strict", new MailRouteChange { Domain = "strict.test", Host = "127.0.0.1", Port = bench.Remote.Port, TlsMode = MailRouteTlsMode.Required }, CancellationToken.None);
        await bench.SendAsync("dave@strict.test");
        Assert.Contains("TLS failed", (await bench.EventAsync("Deferred")).Message, StringComparison.Ordinal);
        bench.Remote.Extensions = ["PIPELINING"];
        bench.ToNextAttempt();
        Assert.Contains("offers no TLS", (await bench.EventAsync("Deferred")).Message, StringComparison.Ordinal);
        Assert.False(bench.Remote.HasMore);
    }

    [Fact]
    public async Task A_route_that_requires_TLS_wants_a_certificate_that_holds()
    {
        await using var bench = await RelayBench.StartAsync(new RemoteServer("PIPELINING") { Certificate = RemoteServer.MakeCertificate("somebody.else") }, trustAll: false);
        await bench.Administration.NewRouteAsync("strict", new MailRouteChange { Host = "127.0.0.1", Port = bench.Remote.Port, TlsMode = MailRouteTlsMode.Required }, CancellationToken.None);
        await bench.SendAsync("carol@elsewhere.test");
        Assert.Contains("TLS failed", (await bench.EventAsync("Deferred")).Message, StringComparison.Ordinal);
        Assert.False(bench.Remote.HasMore);
    }

    [Theory]
    [InlineData("535 5.7.8 bad credentials")]
    [InlineData("454 4.7.0 later")]
    public async Task A_login_that_is_refused_puts_mail_off_and_loses_none(string reply)
    {
        await using var bench = await RelayBench.StartAsync(new RemoteServer("PIPELINING", "AUTH PLAIN") { Certificate = RemoteServer.MakeCertificate("remote.test") });
        await bench.Administration.NewRouteAsync("smarthost", new MailRouteChange { Host = "127.0.0.1", Port = bench.Remote.Port, UserName = "user", Password = "wrong" }, CancellationToken.None);
        bench.Remote.Answer = step => step.StartsWith("AUTH", StringComparison.Ordinal) ? reply : null;
        await bench.SendAsync("carol@elsewhere.test");
        var told = (await bench.EventAsync("Deferred")).Message;
        Assert.Contains(reply, told, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_that_comes_later_makes_TLS_that_must_hold()
    {
        await using var bench = await RelayBench.StartAsync(new RemoteServer("PIPELINING", "AUTH PLAIN") { Certificate = RemoteServer.MakeCertificate("somebody.else") }, trustAll: false);
        await bench.Administration.NewRouteAsync("smarthost", new MailRouteChange { Host = "smarthost.test", Port = bench.Remote.Port }, CancellationToken.None);
        var route = await bench.Administration.SetRouteAsync("smarthost", new MailRouteChange { UserName = "user", Password = "secret" }, CancellationToken.None);
        Assert.Equal(MailRouteTlsMode.Required, route.TlsMode);
        await bench.SendAsync("carol@elsewhere.test");
        Assert.Contains("TLS failed", (await bench.EventAsync("Relayed", "Deferred")).Message, StringComparison.Ordinal);
        Assert.DoesNotContain(bench.Remote.Commands, c => c.StartsWith("AUTH", StringComparison.Ordinal));
        foreach (var mode in (MailRouteTlsMode[])[MailRouteTlsMode.Opportunistic, MailRouteTlsMode.None])
        {
            Assert.Equal("InvalidRoute", (await Assert.ThrowsAsync<Errors.MailAdminException>(
                () => bench.Administration.SetRouteAsync("smarthost", new MailRouteChange { TlsMode = mode }, CancellationToken.None))).ErrorId);
        }

        // To this machine itself nobody stands between.
        var local = await bench.Administration.NewRouteAsync(
            "local", new MailRouteChange { Domain = "local.test", Host = "127.0.0.1", Port = bench.Remote.Port, UserName = "u", Password = "p", TlsMode = MailRouteTlsMode.Opportunistic }, CancellationToken.None);
        Assert.Equal(MailRouteTlsMode.Opportunistic, local.TlsMode);
        Assert.Equal(MailRouteTlsMode.Required, (await bench.Administration.SetRouteAsync("local", new MailRouteChange { Host = "elsewhere.test" }, CancellationToken.None)).TlsMode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_route_of_an_older_store_gives_its_password_to_nobody_without_a_certificate(bool offersTls)
    {
        await using var remote = new RemoteServer("PIPELINING", "AUTH PLAIN") { Certificate = offersTls ? RemoteServer.MakeCertificate("somebody.else") : null };
        var settings = new RelaySettings("mail.test", MailRouteTlsMode.Opportunistic, new NetworkCredential("user", "secret"), null, TimeProvider.System, new QueueOptions());
        await Assert.ThrowsAsync<RelayException>(() => RelayConnection.OpenAsync(new RelayHost("smarthost.test", remote.Port), IPAddress.Loopback, settings, CancellationToken.None));
        Assert.DoesNotContain(remote.Commands, c => c.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_smarthost_may_be_an_IPv6_address_with_a_login()
    {
        await using var bench = await RelayBench.StartAsync(new RemoteServer("PIPELINING", "AUTH PLAIN") { Certificate = RemoteServer.MakeCertificate("remote.test") });
        // The address is this test's; that it is reached by another family matters to nobody.
        bench.Resolver.Addresses["2001:db8::25"] = [IPAddress.Loopback];
        await bench.Administration.NewRouteAsync("smarthost", new MailRouteChange { Host = "2001:db8::25", Port = bench.Remote.Port, UserName = "user", Password = "secret" }, CancellationToken.None);
        await bench.SendAsync("carol@elsewhere.test");
        Assert.Equal("Relayed", (await bench.EventAsync("Relayed", "Deferred", "Error")).Kind);
        Assert.True((await bench.Remote.NextAsync()).WasSecure);
    }

    [Fact]
    public async Task A_route_that_is_mended_is_tried_at_once()
    {
        await using var bench = await RelayBench.StartAsync();
        await bench.Administration.NewRouteAsync("smarthost", new MailRouteChange { Host = "wrong.test", Port = bench.Remote.Port }, CancellationToken.None);
        bench.Resolver.Addresses["wrong.test"] = [];
        await bench.SendAsync("carol@elsewhere.test");
        Assert.Contains("wrong.test has no address", (await bench.EventAsync("Deferred")).Message, StringComparison.Ordinal);
        await Eventually.Holds(() => bench.Server.Host.Queue.Active().Count == 0, "nothing being sent");
        await bench.Administration.SetRouteAsync("smarthost", new MailRouteChange { Host = "right.test" }, CancellationToken.None);
        await bench.Remote.NextAsync();
        await bench.EmptyAsync();

        // What was kept open to the old host is not the new one's.
        await bench.Administration.SetRouteAsync("smarthost", new MailRouteChange { Host = "other.test" }, CancellationToken.None);
        await bench.SendAsync("dave@elsewhere.test");
        Assert.Equal(2, (await bench.Remote.NextAsync()).Connection);

        // Nor what waited for an MX the new route's.
        await bench.Administration.RemoveRouteAsync("smarthost", CancellationToken.None);
        bench.Resolver.Exchangers["elsewhere.test"] = new MailExchangers(ExchangerStatus.Unknown, []);
        await bench.SendAsync("erin@elsewhere.test");
        await bench.EventAsync("Deferred");
        await Eventually.Holds(() => bench.Server.Host.Queue.Active().Count == 0, "nothing being sent");
        await bench.Administration.NewRouteAsync("smarthost", new MailRouteChange { Host = "right.test", Port = bench.Remote.Port }, CancellationToken.None);
        Assert.Equal(["RCPT TO:<erin@elsewhere.test>"], (await bench.Remote.NextAsync()).Recipients);
    }

    [Fact]
    public async Task A_route_that_goes_while_its_mail_is_under_way_sends_no_domains_mail_to_anothers_host()
    {
        await using var bench = await RelayBench.StartAsync(options: o => o with { FirstConnections = 1, ConnectionsPerDestination = 1 });
        await bench.Administration.NewRouteAsync("smarthost", new MailRouteChange { Host = "127.0.0.1", Port = bench.Remote.Port }, CancellationToken.None);
        await bench.SendAsync("first@one.test");
        await bench.Remote.NextAsync();
        await bench.EmptyAsync();
        var removed = false;
        bench.Remote.Answer = step => step.StartsWith("MAIL", StringComparison.Ordinal) && !removed && (removed = true) ? RemoveRoute(bench) : null;
        await bench.SendAsync("a@one.test", "b@two.test");
        var messages = new[] { await bench.Remote.NextAsync(), await bench.Remote.NextAsync() };
        Assert.Equal(["RCPT TO:<a@one.test>", "RCPT TO:<b@two.test>"], messages.Select(m => Assert.Single(m.Recipients)).Order());
        await bench.EmptyAsync();
        Assert.Equal(0, (await bench.Administration.GetStatisticsAsync(CancellationToken.None)).MessagesDeferred);
    }

    private static string RemoveRoute(RelayBench bench)
    {
        bench.Administration.RemoveRouteAsync("smarthost", CancellationToken.None).GetAwaiter().GetResult();
        return RemoteServer.Drop;
    }

    [Fact]
    public async Task Names_that_are_none_are_answered_and_not_thrown()
    {
        var resolver = new DnsMailResolver();
        // An exchanger whose octets DNS escapes as \ddd may be longer than a name is.
        Assert.Empty((await resolver.GetAddressesAsync(string.Concat(Enumerable.Repeat(@"\001", 100)), CancellationToken.None))!);
        Assert.Equal(ExchangerStatus.Unknown, (await resolver.GetExchangersAsync(new string('a', 300), CancellationToken.None)).Status);
    }

    [Fact]
    public async Task An_answer_of_DNS_that_cannot_be_read_is_none()
    {
        using var server = new System.Net.Sockets.UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var answering = Task.Run(async () =>
        {
            while (true)
            {
                var question = await server.ReceiveAsync();
                // The question's number, an answer announced, and none that is whole: its name leads beyond the end.
                byte[] answer = [question.Buffer[0], question.Buffer[1], 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, 0xFF, 0xFF];
                await server.SendAsync(answer, question.RemoteEndPoint);
            }
        });
        var resolver = new DnsMailResolver((IPEndPoint)server.Client.LocalEndPoint!);
        var found = await Eventually.Within(resolver.GetExchangersAsync("elsewhere.test", CancellationToken.None), "DNS");
        Assert.Equal(ExchangerStatus.Unknown, found.Status);
        server.Close();
        await answering.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task What_fails_inside_is_put_off_and_comes_to_its_end()
    {
        await using var bench = await RelayBench.StartAsync();
        bench.Resolver.Failure = new NotSupportedException("not foreseen");
        await bench.SendAsync("carol@elsewhere.test");
        Assert.Contains("failed inside", (await bench.EventAsync("Deferred")).Message, StringComparison.Ordinal);
        Assert.Equal(1, Assert.Single(await bench.QueueAsync()).Attempts);
        while (bench.Server.Store.Queue.Count > 0)
        {
            bench.ToNextAttempt();
            await bench.EventAsync("Deferred", "Bounced");
        }

        Assert.Contains("Status: 5.4.7", (await bench.MailAsync("alice@example.com"))[^1], StringComparison.Ordinal);

        // Nor does the next message wait for it.
        bench.Resolver.Failure = null;
        await bench.SendAsync("dave@elsewhere.test");
        await bench.Remote.NextAsync();
    }
}
