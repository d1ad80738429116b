using System.Net;
using MailAdmin.Errors;
using MailAdmin.Server.Connections;
using MailAdmin.Server.Tests.Hosting;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Connections;

/// <summary>Addresses that are not let in.</summary>
public sealed class BlockTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public void A_block_lasts_as_long_as_it_was_given()
    {
        var time = new ManualTimeProvider();
        var blocks = new BlockList(time);
        var address = IPAddress.Parse("192.0.2.17");
        Assert.False(blocks.Contains(address));
        blocks.Add(address, TimeSpan.FromHours(1), "noise");
        Assert.True(blocks.Contains(IPAddress.Parse("::ffff:192.0.2.17")));
        Assert.False(blocks.Contains(IPAddress.Parse("192.0.2.18")));
        time.Advance(TimeSpan.FromMinutes(59));
        Assert.True(blocks.Contains(address));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(blocks.Contains(address));
        Assert.Empty(blocks.All());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_blocked_address_loses_its_sessions_and_gets_no_new_ones(bool overTheChannel)
    {
        await using var server = await TestServer.StartAsync();
        await using var admin = overTheChannel ? (await Server.Control.ControlClient.ConnectAsync(server.Host.StorePath, None))! : server.Host.OpenAdministration();
        var smtp = (await admin.GetServerAsync(None)).Find(MailProtocol.Smtp, MailTlsMode.StartTls);
        var endPoint = new IPEndPoint(IPAddress.Loopback, smtp!.Port);

        await using var inside = await RawClient.ConnectAsync(endPoint);
        Assert.StartsWith("220 ", await inside.ReadLineAsync(), StringComparison.Ordinal);
        var block = await admin.AddBlockAsync("127.0.0.1", null, "test", None);
        Assert.Equal(("127.0.0.1", null, "test"), (block.Address, block.ExpiresAt, block.Reason));
        Assert.StartsWith("421 ", await inside.ReadLineAsync(), StringComparison.Ordinal);

        await using (var outside = await RawClient.ConnectAsync(endPoint))
        {
            Assert.Contains("refused", await outside.ReadLineAsync(), StringComparison.Ordinal);
        }

        Assert.Equal("127.0.0.1", Assert.Single(await admin.GetBlocksAsync(None)).Address);
        Assert.True(await admin.RemoveBlockAsync("127.0.0.1", None));
        Assert.False(await admin.RemoveBlockAsync("127.0.0.1", None));
        await using var again = await RawClient.ConnectAsync(endPoint);
        Assert.StartsWith("220 ", await again.ReadLineAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_address_is_an_error_a_person_can_act_on()
    {
        await using var server = await TestServer.StartAsync();
        var error = await Assert.ThrowsAsync<MailAdminException>(() => server.Administration.AddBlockAsync("example.com", null, null, None));
        Assert.Equal("InvalidIpAddress", error.ErrorId);
        error = await Assert.ThrowsAsync<MailAdminException>(() => server.Administration.AddBlockAsync("192.0.2.1", TimeSpan.FromSeconds(-1), null, None));
        Assert.Equal("InvalidDuration", error.ErrorId);
    }
}
