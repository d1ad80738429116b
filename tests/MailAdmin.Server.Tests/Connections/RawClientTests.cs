using System.Net;
using System.Net.Sockets;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Connections;

/// <summary>The tests' own client: what it says it heard must be news.</summary>
public sealed class RawClientTests
{
    [Fact]
    public async Task What_was_read_is_not_heard_again()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var client = await RawClient.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var server = await listener.AcceptSocketAsync();

        var hearing = client.HearAsync();
        await server.SendAsync("one\r\n"u8.ToArray());
        await Eventually.Within(hearing, "the first line");
        Assert.Equal("one", await client.ReadLineAsync());
        hearing = client.HearAsync();
        Assert.False(hearing.IsCompleted);

        await server.SendAsync("two\r\n"u8.ToArray());
        await Eventually.Within(hearing, "the second line");
        Assert.Equal("two", await client.ReadLineAsync());
    }
}
