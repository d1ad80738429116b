using System.Text;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Hostile;

/// <summary>A message of 50 MB, in and out: at no time is it held. The client of these tests keeps nothing either, so that the process's heap tells.</summary>
[Collection(nameof(HostilePeerTests))]
public sealed class LargeMessageTests
{
    private const int Line = 64 * 1024, Lines = 760;
    private const long Allowed = 1024 * 1024;

    [Fact]
    public async Task It_is_received_and_fetched_in_a_megabyte()
    {
        await using var server = await TestServer.StartAsync(["alice@example.com secret"]);
        var line = Encoding.ASCII.GetBytes(new string('x', Line - 2) + "\r\n");

        // All that is made once, at the first message, is made before.
        await SendAsync(server, "BDAT", line, 3);
        await SendAsync(server, "DATA", line, 3);
        await FetchByPop3Async(server, 1, 3);
        await FetchByImapAsync(server, 1, 3);

        await SendAsync(server, "DATA", line, Lines);
        await SendAsync(server, "BDAT", line, Lines);
        await FetchByPop3Async(server, 3, Lines);
        await FetchByImapAsync(server, 4, Lines);
    }

    private static async Task SendAsync(TestServer server, string verb, byte[] line, int lines)
    {
        await using var client = await server.ConnectAsync(MailProtocol.Smtp);
        await client.SendLinesAsync("EHLO x", "MAIL FROM:<a@b.test>", "RCPT TO:<alice@example.com>");
        await client.ReadUntilAsync("250 2.1.5");
        if (verb == "DATA")
        {
            await client.SendLineAsync(verb);
            await client.ExpectAsync("354 ");
        }
        else
        {
            await client.SendLineAsync($"BDAT {(long)lines * line.Length} LAST");
        }

        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < lines; i++)
        {
            await client.SendAsync(line);
            Hold(before, i, lines, verb);
        }

        if (verb == "DATA")
        {
            await client.SendLineAsync(".");
        }

        await client.ExpectAsync("250 2.0.0");
    }

    private static async Task FetchByPop3Async(TestServer server, int number, int lines)
    {
        await using var client = await server.ConnectAsync(MailProtocol.Pop3);
        await client.SendAsync($"USER alice@example.com\r\nPASS secret\r\n");
        await client.ReadUntilAsync("+OK Send PASS");
        await client.ExpectAsync("+OK ");
        await client.SendLineAsync($"RETR {number}");
        await ReadAsync(client, lines, "RETR");
        await client.ReadUntilAsync(".");
    }

    private static async Task FetchByImapAsync(TestServer server, int number, int lines)
    {
        await using var client = await server.ConnectAsync(MailProtocol.Imap);
        await client.SendLinesAsync("a LOGIN alice@example.com secret", "b SELECT INBOX");
        await client.ReadUntilAsync("b OK");
        await client.SendLineAsync($"c FETCH {number} BODY.PEEK[]");
        await ReadAsync(client, lines, "FETCH");
        await client.ReadUntilAsync("c OK");
    }

    private static async Task ReadAsync(RawClient client, int lines, string what)
    {
        // The first piece has come, and the client's buffer is as large as it gets.
        await client.ReadAsync(Line);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 1; i < lines; i++)
        {
            await client.ReadAsync(Line);
            Hold(before, i, lines, what);
        }
    }

    // Looked at four times on the way, for a collection costs more than a piece.
    private static void Hold(long before, int i, int lines, string what)
    {
        if (lines > 100 && i % (lines / 4) == lines / 4 - 1)
        {
            var more = GC.GetTotalMemory(forceFullCollection: true) - before;
            Assert.True(more < Allowed, $"{what}: {more / 1024} KiB more after {i + 1} of {lines} pieces");
        }
    }
}
