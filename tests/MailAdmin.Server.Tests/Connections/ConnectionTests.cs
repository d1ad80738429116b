using System.Text;
using MailAdmin.Server.Connections;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Connections;

public sealed class ConnectionTests
{
    [Fact]
    public async Task Lines_arrive_whole_byte_by_byte_and_pipelined()
    {
        await using var host = await ProtocolHost.StartAsync(new LineHandler(), MailProtocol.Imap);
        await using var client = await host.ConnectAsync();
        await client.ExpectAsync("hello s1");
        await client.SendLineAsync("one");
        await client.ExpectAsync("echo one");
        client.ByteByByte = true;
        await client.SendLineAsync("two");
        await client.ExpectAsync("echo two");
        client.ByteByByte = false;
        await client.SendLinesAsync([.. Enumerable.Range(0, 5000).Select(i => $"line {i}")]);
        for (var i = 0; i < 5000; i++)
        {
            await client.ExpectAsync($"echo line {i}");
        }

        var longest = new string('a', 300_000);
        await client.SendLineAsync(longest);
        Assert.Equal("echo " + longest, await client.ReadLineAsync());
        await client.SendLineAsync("QUIT");
        Assert.Equal("bye\r\n", await client.ReadToEndAsync());
    }

    [Theory]
    [InlineData(MailTlsMode.None)]
    [InlineData(MailTlsMode.Implicit)]
    public async Task Large_output_arrives_octet_for_octet(MailTlsMode mode)
    {
        await using var host = await ProtocolHost.StartAsync(new LineHandler(), MailProtocol.Imap, mode);
        await using var client = await host.ConnectAsync();
        await client.ExpectAsync("hello");
        await client.SendLineAsync("BIG 20000000");
        Assert.Equal(20_000_000, (await client.ReadLineAsync())!.Length);
        await client.SendLineAsync("after");
        await client.ExpectAsync("echo after");
        Assert.True(host.Sessions[0].BytesOut >= 20_000_000);
    }

    [Fact]
    public async Task Starttls_drops_what_was_injected_in_plaintext_and_counts_it()
    {
        await using var host = await ProtocolHost.StartAsync(new LineHandler(), MailProtocol.Smtp);
        await using var client = await host.ConnectAsync();
        await client.ExpectAsync("hello");
        await client.SendLinesAsync("STARTTLS", "injected");
        await client.ExpectAsync("go");
        await client.StartTlsAsync();
        Assert.Equal("injected 10\r\n", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task Starttls_then_work_then_compression()
    {
        await using var host = await ProtocolHost.StartAsync(new LineHandler(), MailProtocol.Imap);
        await using var client = await host.ConnectAsync();
        await client.ExpectAsync("hello");
        await client.SendLineAsync("STARTTLS");
        await client.ExpectAsync("go");
        await client.StartTlsAsync();
        await client.SendLineAsync("secret");
        await client.ExpectAsync("echo secret");
        Assert.NotNull(host.Sessions[0].TlsVersion);
        await client.SendLineAsync("COMPRESS");
        await client.ExpectAsync("ok");
        client.StartCompression();
        await client.SendLineAsync("BIG 1000000");
        Assert.Equal(1_000_000, (await client.ReadLineAsync())!.Length);
        await client.SendLineAsync("small");
        await client.ExpectAsync("echo small");
        Assert.True(host.Sessions[0].BytesOut < 100_000);
    }

    [Fact]
    public async Task A_wait_that_was_given_up_loses_no_octet()
    {
        foreach (var tls in new[] { MailTlsMode.None, MailTlsMode.Implicit })
        {
            var handler = new LineHandler();
            await using var host = await ProtocolHost.StartAsync(handler, MailProtocol.Imap, tls);
            await using var client = await host.ConnectAsync();
            await client.ExpectAsync("hello");
            for (var i = 0; i < 20; i++)
            {
                await client.SendLineAsync("IDLE");
                await client.ExpectAsync("idling");
                await handler.Wake.CancelAsync();
                await client.ExpectAsync("woken");
                handler.Wake = new CancellationTokenSource();
                await client.SendLineAsync($"after {i}");
                await client.ExpectAsync($"echo after {i}");
            }
        }
    }

    [Fact]
    public async Task A_quiet_client_is_told_and_let_go_after_the_timeout()
    {
        var clock = new ManualTimeProvider();
        await using var host = await ProtocolHost.StartAsync(new LineHandler { ReadTimeout = TimeSpan.FromMinutes(30) }, MailProtocol.Smtp, time: clock);
        await using var client = await host.ConnectAsync();
        await client.ExpectAsync("hello");
        await Eventually.Holds(() => host.AllWait, "the session to wait");
        clock.Advance(TimeSpan.FromMinutes(29));
        await client.SendLineAsync("here");
        await client.ExpectAsync("echo here");
        await Eventually.Holds(() => host.AllWait, "the session to wait again");
        clock.Advance(TimeSpan.FromMinutes(32));
        Assert.Equal("bye timeout\r\n", await client.ReadToEndAsync());
    }

    [Theory]
    [InlineData(MailProtocol.Imap, true)]
    [InlineData(MailProtocol.Submission, true)]
    [InlineData(MailProtocol.Smtp, false)]
    public async Task A_session_that_does_not_log_in_ends_however_busy_it_is(MailProtocol protocol, bool ends)
    {
        var clock = new ManualTimeProvider();
        await using var host = await ProtocolHost.StartAsync(new LineHandler { ReadTimeout = TimeSpan.FromHours(1) }, protocol, time: clock);
        await using var client = await host.ConnectAsync();
        await client.ExpectAsync("hello");
        for (var i = 0; i < 17; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(10));
            await client.SendLineAsync("busy");
            await client.ExpectAsync("echo busy");
        }

        clock.Advance(TimeSpan.FromSeconds(12));
        if (ends)
        {
            Assert.Equal("bye timeout\r\n", await client.ReadToEndAsync());
        }
        else
        {
            await client.SendLineAsync("still");
            await client.ExpectAsync("echo still");
        }
    }

    [Fact]
    public async Task A_session_that_logged_in_is_not_bound_by_the_login_timeout()
    {
        var clock = new ManualTimeProvider();
        await using var host = await ProtocolHost.StartAsync(new LineHandler { ReadTimeout = TimeSpan.FromHours(1) }, MailProtocol.Imap, time: clock);
        await using var client = await host.ConnectAsync();
        await client.ExpectAsync("hello");
        await client.SendLineAsync("LOGIN alice@example.com");
        await client.ExpectAsync("ok");
        clock.Advance(TimeSpan.FromMinutes(10));
        await client.SendLineAsync("still");
        await client.ExpectAsync("echo still");
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_cut_off_after_the_write_timeout()
    {
        var clock = new ManualTimeProvider();
        var handler = new LineHandler { ReadTimeout = TimeSpan.FromDays(300) };
        await using var host = await ProtocolHost.StartAsync(handler, MailProtocol.Smtp, time: clock);
        await using var client = await host.ConnectAsync();
        await client.ExpectAsync("hello");
        await client.SendLineAsync("BIG 100000000");
        await Eventually.Holds(
            () =>
            {
                // The client reads nothing: once the system's buffers are full, the flush waits for it.
                clock.Advance(TimeSpan.FromSeconds(301));
                return host.Sessions.Count == 0;
            },
            "the cut");
        Assert.Equal("broken", await Eventually.Within(handler.Ended.Reader.ReadAsync().AsTask(), "the session's end"));
    }

    [Fact]
    public async Task A_handshake_that_is_never_finished_is_cut_off()
    {
        var clock = new ManualTimeProvider();
        await using var host = await ProtocolHost.StartAsync(new LineHandler(), MailProtocol.Imap, MailTlsMode.Implicit, time: clock);
        await using var client = await RawClient.ConnectAsync(host.EndPoint);
        await Eventually.Holds(() => host.Sessions.Count == 1, "the session");
        await Eventually.Holds(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(31));
                return host.Sessions.Count == 0;
            },
            "the end of the session");
        Assert.Equal("", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task One_connection_too_many_is_refused_with_a_line_and_room_comes_back()
    {
        await using var host = await ProtocolHost.StartAsync(new LineHandler(), MailProtocol.Smtp, limits: new ServerLimits { MaxConnections = 2 });
        await using var first = await host.ConnectAsync();
        await first.ExpectAsync("hello");
        await using var second = await host.ConnectAsync();
        await second.ExpectAsync("hello");
        await using var third = await host.ConnectAsync();
        Assert.Equal("421 Too many connections; try again later\r\n", await third.ReadToEndAsync());
        await first.SendLineAsync("QUIT");
        await first.ReadToEndAsync();
        await Eventually.Holds(() => host.Sessions.Count == 1, "room");
        await using var fourth = await host.ConnectAsync();
        await fourth.ExpectAsync("hello");
        await using var fifth = await host.ConnectAsync();
        await fifth.ReadToEndAsync();
        // A flood must not fill the events: one says it, and how many there were is told with the next.
        var refused = Assert.Single(host.Events.All, e => e.Kind == "ConnectionRefused");
        Assert.Equal((MailEventSeverity.Warning, "127.0.0.1"), (refused.Severity, refused.Details.RemoteAddress));
        Assert.Contains("Too many connections", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_the_stop_clients_are_told_and_the_slow_are_cut_off()
    {
        var handler = new LineHandler();
        await using var host = await ProtocolHost.StartAsync(handler, MailProtocol.Imap);
        await using var quiet = await host.ConnectAsync();
        await quiet.ExpectAsync("hello");
        await using var deaf = await host.ConnectAsync();
        await deaf.ExpectAsync("hello");
        await deaf.SendLineAsync("BIG 100000000");
        await deaf.ReadAsync(1000);
        await Eventually.Within(host.StopSessionsAsync(TimeSpan.FromMilliseconds(300)), "the stop");
        Assert.Equal("bye ServerStopping\r\n", await quiet.ReadToEndAsync());
        await Eventually.Holds(() => host.Sessions.Count == 0, "no session left");
    }

    [Fact]
    public async Task A_fault_of_ours_ends_one_session_and_is_reported()
    {
        await using var host = await ProtocolHost.StartAsync(new LineHandler(), MailProtocol.Imap);
        await using var bystander = await host.ConnectAsync();
        await bystander.ExpectAsync("hello");
        await using (var victim = await host.ConnectAsync())
        {
            await victim.ExpectAsync("hello");
            await victim.SendLineAsync("FAIL");
            Assert.Equal("", await victim.ReadToEndAsync());
        }

        await bystander.SendLineAsync("still here");
        await bystander.ExpectAsync("echo still here");
        await Eventually.Holds(() => host.Events.All.Any(e => e is { Kind: "Error", Severity: MailEventSeverity.Error }), "the event");
        Assert.Contains("a fault of ours", host.Events.All.Single(e => e.Kind == "Error").Message, StringComparison.Ordinal);
        Assert.IsType<InvalidOperationException>(Assert.Single(host.Events.Faults));
    }

    [Fact]
    public async Task A_transcript_keeps_the_last_lines_and_shows_octets_that_are_not_text()
    {
        await using var host = await ProtocolHost.StartAsync(new LineHandler(), MailProtocol.Imap);
        await using var client = await host.ConnectAsync();
        await client.ExpectAsync("hello");
        await client.SendAsync("\u0001\u00e9\r\n");
        await client.ReadLineAsync();
        for (var i = 0; i < 200; i++)
        {
            await client.SendLineAsync($"line {i}");
            await client.ReadLineAsync();
        }

        var lines = host.Transcript("s1");
        Assert.Equal("line 199", lines[^1].Text);
        Assert.InRange(lines.Count, 20, 199);
        await client.SendAsync("\u0001\u0002\r\n");
        await client.ReadLineAsync();
        Assert.Equal("\\x01\\x02", host.Transcript("s1")[^1].Text);
        await client.SendLineAsync(new string('z', 5000));
        await client.ReadLineAsync();
        Assert.Equal(1000, host.Transcript("s1")[^1].Text.Length);
    }

    [Fact]
    public async Task A_reset_ends_the_session_without_an_error()
    {
        var handler = new LineHandler();
        await using var host = await ProtocolHost.StartAsync(handler, MailProtocol.Imap);
        var client = await host.ConnectAsync();
        await client.ExpectAsync("hello");
        client.Reset();
        Assert.Equal("broken", await Eventually.Within(handler.Ended.Reader.ReadAsync().AsTask(), "the session's end"));
        Assert.Empty(host.Events.Faults);
    }

    [Fact]
    public async Task Octets_behind_the_last_command_do_not_cost_the_client_our_goodbye()
    {
        await using var host = await ProtocolHost.StartAsync(new LineHandler(), MailProtocol.Pop3);
        for (var i = 0; i < 50; i++)
        {
            await using var client = await host.ConnectAsync();
            await client.ExpectAsync("hello");
            await client.SendLinesAsync("QUIT", Encoding.ASCII.GetString(new byte[3000]));
            Assert.Equal("bye", await client.ReadLineAsync());
        }
    }
}
