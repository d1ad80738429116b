using MailAdmin.Server.Imap;

namespace MailAdmin.Server.Tests.Imap;

public sealed class ImapHostileTests
{
    [Fact]
    public async Task A_message_that_breaks_off_is_not_stored()
    {
        await using var server = await ImapServer.StartAsync();
        await using var watcher = await server.LogInAsync();
        await using (var client = await server.LogInAsync())
        {
            await client.SendAsync("a APPEND INBOX {3+}\r\none {1000+}\r\nhalf of it");
            client.EndOutput();
            await client.ReadToEndAsync();
        }

        await watcher.SendLineAsync("a STATUS INBOX (MESSAGES UIDNEXT)");
        await watcher.ExpectAsync("* STATUS INBOX (MESSAGES 0 UIDNEXT 1)");
    }

    [Fact]
    public async Task Nesting_without_end_is_refused_and_the_session_lives_on()
    {
        await using var server = await ImapServer.StartAsync();
        await using var client = await server.LogInAsync();
        await client.SendLineAsync("a SELECT INBOX");
        await client.ReadUntilAsync("a OK");
        await client.SendLineAsync($"b SEARCH {new string('(', 60_000)}");
        await client.ExpectAsync("b BAD");
        await client.SendLineAsync($"c SEARCH {string.Concat(Enumerable.Repeat("NOT ", 15_000))}ALL");
        await client.ExpectAsync("c BAD");
        await client.SendLineAsync($"d FETCH 1 BODY[{string.Concat(Enumerable.Repeat("1.", 30_000))}1]");
        await client.ExpectAsync("d BAD");
        await client.SendLineAsync("e NOOP");
        await client.ExpectAsync("e OK");
    }

    [Fact]
    public async Task A_message_literal_of_four_gigabytes_is_not_waited_for()
    {
        await using var server = await ImapServer.StartAsync();
        await using var client = await server.LogInAsync();
        await client.SendLineAsync("a APPEND INBOX {4294967296}");
        await client.ExpectAsync("a NO [TOOBIG]");
        await client.SendLineAsync("b APPEND INBOX {4294967296+}");
        await client.ReadUntilAsync("* BYE");
    }

    [Fact]
    public async Task Every_advertised_capability_can_be_switched_off()
    {
        await using var server = await ImapServer.StartAsync();
        foreach (var capability in ImapCapabilities.All.Where(c => c is not "LOGINDISABLED"))
        {
            server.Context.DisabledCapabilities = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { capability };
            await using var client = await server.ConnectAsync();
            var greeting = await client.ExpectAsync("* OK");
            await client.SendLineAsync("a LOGIN alice@example.com secret");
            var loggedIn = await client.ExpectAsync("a OK");
            foreach (var line in new[] { greeting, loggedIn })
            {
                var offered = line[(line.IndexOf('[', StringComparison.Ordinal) + 1)..line.IndexOf(']', StringComparison.Ordinal)].Split(' ');
                Assert.DoesNotContain(offered, o => o == capability || o.StartsWith(capability + "=", StringComparison.Ordinal) && capability == "APPENDLIMIT");
            }
        }
    }

    [Fact]
    public async Task No_secret_enters_the_transcript()
    {
        await using var server = await ImapServer.StartAsync();
        await using var client = await server.ConnectAsync();
        await client.ExpectAsync("* OK");
        await client.SendAsync("a LOGIN alice@example.com topsecret1\r\nb LOGIN {17+}\r\nalice@example.com {10+}\r\ntopsecret2\r\nc AUTHENTICATE PLAIN dG9wc2VjcmV0Mw==\r\n");
        await client.ReadUntilAsync("c ");
        await client.SendAsync("d LOGN alice topsecret4\r\ntopsecret5\r\ne LOGIN alice@example.com secret\r\n");
        await client.ReadUntilAsync("e OK");
        var session = Assert.Single(server.Host.Sessions);
        var transcript = string.Join('\n', server.Host.Transcript(session.Id).Select(l => l.Text));
        Assert.Contains("a LOGIN ***", transcript, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret1", transcript, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret2", transcript, StringComparison.Ordinal);
        Assert.DoesNotContain("dG9wc2VjcmV0", transcript, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret4", transcript, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret5", transcript, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_client_says_of_itself_is_cut_and_prints_as_text()
    {
        await using var server = await ImapServer.StartAsync();
        await using var client = await server.ConnectAsync();
        await client.ExpectAsync("* OK");
        await client.SendAsync($"a ID (\"name\" \"A\x1b[2J\xe2\x80\xae{new string('x', 1000)}\" \"version\" \"1\x07\")\r\n");
        await client.ReadUntilAsync("a OK");
        Assert.Equal("A.[2J." + new string('x', 194), Assert.Single(server.Host.Sessions).Client);
        await client.SendAsync("b ID (\"name\" \"B\" \"version\" \"1\x07\")\r\n");
        await client.ReadUntilAsync("b OK");
        Assert.Equal("B 1.", Assert.Single(server.Host.Sessions).Client);
    }
}
