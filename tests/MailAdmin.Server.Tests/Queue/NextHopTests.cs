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
            var (hop, _) = await finder.FindAsync("d.test", CancellationToken.None);
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
}
