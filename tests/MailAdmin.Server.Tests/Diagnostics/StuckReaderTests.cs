using System.Net;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Diagnostics;

/// <summary>Who watches and does not read: a dashboard that was suspended, a terminal that hangs.</summary>
public sealed class StuckReaderTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_server_never_waits_for_one(bool overTheChannel)
    {
        await using var server = await TestServer.StartAsync(["alice@example.com"], s => s with { Limits = new Dictionary<string, long> { ["SmtpJunkCommands"] = 100_000 } });
        await using var admin = overTheChannel ? (await Server.Control.ControlClient.ConnectAsync(server.Host.StorePath, None))! : server.Host.OpenAdministration();
        await using var client = await RawClient.ConnectAsync(new IPEndPoint(IPAddress.Loopback, (await admin.GetServerAsync(None)).Find(MailProtocol.Smtp, MailTlsMode.StartTls)!.Port));
        await client.ExpectAsync("220 ");
        var session = Assert.Single(await admin.GetSessionsAsync(None));
        await using var events = admin.WatchEventsAsync(1, None).GetAsyncEnumerator(None);
        await using var transcript = admin.GetTranscriptAsync(session.Id, follow: true, None).GetAsyncEnumerator(None);
        Assert.True(await events.MoveNextAsync());
        Assert.True(await transcript.MoveNextAsync());

        // Neither is read from here on: more events than are kept for a watcher, more lines than a transcript has.
        for (var i = 0; i < 20_000; i++)
        {
            server.Host.Events.Publish("Warning", MailEventSeverity.Warning, $"number {i}");
        }

        for (var i = 0; i < 50; i++)
        {
            await client.SendLinesAsync([.. Enumerable.Repeat("NOOP", 100)]);
            for (var reply = 0; reply < 100; reply++)
            {
                await client.ExpectAsync("250 ");
            }
        }

        await client.SendLinesAsync("EHLO x.test");
        await client.ReadUntilAsync("250 ");
        await client.SendLinesAsync("MAIL FROM:<a@example.net>", "RCPT TO:<alice@example.com>", "DATA");
        await client.ExpectAsync("250 ");
        await client.ExpectAsync("250 ");
        await client.ExpectAsync("354 ");
        await client.SendLinesAsync("Subject: x", "", "x", ".");
        await client.ExpectAsync("250 ");

        // It goes on where it can, and is told what it missed.
        var told = false;
        while (!told && await events.MoveNextAsync())
        {
            told = events.Current.Message.Contains("left out", StringComparison.Ordinal);
        }

        Assert.True(told);
    }
}
