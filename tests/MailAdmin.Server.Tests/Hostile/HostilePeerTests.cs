using System.Net.Sockets;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Hostile;

/// <summary>Peers that are slow, greedy, rude or gone; what one line can say stands in the transcripts.</summary>
/// <remarks>One of them measures memory, so nothing else of this process may run beside it.</remarks>
[CollectionDefinition(nameof(HostilePeerTests), DisableParallelization = true)]
[Collection(nameof(HostilePeerTests))]
public sealed class HostilePeerTests
{
    [Fact]
    public async Task A_silent_client_is_told_421_after_the_idle_time()
    {
        var clock = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(clock: clock);
        await using var client = await server.ConnectAsync(MailProtocol.Smtp);
        await client.ExpectAsync("220 ");
        await AdvanceUntilAnsweredAsync(clock, client.ExpectAsync("421 4.4.2 "));
        Assert.Null(await client.ReadLineAsync());
    }

    [Fact]
    public async Task One_octet_now_and_then_does_not_keep_a_session()
    {
        var clock = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(clock: clock);
        await using var client = await server.ConnectAsync(MailProtocol.Smtp);
        await client.ExpectAsync("220 ");
        var goodbye = client.ExpectAsync("421 4.4.2 ");
        for (var octets = 0; octets < 100 && !goodbye.IsCompleted; octets++)
        {
            try
            {
                await client.SendAsync("N");
            }
            catch (IOException)
            {
                // Closed already.
            }

            clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        await AdvanceUntilAnsweredAsync(clock, goodbye);
    }

    [Fact]
    public async Task A_client_that_leaves_in_the_middle_leaves_nothing_behind()
    {
        await using var server = await TestServer.StartAsync(["alice@example.com"]);
        foreach (var reset in new[] { true, false })
        {
            await using var client = await server.ConnectAsync(MailProtocol.Smtp);
            await client.SendLinesAsync("EHLO x", "MAIL FROM:<a@b.test>", "RCPT TO:<alice@example.com>", "DATA");
            await client.ReadUntilAsync("354 ");
            await client.SendAsync("Subject: half\r\n\r\n" + new string('x', 200_000));
            if (reset)
            {
                client.Reset();
            }
            else
            {
                client.EndOutput();
                Assert.Equal("", await client.ReadToEndAsync());
            }
        }

        await Eventually.Holds(() => Sessions(server).Count == 0, "the sessions' end");
        var totals = await server.Store.GetTotalsAsync();
        Assert.Equal(0, totals.Messages);
    }

    [Fact]
    public async Task Ten_thousand_recipients_are_answered_one_by_one()
    {
        await using var server = await TestServer.StartAsync(["alice@example.com"]);
        await server.Administration.NewDomainAsync("caught.test", "alice@example.com", CancellationToken.None);
        await using var client = await server.ConnectAsync(MailProtocol.Smtp);
        await client.SendLinesAsync("EHLO x", "MAIL FROM:<a@b.test>");
        await client.ReadUntilAsync("250 2.1.0");
        var sending = client.SendAsync(string.Concat(Enumerable.Range(0, 10_000).Select(i => $"RCPT TO:<u{i}@caught.test>\r\n")) + "DATA\r\n");
        var replies = await client.ReadUntilAsync("354 ");
        await sending;
        Assert.Equal(1000, replies.Count(r => r == "250 2.1.5 OK"));
        Assert.Equal(9000, replies.Count(r => r.StartsWith("452 4.5.3", StringComparison.Ordinal)));
        await client.SendAsync("one copy\r\n.\r\n");
        await client.ExpectAsync("250 2.0.0");
        Assert.Equal(1, (await server.Store.GetTotalsAsync()).Messages);
    }

    [Fact]
    public async Task Endless_lines_are_swallowed_in_bounded_memory_while_others_are_served()
    {
        await using var server = await TestServer.StartAsync(["alice@example.com"]);
        await using var rude = await server.ConnectAsync(MailProtocol.Smtp);
        await rude.ExpectAsync("220 ");
        var chunk = new byte[64 * 1024];
        Array.Fill(chunk, (byte)'x');
        await rude.SendAsync(chunk);
        await rude.ExpectAsync("500 5.5.2 Line too long");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 500; i++)
        {
            await rude.SendAsync(chunk);
        }

        Assert.True(GC.GetTotalMemory(forceFullCollection: true) - before < 4 * 1024 * 1024);
        await using var polite = await server.ConnectAsync(MailProtocol.Smtp);
        await polite.ExpectAsync("220 ");
        await polite.SendLineAsync("NOOP");
        await polite.ExpectAsync("250 ");
        await rude.SendAsync("\r\nNOOP\r\n");
        await rude.ExpectAsync("250 ");
    }

    [Theory]
    [InlineData(MailProtocol.Smtp, "500 5.5.2 Line too long")]
    [InlineData(MailProtocol.Imap, "* BAD ")]
    [InlineData(MailProtocol.Pop3, "-ERR Line too long")]
    public async Task A_thousand_lines_without_end_are_swallowed_in_bounded_memory(MailProtocol protocol, string answer)
    {
        await using var server = await TestServer.StartAsync(["alice@example.com"]);
        var chunk = new byte[100_000];
        Array.Fill(chunk, (byte)'x');
        var rude = new List<Socket>();
        try
        {
            // The first pays for what is made once.
            await BeRudeAsync();
            var before = GC.GetTotalMemory(forceFullCollection: true);
            for (var i = 0; i < 1000; i++)
            {
                await BeRudeAsync();
            }

            await Eventually.Holds(() => (GC.GetTotalMemory(forceFullCollection: true) - before) / 1000 < 8 * 1024, "memory for the others");
            await using var polite = await server.ConnectAsync(protocol);
            Assert.NotNull(await polite.ReadLineAsync());
        }
        finally
        {
            rude.ForEach(s => s.Dispose());
        }

        // One more line without end, and its answer.
        async Task BeRudeAsync()
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            rude.Add(socket);
            await socket.ConnectAsync(server.EndPoint(protocol));
            var said = "";
            var buffer = new byte[512];
            await socket.SendAsync(chunk);
            if (protocol == MailProtocol.Imap)
            {
                // IMAP's answer comes at the line's end, for there may be literals in it; then another without one.
                await socket.SendAsync("\r\n"u8.ToArray());
                await socket.SendAsync(chunk);
            }

            while (!said.Contains(answer, StringComparison.Ordinal))
            {
                var count = await Eventually.Within(socket.ReceiveAsync(buffer, SocketFlags.None), "the answer");
                Assert.True(count > 0, $"closed after {said}");
                said += System.Text.Encoding.ASCII.GetString(buffer, 0, count);
            }
        }
    }

    [Fact]
    public async Task Mime_nested_a_thousand_deep_is_delivered_and_read()
    {
        await using var server = await TestServer.StartAsync(["alice@example.com secret"]);
        await using var smtp = await server.ConnectAsync(MailProtocol.Smtp);
        await smtp.SendLinesAsync("EHLO x", "MAIL FROM:<a@b.test>", "RCPT TO:<alice@example.com>", "DATA");
        await smtp.ReadUntilAsync("354 ");
        await smtp.SendAsync("Subject: deep\r\n" + string.Concat(Enumerable.Range(0, 1000).Select(i =>
            i % 2 == 0 ? $"Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n" : "Content-Type: message/rfc822\r\n\r\n")) + "\r\ntext\r\n.\r\n");
        await smtp.ExpectAsync("250 2.0.0");
        await using var imap = await server.ConnectAsync(MailProtocol.Imap);
        await imap.SendLinesAsync("a LOGIN alice@example.com secret", "b SELECT INBOX");
        await imap.ReadUntilAsync("b OK");
        foreach (var command in new[]
        {
            "FETCH 1 (ENVELOPE BODYSTRUCTURE)", $"FETCH 1 BODY.PEEK[{string.Join('.', Enumerable.Repeat("1", 900))}]", "FETCH 1 BODY.PEEK[HEADER]", "SEARCH TEXT text", "SEARCH BODY nowhere",
        })
        {
            // Deeper than anybody looks is no part: NO or BAD is as good an answer as NIL.
            await imap.SendLineAsync($"c {command}");
            var answer = (await imap.ReadUntilAsync("c "))[^1];
            Assert.True(answer.StartsWith("c OK", StringComparison.Ordinal) || command.Contains("1.1", StringComparison.Ordinal), answer);
        }
    }

    [Fact]
    public async Task A_server_that_stops_says_so()
    {
        var server = await TestServer.StartAsync();
        await using var smtp = await server.ConnectAsync(MailProtocol.Smtp);
        await using var pop3 = await server.ConnectAsync(MailProtocol.Pop3);
        await smtp.ExpectAsync("220 ");
        await pop3.ExpectAsync("+OK ");
        await server.DisposeAsync();
        await smtp.ExpectAsync("421 4.3.2 ");
        await pop3.ExpectAsync("-ERR [SYS/TEMP] ");
    }

    [Fact]
    public async Task No_secret_enters_a_transcript()
    {
        await using var server = await TestServer.StartAsync(["alice@example.com hunter2"]);
        var plain = Convert.ToBase64String("\0alice@example.com\0hunter2"u8);
        foreach (var (protocol, lines) in new[]
        {
            (MailProtocol.Smtp, new[] { "EHLO x", $"AUTH PLAIN {plain}", "NOOP" }),
            (MailProtocol.Smtp, ["EHLO x", "AUTH LOGIN", Convert.ToBase64String("alice@example.com"u8), Convert.ToBase64String("hunter2"u8), "NOOP"]),
            (MailProtocol.Smtp, ["EHLO x", "AUTH CRAM-MD5", Convert.ToBase64String("hunter2"u8), "hunter2", "NOOP"]),
            (MailProtocol.Pop3, ["USER alice@example.com", "PASS hunter2", "NOOP"]),
            (MailProtocol.Pop3, ["hunter2", $"AUTH PLAIN {plain}", "NOOP"]),
        })
        {
            await using var client = await server.ConnectAsync(protocol);
            await client.ReadLineAsync();
            foreach (var line in lines)
            {
                await client.SendLineAsync(line);
                var reply = await client.ReadLineAsync();
                while (reply!.StartsWith("250-", StringComparison.Ordinal))
                {
                    reply = await client.ReadLineAsync();
                }
            }

            var session = Assert.Single(Sessions(server));
            var transcript = new List<string>();
            await foreach (var line in server.Administration.GetTranscriptAsync(session.Id, follow: false, CancellationToken.None))
            {
                transcript.Add(line.Text);
            }

            Assert.Contains("NOOP", transcript);
            Assert.DoesNotContain(transcript, t => t.Contains("hunter2", StringComparison.Ordinal) || t.Contains(plain, StringComparison.Ordinal)
                || t.Contains(Convert.ToBase64String("hunter2"u8), StringComparison.Ordinal));
            await client.DisposeAsync();
            await Eventually.Holds(() => Sessions(server).Count == 0, "the session's end");
        }
    }

    private static IReadOnlyList<MailSession> Sessions(TestServer server) => server.Administration.GetSessionsAsync(CancellationToken.None).GetAwaiter().GetResult();

    // The clock's timers are made by other tasks: move it on until the server speaks.
    private static async Task AdvanceUntilAnsweredAsync(ManualTimeProvider clock, Task<string> answer)
    {
        await Eventually.Holds(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(30));
                return answer.IsCompleted;
            },
            "the goodbye");
        await answer;
    }
}
