using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Hosting;

/// <summary>What a stop lets end, and what it does not wait for.</summary>
public sealed class StopTests
{
    [Theory]
    [InlineData("DATA", "354 ", "Subject: half\r\n", "\r\nrest\r\n.\r\n")]
    [InlineData("BDAT 13 LAST", null, "first\r\n", "last\r\n")]
    [InlineData("BDAT 7", null, "first\r\n", "BDAT 6 LAST\r\nlast\r\n")]
    public async Task A_message_that_was_begun_may_end_while_the_server_stops(string verb, string? answer, string begin, string rest)
    {
        var server = await TestServer.StartAsync(["alice@example.com"]);
        await using var idle = await server.ConnectAsync(MailProtocol.Smtp);
        await idle.ExpectAsync("220 ");
        await using var client = await server.ConnectAsync(MailProtocol.Smtp);
        await client.SendLinesAsync("EHLO x", "MAIL FROM:<a@b.test>", "RCPT TO:<alice@example.com>");
        await client.ReadUntilAsync("250 2.1.5");
        await client.SendAsync($"{verb}\r\n{begin}");
        if (answer is not null)
        {
            await client.ExpectAsync(answer);
        }

        await Eventually.Holds(async () => (await server.Administration.GetSessionsAsync(CancellationToken.None)).Any(s => s.State == "Data"), "the message to begin");
        var stop = server.Host.StopAsync(Eventually.Patience);
        await idle.ExpectAsync("421 4.3.2");
        await client.SendAsync(rest);
        await client.ReadUntilAsync("250 2.0.0 Stored");
        await client.ExpectAsync("421 4.3.2");
        await Eventually.Within(stop, "the stop");
    }

    [Fact]
    public async Task An_append_that_was_begun_may_end_while_the_server_stops()
    {
        var server = await TestServer.StartAsync(["alice@example.com"]);
        await using var idle = await server.ConnectAsync(MailProtocol.Imap);
        await idle.ExpectAsync("* OK");
        await using var client = await server.ConnectAsync(MailProtocol.Imap);
        await client.SendLinesAsync($"a LOGIN alice@example.com \"{TestServer.Password}\"", "b APPEND INBOX {20}");
        await client.ReadUntilAsync("+ ");
        await client.SendAsync("Subject: half");
        var stop = server.Host.StopAsync(Eventually.Patience);
        await idle.ExpectAsync("* BYE");
        await client.SendAsync("\r\n\r\nabc");
        await client.SendAsync("\r\n");
        await client.ReadUntilAsync("b OK [APPENDUID");
        await client.ExpectAsync("* BYE");
        await Eventually.Within(stop, "the stop");
    }

    [Theory]
    [InlineData("DATA", "Subject: half\r\n")]
    [InlineData("BDAT 100 LAST", "Subject: half\r\n")]
    [InlineData("BDAT 7", "first\r\n")]
    public async Task A_message_that_does_not_end_is_broken_off_at_the_drains_end_with_a_word(string verb, string begin)
    {
        var server = await TestServer.StartAsync(["alice@example.com"]);
        await using var client = await server.ConnectAsync(MailProtocol.Smtp);
        await client.SendLinesAsync("EHLO x", "MAIL FROM:<a@b.test>", "RCPT TO:<alice@example.com>");
        await client.ReadUntilAsync("250 2.1.5");
        await client.SendAsync($"{verb}\r\n{begin}");
        await Eventually.Holds(async () => (await server.Administration.GetSessionsAsync(CancellationToken.None)).Any(s => s.State == "Data"), "the message to begin");
        await Eventually.Within(server.Host.StopAsync(TimeSpan.FromMilliseconds(200)), "the stop");
        var said = await client.ReadToEndAsync();
        Assert.EndsWith("421 4.3.2 Server is stopping, try again later\r\n", said, StringComparison.Ordinal);
        Assert.DoesNotContain("250 2.0.0 Stored", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_append_that_does_not_end_is_broken_off_at_the_drains_end_with_a_word()
    {
        var server = await TestServer.StartAsync(["alice@example.com"]);
        await using var client = await server.ConnectAsync(MailProtocol.Imap);
        await client.SendLinesAsync($"a LOGIN alice@example.com \"{TestServer.Password}\"", "b APPEND INBOX {20}");
        await client.ReadUntilAsync("+ ");
        await client.SendAsync("Subject: half");
        await Eventually.Within(server.Host.StopAsync(TimeSpan.FromMilliseconds(200)), "the stop");
        Assert.Equal("* BYE [UNAVAILABLE] Server is shutting down\r\n", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task What_a_client_sent_ahead_into_the_tarpit_is_not_waited_for()
    {
        var server = await TestServer.StartAsync([], s => s with { Limits = new Dictionary<string, long> { ["SmtpRefusedRecipients"] = 6, ["SmtpTarpit"] = 3_600_000 } });
        await using var client = await server.ConnectAsync(MailProtocol.Smtp);
        await client.SendLinesAsync(["EHLO x", "MAIL FROM:<a@b.test>", .. Enumerable.Range(1, 6).Select(i => $"RCPT TO:<nobody{i}@example.com>")]);
        await client.ReadUntilAsync("250 2.1.0");
        for (var i = 0; i < 3; i++)
        {
            await client.ExpectAsync("550 5.1.1");
        }

        var stop = server.Host.StopAsync(Eventually.Patience);
        await client.ExpectAsync("421 4.3.2 Server is stopping");
        await Eventually.Within(stop, "the stop");
    }

    [Fact]
    public async Task An_admin_who_ends_a_session_ends_its_message_too()
    {
        await using var server = await TestServer.StartAsync(["alice@example.com"]);
        await using var client = await server.ConnectAsync(MailProtocol.Smtp);
        await client.SendLinesAsync("EHLO x", "MAIL FROM:<a@b.test>", "RCPT TO:<alice@example.com>", "DATA");
        await client.ReadUntilAsync("354 ");
        var session = Assert.Single(await server.Administration.GetSessionsAsync(CancellationToken.None));
        Assert.True(await server.Administration.StopSessionAsync(session.Id, CancellationToken.None));
        await client.ExpectAsync("421 4.3.2 Session ended by the administrator");
    }
}
