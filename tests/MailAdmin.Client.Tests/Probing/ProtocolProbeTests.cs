using System.Net;
using MailAdmin.Client.Probing;
using MailAdmin.Client.Tests.Scripted;
using MailAdmin.Clients;

namespace MailAdmin.Client.Tests.Probing;

public class ProtocolProbeTests
{
    private static readonly NetworkCredential Login = new("alice@example.com", "s3cret-Passw0rd");

    private sealed class Names : INameResolver
    {
        public Dictionary<string, string[]> MailHosts { get; } = [];

        public Task<IReadOnlyList<IPAddress>> GetAddressesAsync(string host, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<IPAddress>>(IPAddress.TryParse(host, out var address) ? [address] : host.Contains("local", StringComparison.Ordinal) ? [IPAddress.Loopback] : []);

        public Task<IReadOnlyList<string>> GetMailHostsAsync(string domain, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<string>>(MailHosts.GetValueOrDefault(domain) ?? []);
    }

    private static async Task<List<ProtocolTestResult>> ProbeAsync(ProtocolTestRequest request, INameResolver? names = null)
    {
        var results = new List<ProtocolTestResult>();
        await foreach (var result in new ProtocolProbe(names ?? new Names()).RunAsync(request, TestContext.Current.CancellationToken))
        {
            results.Add(result);
        }

        return results;
    }

    private static ProtocolTestRequest At(ScriptedServer server, MailProtocol protocol, MailTlsMode mode = MailTlsMode.StartTls) => new()
    {
        ComputerName = "localhost",
        Protocols = [protocol],
        Port = server.Port,
        TlsMode = mode,
        Credential = Login,
        Timeout = TimeSpan.FromSeconds(120),
    };

    private static ProtocolTestResult Get(List<ProtocolTestResult> results, ProtocolCheck check) => Assert.Single(results, r => r.Check == check);

    [Fact]
    public async Task A_closed_port_fails_at_connect_and_stops_there()
    {
        var results = await ProbeAsync(new ProtocolTestRequest { ComputerName = "localhost", Protocols = [MailProtocol.Imap], Port = ScriptedServer.ClosedPort(), Credential = Login });

        Assert.Equal([ProtocolCheck.Resolve, ProtocolCheck.Connect], results.Select(r => r.Check));
        Assert.Equal(ProtocolTestOutcome.Failure, results[1].Result);
        Assert.Contains("Nothing listens", results[1].Recommendation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_without_address_fails_at_resolve()
    {
        var result = Assert.Single(await ProbeAsync(new ProtocolTestRequest { ComputerName = "no.such.host", Protocols = [MailProtocol.Imap], Port = 143 }));
        Assert.Equal((ProtocolCheck.Resolve, ProtocolTestOutcome.Failure), (result.Check, result.Result));
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request")]
    [InlineData("554 5.7.1 not you")]
    [InlineData("+OK POP3 here")]
    public async Task A_wrong_greeting_is_shown(string greeting)
    {
        await using var server = new FakeSmtp { Greeting = greeting }.Start();

        var failed = Get(await ProbeAsync(At(server, MailProtocol.Smtp)), ProtocolCheck.Greeting);

        Assert.Equal(ProtocolTestOutcome.Failure, failed.Result);
        Assert.Contains(greeting, failed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silence_is_given_up_in_time()
    {
        await using var server = ScriptedServer.Start(c => c.SilenceAsync());

        var failed = Get(await ProbeAsync(At(server, MailProtocol.Pop3) with { Timeout = TimeSpan.FromMilliseconds(300) }), ProtocolCheck.Greeting);

        Assert.Equal(ProtocolTestOutcome.Failure, failed.Result);
        Assert.Contains("within 0.3 s", failed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silence_where_TLS_should_begin_fails_TLS()
    {
        await using var server = ScriptedServer.Start(async c => await c.SendAsync("220 plaintext here"));

        var failed = Get(await ProbeAsync(At(server, MailProtocol.Submission, MailTlsMode.Implicit)), ProtocolCheck.Tls);

        Assert.Equal(ProtocolTestOutcome.Failure, failed.Result);
        Assert.Contains("StartTls", failed.Recommendation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MailProtocol.Smtp, ProtocolTestOutcome.Warning)]
    [InlineData(MailProtocol.Submission, ProtocolTestOutcome.Failure)]
    public async Task Lacking_STARTTLS_weighs_by_protocol(MailProtocol protocol, ProtocolTestOutcome expected)
    {
        await using var server = new FakeSmtp { Mechanisms = "PLAIN" }.Start();

        var results = await ProbeAsync(At(server, protocol));

        Assert.Equal(expected, Get(results, ProtocolCheck.Tls).Result);
        // To this machine itself a login may go without TLS.
        Assert.Equal(ProtocolTestOutcome.Success, Get(results, ProtocolCheck.Login).Result);
    }

    [Theory]
    [InlineData("localhost", 90, "not trusted")]
    [InlineData("other.example", 90, "another name")]
    [InlineData("localhost", -1, "ended on")]
    public async Task A_bad_certificate_fails_and_no_password_is_sent(string name, int days, string error)
    {
        using var certificate = TestCertificate.Create(TimeSpan.FromDays(days), name);
        await using var server = new FakeSmtp { Certificate = certificate, Mechanisms = "PLAIN" }.Start();

        var results = await ProbeAsync(At(server, MailProtocol.Submission));

        var failed = Get(results, ProtocolCheck.Certificate);
        Assert.Equal(ProtocolTestOutcome.Failure, failed.Result);
        Assert.Contains(error, failed.Error, StringComparison.Ordinal);
        Assert.Equal(ProtocolTestOutcome.Skipped, Get(results, ProtocolCheck.Login).Result);
        Assert.Equal(ProtocolTestOutcome.Skipped, Get(results, ProtocolCheck.RoundTrip).Result);
        Assert.DoesNotContain(server.Received, l => l.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, ProtocolTestOutcome.Success)]
    [InlineData(false, ProtocolTestOutcome.Warning)]
    public async Task A_certificate_may_be_pinned_or_its_check_skipped(bool pinned, ProtocolTestOutcome expected)
    {
        using var certificate = TestCertificate.Create();
        await using var server = new FakeSmtp { Certificate = certificate, ImplicitTls = true, Mechanisms = "PLAIN" }.Start();

        var results = await ProbeAsync(At(server, MailProtocol.Submission, MailTlsMode.Implicit) with { CertificateThumbprint = pinned ? certificate.Thumbprint() : null, SkipCertificateCheck = !pinned });

        Assert.Equal(expected, Get(results, ProtocolCheck.Certificate).Result);
        Assert.Equal(ProtocolTestOutcome.Success, Get(results, ProtocolCheck.Tls).Result);
        Assert.Equal(ProtocolTestOutcome.Success, Get(results, ProtocolCheck.Login).Result);
    }

    [Fact]
    public async Task A_certificate_near_its_end_is_a_warning()
    {
        using var certificate = TestCertificate.Create(TimeSpan.FromDays(5));
        await using var server = new FakeSmtp { Certificate = certificate }.Start();

        var result = Get(await ProbeAsync(At(server, MailProtocol.Smtp) with { CertificateThumbprint = certificate.Thumbprint() }), ProtocolCheck.Certificate);

        Assert.Equal(ProtocolTestOutcome.Warning, result.Result);
        Assert.Contains("4 days", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_login_fails_and_the_round_trip_says_why_it_was_not_made()
    {
        await using var server = new FakeSmtp { Mechanisms = "PLAIN", LoginReply = "535 5.7.8 no" }.Start();

        var results = await ProbeAsync(At(server, MailProtocol.Submission));

        Assert.Equal(ProtocolTestOutcome.Failure, Get(results, ProtocolCheck.Login).Result);
        Assert.Equal(ProtocolTestOutcome.Skipped, Get(results, ProtocolCheck.RoundTrip).Result);
        Assert.DoesNotContain(results, r => $"{r.Detail} {r.Error} {r.Recommendation}".Contains(Login.Password, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_domain_that_takes_no_mail_says_so_by_its_MX()
    {
        var names = new Names { MailHosts = { ["nomail.example"] = [""] } };

        var result = Assert.Single(await ProbeAsync(new ProtocolTestRequest { ComputerName = "nomail.example", Protocols = [MailProtocol.Smtp] }, names));

        Assert.Contains("takes no mail", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Smtp_at_a_domain_means_its_mail_host()
    {
        var names = new Names { MailHosts = { ["local.example"] = ["mx.local.example"] } };

        var results = await ProbeAsync(new ProtocolTestRequest { ComputerName = "local.example", Protocols = [MailProtocol.Smtp], Timeout = TimeSpan.FromSeconds(2) }, names);

        Assert.Equal("mx.local.example: 127.0.0.1", Get(results, ProtocolCheck.Resolve).Detail);
    }

    [Fact]
    public void Without_a_port_the_standard_ports_are_tested()
    {
        var endpoints = ProtocolProbe.Endpoints(new ProtocolTestRequest { ComputerName = "mail.example" });

        Assert.Equal([25, 587, 465, 143, 993, 110, 995], endpoints.Select(e => e.Port));
        Assert.Equal([465, 993, 995], endpoints.Where(e => e.TlsMode == MailTlsMode.Implicit).Select(e => e.Port));
        Assert.Equal([993], ProtocolProbe.Endpoints(new ProtocolTestRequest { ComputerName = "m", Protocols = [MailProtocol.Imap], TlsMode = MailTlsMode.Implicit }).Select(e => e.Port));
        Assert.Equal(MailTlsMode.Implicit, Assert.Single(ProtocolProbe.Endpoints(new ProtocolTestRequest { ComputerName = "m", Protocols = [MailProtocol.Imap], Port = 993 })).TlsMode);
    }

    [Fact]
    public async Task Cancelling_ends_it()
    {
        await using var server = ScriptedServer.Start(c => c.SilenceAsync());
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in new ProtocolProbe(new Names()).RunAsync(At(server, MailProtocol.Imap), cancel.Token))
            {
            }
        });
    }
}
