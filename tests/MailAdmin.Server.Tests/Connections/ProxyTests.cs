using System.Net;
using System.Text;
using MailAdmin.Server.Connections;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Connections;

public sealed class ProxyTests
{
    private static readonly IPNetwork[] Loopback = [IPNetwork.Parse("127.0.0.0/8")];

    private static readonly byte[] Version2 =
    [
        .. "\r\n\r\n\0\r\nQUIT\n"u8, 0x21, 0x11, 0, 12, 192, 0, 2, 7, 10, 0, 0, 1, 0x12, 0x34, 0, 25,
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_session_behind_a_trusted_proxy_has_its_clients_address(bool byteByByte)
    {
        foreach (var header in new[] { "PROXY TCP4 192.0.2.7 10.0.0.1 4660 25\r\n"u8.ToArray(), Version2 })
        {
            await using var host = await ProtocolHost.StartAsync(new LineHandler(), MailProtocol.Smtp, trustedProxies: Loopback);
            await using var client = await host.ConnectAsync();
            client.ByteByByte = byteByByte;
            await client.SendAsync((byte[])[.. header, .. "first\r\n"u8]);
            await client.ExpectAsync("hello");
            await client.ExpectAsync("echo first");
            Assert.Equal("192.0.2.7:4660", Assert.Single(host.Sessions).RemoteEndPoint);
        }
    }

    [Fact]
    public async Task Tls_from_the_first_octet_begins_behind_the_header()
    {
        await using var host = await ProtocolHost.StartAsync(new LineHandler(), MailProtocol.Imap, MailTlsMode.Implicit, trustedProxies: Loopback);
        await using var client = await RawClient.ConnectAsync(host.EndPoint);
        await client.SendAsync("PROXY TCP6 2001:db8::7 2001:db8::1 4660 993\r\n");
        await client.StartTlsAsync();
        await client.ExpectAsync("hello");
        Assert.Equal("[2001:db8::7]:4660", Assert.Single(host.Sessions).RemoteEndPoint);
    }

    [Fact]
    public async Task Who_comes_past_the_proxy_is_let_go_without_a_word()
    {
        await using var host = await ProtocolHost.StartAsync(new LineHandler(), MailProtocol.Smtp, trustedProxies: Loopback);
        await using var client = await host.ConnectAsync();
        await client.SendLineAsync("EHLO client");
        Assert.Equal("", await client.ReadToEndAsync());
        Assert.Empty(host.Events.Faults);
    }

    [Fact]
    public async Task A_header_from_anybody_else_is_not_believed()
    {
        await using var host = await ProtocolHost.StartAsync(new LineHandler(), MailProtocol.Smtp, trustedProxies: [IPNetwork.Parse("192.0.2.0/24")]);
        await using var client = await host.ConnectAsync();
        await client.ExpectAsync("hello");
        await client.SendLineAsync("PROXY TCP4 192.0.2.7 10.0.0.1 4660 25");
        await client.ExpectAsync("echo PROXY");
        Assert.StartsWith("127.0.0.1:", Assert.Single(host.Sessions).RemoteEndPoint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_limit_per_address_counts_clients_and_not_the_proxy()
    {
        await using var host = await ProtocolHost.StartAsync(
            new LineHandler(), MailProtocol.Smtp, limits: new ServerLimits { MaxConnectionsPerAddress = 1 }, trustedProxies: Loopback);
        async Task<RawClient> From(string address)
        {
            var client = await host.ConnectAsync();
            await client.SendLineAsync($"PROXY TCP4 {address} 10.0.0.1 4660 25");
            return client;
        }

        await using (var first = await From("192.0.2.7"))
        {
            await first.ExpectAsync("hello");
            await using var other = await From("192.0.2.8");
            await other.ExpectAsync("hello");
            await using var second = await From("192.0.2.7");
            Assert.Equal("421 Too many connections from your address\r\n", await second.ReadToEndAsync());
        }

        await Eventually.Holds(() => host.Sessions.All(s => !s.RemoteEndPoint.StartsWith("192.0.2.7:", StringComparison.Ordinal)), "room");
        await using var again = await From("192.0.2.7");
        await again.ExpectAsync("hello");
    }

    [Fact]
    public async Task A_host_that_takes_other_addresses_of_its_network_of_64_bits_meets_that_limit()
    {
        await using var host = await ProtocolHost.StartAsync(
            new LineHandler(), MailProtocol.Smtp, limits: new ServerLimits { MaxConnectionsPerAddress = 1, MaxConnectionsPerNetwork = 2 }, trustedProxies: Loopback);
        async Task<RawClient> From(string address)
        {
            var client = await host.ConnectAsync();
            await client.SendLineAsync($"PROXY TCP6 {address} 2001:db8:ffff::1 4660 25");
            return client;
        }

        await using (var first = await From("2001:db8:1:2:3::4"))
        {
            await first.ExpectAsync("hello");
            await using var neighbour = await From("2001:db8:1:3::4");
            await neighbour.ExpectAsync("hello");
            await using var same = await From("2001:db8:1:2:3::4");
            Assert.Equal("421 Too many connections from your address\r\n", await same.ReadToEndAsync());
            await using var colleague = await From("2001:db8:1:2:ffff:ffff:ffff:ffff");
            await colleague.ExpectAsync("hello");
            await using var third = await From("2001:db8:1:2:ffff:ffff:ffff:fffe");
            Assert.Equal("421 Too many connections from your address\r\n", await third.ReadToEndAsync());
        }

        await Eventually.Holds(() => host.Sessions.Count == 0, "room");
        await using var again = await From("2001:db8:1:2::5");
        await again.ExpectAsync("hello");
    }

    [Fact]
    public async Task Events_name_the_client_and_not_the_proxy()
    {
        await using var host = await ProtocolHost.StartAsync(new LineHandler(), MailProtocol.Smtp, trustedProxies: Loopback);
        await using (var client = await host.ConnectAsync())
        {
            await client.SendLineAsync("PROXY TCP4 192.0.2.7 10.0.0.1 4660 25");
            await client.ExpectAsync("hello");
            await client.SendLineAsync("QUIT");
            await client.ReadToEndAsync();
        }

        await Eventually.Holds(() => host.Events.All.Any(e => e.Kind == "SessionClosed"), "the end");
        Assert.Equal(
            [("SessionOpened", "192.0.2.7"), ("SessionClosed", "192.0.2.7")],
            host.Events.All.Where(e => e.Kind.StartsWith("Session", StringComparison.Ordinal)).Select(e => (e.Kind, e.Details.RemoteAddress)));
    }

    [Theory]
    [InlineData("PROXY TCP4 192.0.2.7 10.0.0.1 99999 25\r\n")]
    [InlineData("PROXY TCP4 2001:db8::7 10.0.0.1 1 25\r\n")]
    [InlineData("PROXY TCP4 192.0.2.7\r\n")]
    [InlineData("PROXY SCTP 192.0.2.7 10.0.0.1 1 25\r\n")]
    [InlineData("PROXI")]
    [InlineData("\r\n\r\nQUIT")]
    public void What_is_not_a_header_is_invalid(string text) =>
        Assert.Equal(ProxyHeaderStatus.Invalid, ProxyHeader.Read(Encoding.Latin1.GetBytes(text), out _, out _));

    [Fact]
    public void An_endless_line_is_invalid_and_every_prefix_of_a_header_is_incomplete()
    {
        Assert.Equal(ProxyHeaderStatus.Invalid, ProxyHeader.Read(Encoding.ASCII.GetBytes("PROXY TCP4 " + new string('1', 200)), out _, out _));
        foreach (var header in new[] { Encoding.ASCII.GetBytes("PROXY UNKNOWN\r\n"), Version2 })
        {
            for (var i = 0; i < header.Length; i++)
            {
                Assert.Equal(ProxyHeaderStatus.Incomplete, ProxyHeader.Read(header.AsSpan(0, i), out _, out _));
            }

            Assert.Equal(ProxyHeaderStatus.Complete, ProxyHeader.Read(header, out var length, out _));
            Assert.Equal(header.Length, length);
        }
    }
}
