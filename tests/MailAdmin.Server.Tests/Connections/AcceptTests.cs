using System.Net;
using System.Net.Sockets;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Connections;

/// <summary>accept(2) fails for reasons that pass, and a server goes on then.</summary>
public sealed class AcceptTests
{
    [Theory]
    // A firewall, memory, the protocol, networks that are away, descriptors.
    [InlineData(SocketError.AccessDenied)]
    [InlineData(SocketError.NoBufferSpaceAvailable)]
    [InlineData(SocketError.SocketError)]
    [InlineData(SocketError.ProtocolNotSupported)]
    [InlineData(SocketError.NetworkDown)]
    [InlineData(SocketError.HostUnreachable)]
    [InlineData(SocketError.TooManyOpenSockets)]
    [InlineData(SocketError.OperationNotSupported)]
    public async Task What_passes_is_waited_out_and_told_once(SocketError error)
    {
        var left = 3;
        await using var host = await ProtocolHost.StartAsync(
            new LineHandler(), MailProtocol.Smtp, accept: (listener, stopping) => left-- > 0 ? throw new SocketException((int)error) : listener.AcceptAsync(stopping));
        await using var client = await host.ConnectAsync();
        await client.ExpectAsync("hello");
        var told = Assert.Single(host.Events.All, e => e.Severity > MailEventSeverity.Information);
        Assert.Equal(("Warning", error), (told.Kind, Assert.IsType<SocketException>(told.Details.Cause).SocketErrorCode));
    }

    [Fact]
    public async Task What_does_not_pass_for_long_is_a_fault_until_it_does()
    {
        var clock = new ManualTimeProvider();
        var isAway = true;
        await using var host = await ProtocolHost.StartAsync(
            new LineHandler(), MailProtocol.Smtp, time: clock,
            accept: (listener, stopping) => Volatile.Read(ref isAway) ? throw new SocketException((int)SocketError.NetworkDown) : listener.AcceptAsync(stopping));
        IEnumerable<string> Faults() => host.Events.All.Where(e => e.Kind == "Fault").Select(e => e.Message);
        await Eventually.Holds(() => Advance() && Faults().Any(), "the fault");
        Assert.Contains("goes on trying", Faults().Single(), StringComparison.Ordinal);
        Volatile.Write(ref isAway, false);
        await using var client = await host.ConnectAsync();
        await Eventually.Holds(() => Advance() && Faults().Count() == 2, "its end");
        Assert.Equal("", Faults().Last());
        await client.ExpectAsync("hello");

        bool Advance()
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            return true;
        }
    }

    [Fact]
    public async Task A_listener_that_is_none_any_more_is_a_fault_at_once()
    {
        await using var host = await ProtocolHost.StartAsync(
            new LineHandler(), MailProtocol.Smtp, accept: (_, _) => throw new SocketException((int)SocketError.NotSocket));
        await Eventually.Holds(() => host.Events.All.Any(e => e.Kind == "Fault"), "the fault");
        Assert.Contains("no longer accepts", Assert.Single(host.Events.All).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accepted_sockets_send_small_answers_at_once()
    {
        // On Linux it is inherited, which spares a call for each connection.
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere it is set on each.");
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!);
        using var accepted = await listener.AcceptAsync();
        Assert.True(accepted.NoDelay);
    }
}
