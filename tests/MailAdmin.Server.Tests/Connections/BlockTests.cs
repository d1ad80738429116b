using System.Net;
using MailAdmin.Addresses;
using MailAdmin.Errors;
using MailAdmin.Server.Administration;
using MailAdmin.Server.Connections;
using MailAdmin.Server.Hosting;
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
        Assert.Null(blocks.Find(address));
        Put(blocks, "192.0.2.17", time.GetUtcNow().AddHours(1));
        Assert.NotNull(blocks.Find(IPAddress.Parse("::ffff:192.0.2.17")));
        Assert.Null(blocks.Find(IPAddress.Parse("192.0.2.18")));
        time.Advance(TimeSpan.FromMinutes(59));
        Assert.NotNull(blocks.Find(address));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(blocks.Find(address));
        Assert.Empty(blocks.All());
        Assert.Equal("192.0.2.17", Assert.Single(blocks.Expired()).ToString());
    }

    [Fact]
    public void The_narrowest_block_answers_and_one_behind_it_when_it_is_over()
    {
        var time = new ManualTimeProvider();
        var blocks = new BlockList(time);
        Put(blocks, "192.0.2.0/24", null);
        Put(blocks, "192.0.2.17", time.GetUtcNow().AddHours(1));
        Put(blocks, "2001:db8::/32", null);
        Assert.Equal("192.0.2.17", blocks.Find(IPAddress.Parse("192.0.2.17"))?.Address);
        Assert.Equal("192.0.2.0/24", blocks.Find(IPAddress.Parse("192.0.2.18"))?.Address);
        Assert.Equal("2001:db8::/32", blocks.Find(IPAddress.Parse("2001:db8:1::5"))?.Address);
        Assert.Null(blocks.Find(IPAddress.Parse("2001:db9::")));
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal("192.0.2.0/24", blocks.Find(IPAddress.Parse("192.0.2.17"))?.Address);
        Assert.True(blocks.Remove(IpRange.Of(IPAddress.Parse("192.0.2.0")).Widen(24)));
        Assert.Null(blocks.Find(IPAddress.Parse("192.0.2.18")));
        Assert.Equal(["2001:db8::/32"], blocks.All().Select(b => b.Address));
    }

    [Fact]
    public async Task Blocks_outlast_the_server_and_those_that_are_over_leave_the_store()
    {
        var path = Directory.CreateTempSubdirectory("mailadmin-blocks-").FullName;
        try
        {
            await using (var store = await MailAdministration.OpenStoreAsync(path, None))
            {
                await store.AddBlockAsync("192.0.2.0/24", null, "before any server", None);
            }

            var time = new ManualTimeProvider();
            await using (var opened = await ServerParts.Default.OpenStore(path, time, null, None))
            {
                var register = await BlockRegister.OpenAsync(opened.Accounts, new BlockList(time), time, None);
                Assert.Equal("before any server", Assert.Single(register.All()).Reason);
                await register.AddAsync(Range("2001:db8::/64"), TimeSpan.FromHours(1), null, None);
                await register.AddAsync(Range("192.0.2.0/24"), null, "again", None);
                time.Advance(TimeSpan.FromHours(2));
                Assert.Equal(["192.0.2.0/24 again"], register.All().Select(b => $"{b.Address} {b.Reason}"));
                await register.AddAsync(Range("192.0.2.1"), null, null, None);
                var kept = new List<string>();
                await foreach (var (key, _) in opened.Accounts.ListSettingsAsync("block/", None))
                {
                    kept.Add(key);
                }

                Assert.Equal(["block/192.0.2.0/24", "block/192.0.2.1"], kept);
            }

            await using (var store = await MailAdministration.OpenStoreAsync(path, None))
            {
                Assert.True(await store.RemoveBlockAsync("192.0.2.1", None));
                Assert.False(await store.RemoveBlockAsync("192.0.2.1", None));
                Assert.Equal(["192.0.2.0/24"], (await store.GetBlocksAsync(None)).Select(b => b.Address));
            }
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_blocked_address_loses_its_sessions_and_gets_no_new_ones(bool overTheChannel)
    {
        await using var server = await TestServer.StartAsync();
        await using var admin = overTheChannel ? (await Server.Control.ControlClient.ConnectAsync(server.Host.StorePath, None))! : server.Host.OpenAdministration();
        var endPoint = await EndPointAsync(admin, MailProtocol.Smtp);

        await using var inside = await RawClient.ConnectAsync(endPoint);
        Assert.StartsWith("220 ", await inside.ReadLineAsync(), StringComparison.Ordinal);
        var block = await admin.AddBlockAsync("127.0.0.0/8", null, "test", None);
        Assert.Equal(("127.0.0.0/8", null, "test"), (block.Address, block.ExpiresAt, block.Reason));
        Assert.StartsWith("421 ", await inside.ReadLineAsync(), StringComparison.Ordinal);

        await using (var outside = await RawClient.ConnectAsync(endPoint))
        {
            Assert.Contains("refused", await outside.ReadLineAsync(), StringComparison.Ordinal);
        }

        var listed = Assert.Single(await admin.GetBlocksAsync(None));
        Assert.Equal(("127.0.0.0/8", 1), (listed.Address, listed.RefusedCount));
        Assert.True(await admin.RemoveBlockAsync("127.0.0.0/8", None));
        Assert.False(await admin.RemoveBlockAsync("127.0.0.0/8", None));
        await using var again = await RawClient.ConnectAsync(endPoint);
        Assert.StartsWith("220 ", await again.ReadLineAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MailProtocol.Smtp, "421 4.7.0 ", "554 5.7.1 ")]
    [InlineData(MailProtocol.Imap, "* BYE [UNAVAILABLE] ", "* BYE [CONTACTADMIN] ")]
    [InlineData(MailProtocol.Pop3, "-ERR [SYS/TEMP] ", "-ERR [SYS/PERM] ")]
    public async Task A_block_that_ends_is_told_apart_from_one_that_does_not(MailProtocol protocol, string passing, string lasting)
    {
        await using var server = await TestServer.StartAsync();
        var admin = server.Administration;
        var endPoint = await EndPointAsync(admin, protocol);
        await admin.AddBlockAsync("127.0.0.1", TimeSpan.FromHours(1), null, None);
        await Refuses(passing);
        await admin.AddBlockAsync("127.0.0.1", null, null, None);
        await Refuses(lasting);

        async Task Refuses(string line)
        {
            await using var client = await RawClient.ConnectAsync(endPoint);
            Assert.StartsWith(line, await client.ReadLineAsync(), StringComparison.Ordinal);
            Assert.Null(await client.ReadLineAsync());
        }
    }

    [Fact]
    public async Task Where_TLS_comes_first_the_door_is_closed_without_a_word()
    {
        await using var server = await TestServer.StartAsync();
        var imaps = (await server.Administration.GetServerAsync(None)).Find(MailProtocol.Imap, MailTlsMode.Implicit)!;
        await server.Administration.AddBlockAsync("127.0.0.1", null, null, None);
        await using var client = await RawClient.ConnectAsync(new IPEndPoint(IPAddress.Loopback, imaps.Port));
        Assert.Null(await client.ReadLineAsync());
    }

    [Theory]
    [InlineData("example.com", null, "InvalidIpAddress")]
    [InlineData("192.0.2.17/24", null, "InvalidIpAddress")]
    [InlineData("192.0.2.0/33", null, "InvalidIpAddress")]
    [InlineData("0.0.0.0/0", null, "BlockOfAll")]
    [InlineData("::/0", null, "BlockOfAll")]
    [InlineData("192.0.2.1", -1, "InvalidDuration")]
    [InlineData("192.0.2.1", int.MaxValue, null)]
    public async Task What_cannot_be_blocked_is_an_error_a_person_can_act_on(string address, int? seconds, string? errorId)
    {
        await using var server = await TestServer.StartAsync();
        var duration = seconds is { } s ? TimeSpan.FromSeconds(s) : (TimeSpan?)null;
        var error = await Record.ExceptionAsync(() => server.Administration.AddBlockAsync(address, duration, null, None));
        Assert.Equal(errorId, (error as MailAdminException)?.ErrorId);
        Assert.Equal(errorId is null ? 1 : 0, (await server.Administration.GetBlocksAsync(None)).Count);
    }

    [Fact]
    public async Task A_list_that_is_full_takes_no_more()
    {
        await using var server = await TestServer.StartAsync();
        var list = server.Host.Table.Blocks;
        for (var i = 0; i < BlockList.MaxBlocks; i++)
        {
            Put(list, $"10.{i >> 16}.{(i >> 8) & 255}.{i & 255}", null);
        }

        var error = await Assert.ThrowsAsync<MailAdminException>(() => server.Administration.AddBlockAsync("192.0.2.1", null, null, None));
        Assert.Equal("TooManyBlocks", error.ErrorId);
        await server.Administration.AddBlockAsync("10.0.0.1", TimeSpan.FromHours(1), null, None);
    }

    private static IpRange Range(string text) => IpRange.TryParse(text, out var range, out var reason) ? range : throw new FormatException(reason);

    private static void Put(BlockList list, string address, DateTimeOffset? end) =>
        list.Put(Range(address), new MailBlock { Address = address, CreatedAt = DateTimeOffset.UnixEpoch, ExpiresAt = end });

    private static async Task<IPEndPoint> EndPointAsync(MailAdmin.Administration.IMailAdministration admin, MailProtocol protocol) =>
        new(IPAddress.Loopback, (await admin.GetServerAsync(None)).Find(protocol, MailTlsMode.StartTls)!.Port);
}
