using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Queue;

/// <summary>Over the wire, from a client's login to the other server; and what a stranger gets at each door.</summary>
public sealed class SubmissionTests
{
    [Fact]
    public async Task A_login_relays_and_what_it_announced_is_passed_on()
    {
        await using var bench = await RelayBench.StartAsync();
        await using var client = await bench.Server.ConnectAsync(MailProtocol.Submission, tls: true);
        await client.ExpectAsync("220 ");
        await client.SendLineAsync("EHLO client.test");
        await client.ReadUntilAsync("250 ");
        await client.SendLineAsync("AUTH PLAIN " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"\0alice@example.com\0{TestServer.Password}")));
        await client.ExpectAsync("235 ");
        await client.SendLinesAsync("MAIL FROM:<alice@example.com> BODY=8BITMIME SMTPUTF8", "RCPT TO:<j\u00c3\u00b6rg@b\u00c3\u00bccher.test>", "RCPT TO:<bob@example.com>", "DATA");
        await client.ExpectAsync("250 2.1.0");
        await client.ExpectAsync("250 2.1.5");
        await client.ExpectAsync("250 2.1.5");
        await client.ExpectAsync("354 ");
        await client.SendLinesAsync("Subject: hi", "Bcc: secret@example.com", "", "..dot", ".");
        await client.ExpectAsync("250 2.0.0");

        var message = await bench.Remote.NextAsync();
        Assert.Contains(" BODY=8BITMIME SMTPUTF8", message.Mail, StringComparison.Ordinal);
        Assert.Equal(["RCPT TO:<jörg@xn--bcher-kva.test>"], message.Recipients);
        Assert.StartsWith("Received: from client.test (", message.Text, StringComparison.Ordinal);
        Assert.Contains("with UTF8SMTPSA id ", message.Text, StringComparison.Ordinal);
        Assert.Contains("Message-ID: <", message.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Bcc:", message.Text, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n.dot\r\n", message.Text, StringComparison.Ordinal);
        Assert.StartsWith("Return-Path: <alice@example.com>\r\n", Assert.Single(await bench.MailAsync("bob@example.com")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stranger_relays_nowhere_whatever_the_recipient_looks_like()
    {
        await using var bench = await RelayBench.StartAsync();
        await using var client = await bench.Server.ConnectAsync(MailProtocol.Smtp);
        await client.ExpectAsync("220 ");
        await client.SendLineAsync("EHLO stranger.test");
        await client.ReadUntilAsync("250 ");
        foreach (var sender in (string[])["<>", "<alice@example.com>", "<x@elsewhere.test>"])
        {
            await client.SendLineAsync("MAIL FROM:" + sender);
            await client.ExpectAsync("250 ");
            foreach (var recipient in (string[])
            [
                "<x@elsewhere.test>", "<x%elsewhere.test@example.com>", "<elsewhere.test!x@example.com>", "<@example.com:x@elsewhere.test>", "<\"x@elsewhere.test\"@example.com>",
                "<\"x@elsewhere.test\">", "<x@elsewhere.test@example.com>", "<x@[127.0.0.1]>", "<x@[IPv6:::1]>", "<x@example.com@elsewhere.test>", "<x@elsewhere.test.>", "<x@sub.example.com>",
            ])
            {
                await client.SendLineAsync("RCPT TO:" + recipient);
                Assert.StartsWith("55", await client.ReadLineAsync(), StringComparison.Ordinal);
            }

            await client.SendLineAsync("RSET");
            await client.ExpectAsync("250 ");
        }

        Assert.Equal(0, bench.Server.Store.Queue.Count);
    }
}
