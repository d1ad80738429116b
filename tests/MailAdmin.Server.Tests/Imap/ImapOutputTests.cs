using System.Text;
using MailAdmin.Server.Connections;
using MailAdmin.Server.Imap;
using MailAdmin.Store;
using MailAdmin.Testing.Fuzzing;

namespace MailAdmin.Server.Tests.Imap;

/// <summary>What a session has written and not yet sent is bounded, whatever a client asks for at once.</summary>
public sealed class ImapOutputTests
{
    /// <summary>What is sent when it is written, and as much again for the stretch that was being written.</summary>
    private const int Most = 128 * 1024;

    private static async Task<(long MostUnflushed, string Said)> SayAsync(ImapServer server, string commands)
    {
        var input = Encoding.Latin1.GetBytes($"l LOGIN alice@example.com secret\r\ns SELECT INBOX\r\n{commands}z LOGOUT\r\n");
        using var connection = new MemoryConnection(MailProtocol.Imap, [input], new ServerLimits());
        await new ImapHandler(server.Context).RunAsync(connection);
        var said = Encoding.Latin1.GetString(connection.Said);
        Assert.EndsWith("z OK LOGOUT completed\r\n", said, StringComparison.Ordinal);
        return (connection.MostUnflushed, said);
    }

    private static async Task<FolderId> InboxAsync(ImapServer server)
    {
        await foreach (var mailbox in server.Store.Accounts.ListMailboxesAsync())
        {
            return (await server.Store.Folders.FindAsync(mailbox.Id, FolderName.Inbox))!.Id;
        }

        throw new InvalidOperationException();
    }

    /// <summary>One message, then copies of copies: 2^doublings in all.</summary>
    private static async Task<FolderId> FillAsync(ImapServer server, int doublings, string message = "Subject: x\r\n\r\n", params string[] keywords)
    {
        var inbox = await InboxAsync(server);
        await using (var incoming = server.Store.Messages.CreateIncoming())
        {
            await incoming.WriteAsync(Encoding.ASCII.GetBytes(message));
            await server.Store.Messages.DeliverAsync(incoming, [new DeliveryTarget(inbox, Keywords: keywords)]);
        }

        for (var i = 0; i < doublings; i++)
        {
            await server.Store.Messages.CopyAsync(inbox, UidSet.All, inbox);
        }

        return inbox;
    }

    private static string[] LongKeywords => [.. Enumerable.Range(0, FolderKeywords.MaxKeywords).Select(i => $"k{i:D2}".PadRight(200, 'x'))];

    [Fact]
    public async Task Flags_of_few_messages_with_many_keywords()
    {
        await using var server = await ImapServer.StartAsync();
        await FillAsync(server, 6, keywords: LongKeywords);
        var (most, _) = await SayAsync(server, "a FETCH 1:* FLAGS\r\n");
        Assert.InRange(most, 1, 3 * Most);
    }

    [Fact]
    public async Task Commands_that_come_at_once()
    {
        await using var server = await ImapServer.StartAsync();
        await FillAsync(server, 0, keywords: LongKeywords);
        var (most, said) = await SayAsync(server, string.Concat(Enumerable.Repeat("a FETCH 1 FLAGS\r\n", 100)));
        Assert.Equal(101, said.Split("a OK ").Length);
        Assert.InRange(most, 1, Most);
    }

    [Fact]
    public async Task Vanished_messages()
    {
        await using var server = await ImapServer.StartAsync();
        var inbox = await FillAsync(server, 16);
        await server.Store.Messages.ExpungeAsync(inbox, UidSet.Of(Enumerable.Range(1, 1 << 16).Where(n => n % 2 == 0).Select(n => (uint)n)), onlyDeleted: false);
        var (most, said) = await SayAsync(server, "e ENABLE QRESYNC\r\na UID FETCH 1:* (FLAGS) (CHANGEDSINCE 9999 VANISHED)\r\nb UID FETCH 1:* (FLAGS) (CHANGEDSINCE 1 VANISHED)\r\n");
        Assert.Contains("* VANISHED (EARLIER) 2,4,6,", said, StringComparison.Ordinal);
        Assert.Contains(",65534,65536\r\n", said, StringComparison.Ordinal);
        Assert.InRange(most, 1, Most);
    }

    [Fact]
    public async Task One_thread_of_many_messages()
    {
        await using var server = await ImapServer.StartAsync();
        await FillAsync(server, 15);
        var (most, said) = await SayAsync(server, "a THREAD ORDEREDSUBJECT UTF-8 ALL\r\n");
        Assert.Contains("* THREAD (1 (2)(3)(4)", said, StringComparison.Ordinal);
        Assert.Contains("(32767)(32768))\r\na OK", said, StringComparison.Ordinal);
        Assert.InRange(most, 1, Most);
    }

    [Fact]
    public async Task Sections_of_a_long_header()
    {
        await using var server = await ImapServer.StartAsync();
        await FillAsync(server, 0, string.Concat(Enumerable.Repeat("X-Long: " + new string('x', 1000) + "\r\n", 300)) + "\r\n");
        var (most, _) = await SayAsync(server, $"a FETCH 1 ({string.Join(' ', Enumerable.Range(0, 10).Select(i => $"BODY.PEEK[HEADER.FIELDS.NOT (X-{i})]"))})\r\n");
        Assert.InRange(most, 300_000, 600_000);
    }
}
