using MailAdmin.Addresses;
using MailAdmin.Administration;
using MailAdmin.Security;
using MailAdmin.Store;
using MailAdmin.Testing;
using MailKit.Security;

namespace MailAdmin.Server.Tests.Sasl;

/// <summary>A login takes a while to be computed, and its mailbox may change meanwhile.</summary>
public sealed class LoginRaceTests
{
    private static readonly MailboxAddress Alice = MailboxAddress.Parse("alice@example.com");
    private readonly StoreHooks _hooks = new();

    [Theory]
    [InlineData("disabled", "[CONTACTADMIN]")]
    [InlineData("deleted", "[AUTHENTICATIONFAILED]")]
    [InlineData("given another password", "[AUTHENTICATIONFAILED]")]
    public async Task A_login_counts_for_what_the_mailbox_is_at_its_end(string change, string code)
    {
        await using var server = await StartAsync();
        await using var client = await server.ConnectAsync(MailProtocol.Imap);
        await client.ExpectAsync("* OK");
        Once("FindMailboxAsync", accounts => change switch
        {
            "disabled" => accounts.UpdateMailboxAsync(IdOf(accounts), new MailboxUpdate { IsEnabled = false }),
            "deleted" => accounts.DeleteMailboxAsync(IdOf(accounts)),
            _ => accounts.UpdateMailboxAsync(IdOf(accounts), new MailboxUpdate { Verifier = ScramVerifier.Create("new", 4096) }),
        }, server);
        await client.SendLineAsync("a LOGIN alice@example.com secret");
        await client.ExpectAsync($"a NO {code}");
        Assert.Null(Assert.Single(await server.Administration.GetSessionsAsync(CancellationToken.None)).Mailbox);
    }

    [Theory]
    [InlineData(MailProtocol.Imap, "a LOGIN alice@example.com secret", "* BYE")]
    [InlineData(MailProtocol.Pop3, "USER alice@example.com\r\nPASS secret", "-ERR [SYS/")]
    [InlineData(MailProtocol.Submission, "EHLO x\r\nAUTH PLAIN AGFsaWNlQGV4YW1wbGUuY29tAHNlY3JldA==", "421 ")]
    public async Task A_mailbox_that_is_disabled_behind_the_last_look_ends_the_session(MailProtocol protocol, string login, string end)
    {
        await using var server = await StartAsync();
        await using var client = await server.ConnectAsync(protocol);
        Once("GetMailboxAsync", accounts => accounts.UpdateMailboxAsync(IdOf(accounts), new MailboxUpdate { IsEnabled = false }), server);
        await client.SendLineAsync(login);
        await client.ReadUntilAsync(end);
    }

    [Fact]
    public async Task A_session_ends_with_its_mailbox_whatever_that_is_called_by_then()
    {
        await using var server = await TestServer.StartAsync(["alice@example.com secret"]);
        await using var client = await server.ConnectAsync(MailProtocol.Imap);
        await client.SendLineAsync("a LOGIN alice@example.com secret");
        await client.ReadUntilAsync("a OK");
        await server.Administration.SetMailboxAsync("alice@example.com", new MailboxChange { Address = "alicia@example.com" }, CancellationToken.None);
        // Another's that has the old name now is nothing to this session.
        await server.AddMailboxAsync("alice@example.com");
        await server.Administration.RemoveMailboxAsync("alice@example.com", CancellationToken.None);
        await client.SendLineAsync("b NOOP");
        await client.ReadUntilAsync("b OK");

        await server.Administration.SetMailboxAsync("alicia@example.com", new MailboxChange { IsEnabled = false }, CancellationToken.None);

        await client.ReadUntilAsync("* BYE");
    }

    [Theory]
    [InlineData(MailProtocol.Imap, "a AUTHENTICATE SCRAM-SHA-256", "a BAD")]
    [InlineData(MailProtocol.Pop3, "AUTH SCRAM-SHA-256", "-ERR")]
    [InlineData(MailProtocol.Submission, "AUTH SCRAM-SHA-256", "500 5.5.6")]
    public async Task A_proof_whose_exchange_breaks_off_is_no_login(MailProtocol protocol, string begin, string refusal)
    {
        await using var server = await TestServer.StartAsync(["alice@example.com secret"]);
        await using var client = await server.ConnectAsync(protocol);
        await client.ReadLineAsync();
        if (protocol == MailProtocol.Submission)
        {
            await client.SendLineAsync("EHLO client.test");
            await client.ReadUntilAsync("250 ");
        }

        var mechanism = new SaslMechanismScramSha256("alice@example.com", "secret");
        await client.SendLineAsync(begin);
        for (var i = 0; i < 2; i++)
        {
            var challenge = await client.ReadLineAsync();
            await client.SendLineAsync(mechanism.Challenge(challenge!.Split(' ', 2) is [_, { Length: > 0 } text] ? text : null!, CancellationToken.None));
        }

        // The server's own proof, which is to be answered with an empty line.
        await client.ReadLineAsync();
        await client.SendAsync("\n\r\n");
        await client.ReadUntilAsync(refusal);
        Assert.Null(Assert.Single(await server.Administration.GetSessionsAsync(CancellationToken.None)).Mailbox);
    }

    private Task<TestServer> StartAsync() => TestServer.StartAsync(["alice@example.com secret"], null, null, "imap", _hooks.Parts);

    private static MailboxId IdOf(IAccountStore accounts) => accounts.FindMailboxAsync(Alice).AsTask().GetAwaiter().GetResult()!.Id;

    // The login's call of the member gets the mailbox as it was before the change. Events ask for mailboxes as well, but not while a session is noted.
    private void Once(string member, Func<IAccountStore, Task> change, TestServer server) => _hooks.Accounts = (name, call) =>
    {
        if (name != member || (name == "GetMailboxAsync" && server.Host.Table.All().All(c => c.Activity.Mailbox is null)))
        {
            return call();
        }

        _hooks.Accounts = null;
        var before = (ValueTask<MailboxRecord?>)call()!;
        return new ValueTask<MailboxRecord?>(ThenAsync());

        async Task<MailboxRecord?> ThenAsync()
        {
            var found = await before;
            var told = new TaskCompletionSource();
            using (server.Store.Watch(c => _ = c is MailboxChanged && told.TrySetResult()))
            {
                await change(server.Store.Accounts);
                await told.Task;
            }

            return found;
        }
    };
}
