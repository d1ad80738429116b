using MailAdmin.Administration;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Smtp;

/// <summary>What is refused is told and counted.</summary>
public sealed class RefusalTests
{
    [Fact]
    public async Task Each_refused_sender_and_recipient_is_an_event_with_the_reply()
    {
        await using var server = await TestServer.StartAsync(["alice@example.com", "full@example.com"], s => s with { Outbound = MailOutboundMode.Refuse });
        await server.AddMessageAsync("full@example.com", "INBOX", "fills it");
        await server.Administration.SetMailboxAsync("full@example.com", new MailboxChange { QuotaBytes = 1 }, CancellationToken.None);
        var events = server.Administration.WatchEventsAsync(0, CancellationToken.None);
        await using (var client = await server.ConnectAsync(MailProtocol.Smtp))
        {
            await client.ExpectAsync("220 ");
            await client.SendLinesAsync(
                "EHLO x", "MAIL FROM:<nonsense>", "MAIL FROM:<bob@example.net> SIZE=999999999999", "MAIL FROM:<bob@example.net>", "RCPT TO:<nosuch@example.com>", "RCPT TO:<x@elsewhere.test>",
                "RCPT TO:<full@example.com>", "RCPT TO:<>", "RCPT TO:<alice@example.com> X=1", "QUIT");
            await client.ReadToEndAsync();
        }

        var refused = await RefusedAsync(events);
        Assert.Equal(
        [
            "A sender refused: 553 5.1.7 That is not a sender address",
            "Sender <bob@example.net> refused: 552 5.3.4 Message is larger than this server takes",
            "Recipient <nosuch@example.com> of mail from <bob@example.net> refused: 550 5.1.1 No such mailbox here",
            "Recipient <x@elsewhere.test> of mail from <bob@example.net> refused: 550 5.7.1 This server does not relay to that domain",
            "Recipient <full@example.com> of mail from <bob@example.net> refused: 552 5.2.2 The mailbox is full",
            "Recipient <> of mail from <bob@example.net> refused: 553 5.1.3 That is not a recipient address",
            "Recipient <alice@example.com> of mail from <bob@example.net> refused: 555 5.5.4 Parameter X is not known",
        ], refused.Select(e => e.Message));
        Assert.All(refused, e => Assert.Equal((MailProtocol.Smtp, "127.0.0.1", MailEventSeverity.Information), (e.Protocol, e.RemoteAddress, e.Severity)));
        Assert.All(refused, e => Assert.NotNull(e.SessionId));
        Assert.Equal(7, (await server.Administration.GetStatisticsAsync(CancellationToken.None)).MessagesRefused);
    }

    [Fact]
    public async Task A_login_that_sends_as_another_is_a_warning_that_names_it()
    {
        await using var server = await TestServer.StartAsync(["alice@example.com secret", "bob@example.com"]);
        var events = server.Administration.WatchEventsAsync(0, CancellationToken.None);
        await using (var client = await server.ConnectAsync(MailProtocol.Submission, tls: true))
        {
            await client.ExpectAsync("220 ");
            await client.SendLinesAsync("EHLO x", "MAIL FROM:<bob@example.com>", "AUTH PLAIN AGFsaWNlQGV4YW1wbGUuY29tAHNlY3JldA==", "MAIL FROM:<bob@example.com>", "QUIT");
            await client.ReadToEndAsync();
        }

        var refused = await RefusedAsync(events);
        Assert.Equal("A sender refused: 530 5.7.0 Log in first", refused[0].Message);
        Assert.Equal("Sender <bob@example.com> refused: 553 5.7.1 The sender address does not belong to this login", refused[1].Message);
        Assert.Equal((MailEventSeverity.Warning, "alice@example.com"), (refused[1].Severity, refused[1].Mailbox));
    }

    [Fact]
    public async Task Of_a_flood_the_first_are_told_and_all_are_counted()
    {
        await using var server = await TestServer.StartAsync(["alice@example.com"]);
        var events = server.Administration.WatchEventsAsync(0, CancellationToken.None);
        await using (var client = await server.ConnectAsync(MailProtocol.Smtp))
        {
            await client.ExpectAsync("220 ");
            await client.SendLinesAsync(["EHLO x", "MAIL FROM:<bob@example.net>", .. Enumerable.Range(0, 300).Select(i => $"RCPT TO:<n{i}@example.com>"), "QUIT"]);
            await client.ReadToEndAsync();
        }

        var refused = await RefusedAsync(events);
        Assert.Equal(21, refused.Count);
        Assert.Contains("<n19@example.com>", refused[19].Message, StringComparison.Ordinal);
        Assert.Equal("More than 20 refusals in this session: no more of them are told, all are counted", refused[20].Message);
        Assert.Equal(300, (await server.Administration.GetStatisticsAsync(CancellationToken.None)).MessagesRefused);
    }

    private static async Task<List<MailEvent>> RefusedAsync(IAsyncEnumerable<MailEvent> events)
    {
        var refused = new List<MailEvent>();
        await Eventually.First(events, e =>
        {
            if (e.Kind == "Refused")
            {
                refused.Add(e);
            }

            return e.Kind == "SessionClosed";
        }, "the end of the session");
        return refused;
    }
}
