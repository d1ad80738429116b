using MailAdmin.Errors;
using MailAdmin.Server.Connections;
using MailAdmin.Store;
using MailAdmin.Testing;

namespace MailAdmin.Server.Tests.Imap;

/// <summary>A store that fails, as clients see it.</summary>
public sealed class ImapStoreFaultTests
{
    private static async Task<RawClient> SelectAsync(ImapServer server, int messages)
    {
        var client = await server.LogInAsync();
        for (var i = 0; i < messages; i++)
        {
            await client.SendAsync("a APPEND INBOX {10+}\r\n\r\nneedle\r\n\r\n");
            await client.ExpectAsync("a OK");
        }

        await client.SendLineAsync("b SELECT INBOX");
        await client.ReadUntilAsync("b OK");
        return client;
    }

    [Theory]
    [InlineData("StoreDiskFull")]
    [InlineData("StoreIOError")]
    [InlineData("StoreFaulted")]
    [InlineData("StoreAccessDenied")]
    public async Task A_store_that_cannot_write_is_still_read(string error)
    {
        MessageCalls? calls = null;
        await using var server = await ImapServer.StartAsync(store => (calls = new MessageCalls(store)).Store);
        await using var client = await SelectAsync(server, 1);
        calls!.Called = name => name is nameof(IMessageStore.ChangeFlagsAsync) or nameof(IMessageStore.AppendAsync) or nameof(IMessageStore.CopyAsync)
            ? throw new MailAdminException(error, MailErrorCategory.ResourceUnavailable, "the disk", null, "none")
            : 0;
        await client.SendLineAsync("c FETCH 1 BODY.PEEK[TEXT]");
        await client.ExpectAsync("* 1 FETCH (BODY[TEXT] {8}");
        await client.ReadUntilAsync("c OK");
        await client.SendLineAsync("d STORE 1 +FLAGS (\\Seen)");
        await client.ExpectAsync("d NO [UNAVAILABLE]");
        await client.SendLineAsync("e COPY 1 Trash");
        await client.ExpectAsync("e NO [UNAVAILABLE]");
        await client.SendAsync("f APPEND INBOX {3+}\r\nabc\r\n");
        await client.ExpectAsync("f NO [UNAVAILABLE]");

        var session = server.Host.Sessions.Single().Id;
        Assert.Equal(
            new[] { "STORE", "COPY", "APPEND" }.Select(verb => ($"Session {session}: {verb} could not be carried out: the disk", error)),
            server.TakeFailures().Select(f => (f.Message, ((MailAdminException)f.Details.Cause!).ErrorId)));
    }

    [Theory]
    [InlineData("FETCH 1:* BODY.PEEK[]", "c NO", "OpenAsync")]
    [InlineData("FETCH 1:* BODY[]", "c OK", "ChangeFlagsAsync")]
    [InlineData("SEARCH TEXT nothing", "c OK", "OpenAsync")]
    public async Task What_is_answered_in_part_is_told_once_a_command(string command, string reply, string failing)
    {
        MessageCalls? calls = null;
        await using var server = await ImapServer.StartAsync(store => (calls = new MessageCalls(store)).Store);
        await using var client = await SelectAsync(server, 3);
        calls!.Called = name => name == failing ? throw new MailAdminException("StoreIOError", MailErrorCategory.ResourceUnavailable, "the disk") : 0;
        for (var i = 0; i < 2; i++)
        {
            await client.SendLineAsync($"c {command}");
            await client.ReadUntilAsync(reply);
        }

        var name = command.Split(' ')[0];
        Assert.All(server.TakeFailures(), e => Assert.EndsWith($": {name} could not be carried out in full: the disk", e.Message, StringComparison.Ordinal));
        Assert.Equal(2, server.Host.Events.All.Count(e => e.Kind == "Error"));
    }

    [Theory]
    [InlineData("QuotaExceeded", "OVERQUOTA")]
    [InlineData("FolderFull", "LIMIT")]
    [InlineData("MailboxNotFound", "UNAVAILABLE")]
    public async Task What_is_the_clients_own_doing_is_no_event(string error, string code)
    {
        MessageCalls? calls = null;
        await using var server = await ImapServer.StartAsync(store => (calls = new MessageCalls(store)).Store);
        await using var client = await SelectAsync(server, 1);
        calls!.Called = name => name == nameof(IMessageStore.CopyAsync) ? throw new MailAdminException(error, MailErrorCategory.QuotaExceeded, "full") : 0;
        await client.SendLineAsync("c COPY 1 Trash");
        await client.ExpectAsync($"c NO [{code}]");
        Assert.DoesNotContain(server.Host.Events.All, e => e.Severity != MailEventSeverity.Information);
    }

    [Theory]
    [InlineData("SEARCH TEXT nothing")]
    [InlineData("SORT (SUBJECT) UTF-8 TEXT nothing")]
    [InlineData("THREAD REFERENCES UTF-8 TEXT nothing")]
    public async Task A_search_ends_with_its_session(string search)
    {
        var opened = 0;
        MessageCalls? calls = null;
        await using var server = await ImapServer.StartAsync(store => (calls = new MessageCalls(store)).Store);
        await using var client = await SelectAsync(server, 20);
        calls!.Called = name => name == nameof(IMessageStore.OpenAsync) && ++opened == 3 ? EndSession(server) : 0;
        await client.SendLineAsync($"c {search}");
        Assert.StartsWith("* BYE", await client.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(3, opened);
    }

    [Theory]
    [InlineData("SEARCH TEXT nothing")]
    [InlineData("SORT (SUBJECT) UTF-8 TEXT needle")]
    [InlineData("UID THREAD REFERENCES UTF-8 TEXT needle")]
    public async Task A_search_that_takes_long_says_so_now_and_then(string search)
    {
        MessageCalls? calls = null;
        await using var server = await ImapServer.StartAsync(TranscriptScript.Parse("test", "# clock: manual\n"), store => (calls = new MessageCalls(store)).Store);
        await using var client = await SelectAsync(server, 20);
        calls!.Called = name => name == nameof(IMessageStore.OpenAsync) ? Pass(server, TimeSpan.FromSeconds(10)) : 0;
        await client.SendLineAsync($"c {search}");
        var said = await client.ReadUntilAsync("c OK");
        Assert.InRange(said.Count(l => l.StartsWith("* OK Still busy", StringComparison.Ordinal)), 19, 20);
        Assert.StartsWith($"* {search.Replace("UID ", "", StringComparison.Ordinal).Split(' ')[0]}", said[^2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_ends_where_its_client_has_hung_up()
    {
        var opened = 0;
        MessageCalls? calls = null;
        await using var server = await ImapServer.StartAsync(TranscriptScript.Parse("test", "# clock: manual\n"), store => (calls = new MessageCalls(store)).Store);
        await using var client = await SelectAsync(server, 20);
        calls!.Called = name =>
        {
            if (name == nameof(IMessageStore.OpenAsync))
            {
                if (++opened == 3)
                {
                    client.Reset();
                }

                Pass(server, TimeSpan.FromSeconds(10));
            }

            return 0;
        };
        await client.SendLineAsync("c SEARCH TEXT nothing");
        await Eventually.Holds(() => server.Host.Sessions.Count == 0, "the session's end");
        Assert.InRange(opened, 3, 19);
    }

    private static int Pass(ImapServer server, TimeSpan time)
    {
        server.Clock!.Advance(time);
        return 0;
    }

    private static int EndSession(ImapServer server)
    {
        server.Host.Table.All().Single().RequestClose(ClosingReason.StoppedByAdmin);
        return 0;
    }
}
