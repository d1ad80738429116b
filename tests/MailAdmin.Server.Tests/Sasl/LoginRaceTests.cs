using MailAdmin.Addresses;
using MailAdmin.Security;
using MailAdmin.Store;
using MailAdmin.Testing;

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
