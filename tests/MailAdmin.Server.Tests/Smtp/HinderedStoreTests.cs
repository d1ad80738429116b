using MailAdmin.Errors;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Smtp;

/// <summary>A store that cannot answer is our trouble: the client is told to come again, and the session goes on.</summary>
public sealed class HinderedStoreTests
{
    private readonly StoreHooks _hooks = new();

    [Fact]
    public async Task Mail_that_cannot_be_judged_now_is_answered_451()
    {
        await using var server = await TestServer.StartAsync(["alice@example.com secret"], null, null, "submission", _hooks.Parts);
        await using var client = await server.ConnectAsync(MailProtocol.Submission);
        await client.SendLinesAsync("EHLO x", "AUTH PLAIN AGFsaWNlQGV4YW1wbGUuY29tAHNlY3JldA==");
        await client.ReadUntilAsync("235 ");
        _hooks.Accounts = (name, call) => name.StartsWith("Find", StringComparison.Ordinal)
            ? throw new MailAdminException("StoreIOError", MailErrorCategory.ResourceUnavailable, "the disk is away") : call();
        await client.SendLineAsync("MAIL FROM:<sales@example.com>");
        await client.ExpectAsync("451 4.3.0 ");
        // One's own address needs no look.
        await client.SendLineAsync("MAIL FROM:<alice@example.com>");
        await client.ExpectAsync("250 2.1.0");
        foreach (var (command, answer) in new[]
        {
            ("RCPT TO:<bob@example.com>", "451 4.3.0"), ("RSET", "250 "), ("VRFY bob@example.com", "252 "), ("NOOP", "250 "), ("EHLO x", "250-"),
        })
        {
            await client.SendLineAsync(command);
            await client.ExpectAsync(answer);
        }

        await client.ReadUntilAsync("250 ");
        _hooks.Accounts = null;
        await client.SendLineAsync("MAIL FROM:<alice@example.com>");
        await client.ExpectAsync("250 2.1.0");
    }

    [Fact]
    public async Task A_login_that_cannot_be_judged_now_is_answered_454()
    {
        await using var server = await TestServer.StartAsync(["alice@example.com secret"], null, null, "submission", _hooks.Parts);
        await using var client = await server.ConnectAsync(MailProtocol.Submission);
        await client.SendLinesAsync("EHLO x");
        await client.ReadUntilAsync("250 ");
        var events = server.Administration.WatchEventsAsync(0, CancellationToken.None);
        _hooks.Accounts = (_, _) => throw new MailAdminException("StoreIOError", MailErrorCategory.ResourceUnavailable, "the disk is away");
        foreach (var command in new[] { "AUTH PLAIN AGFsaWNlQGV4YW1wbGUuY29tAHNlY3JldA==", $"AUTH SCRAM-SHA-256 {Convert.ToBase64String("n,,n=alice,r=fyko+d2lbbFgONRv9qkxdawL"u8)}" })
        {
            await client.SendLineAsync(command);
            await client.ExpectAsync("454 4.7.0 ");
        }

        // The client hears nothing of the cause, the admin does.
        var told = await Eventually.First(events, e => e.Kind == "Error", "the event");
        Assert.Contains("the disk is away", told.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(MailAdminException), told.Detail, StringComparison.Ordinal);
    }
}
