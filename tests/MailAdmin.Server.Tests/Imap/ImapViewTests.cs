using MailAdmin.Store;
using MailAdmin.Testing.ImapViews;

namespace MailAdmin.Server.Tests.Imap;

/// <summary>
/// Many sessions change the same few folders at random, each keeping its own books from what the server tells it and checking all of it; at the end
/// every session's books equal the store's. The long run is the verb <c>imap-views</c> of MailAdmin.Benchmarks.
/// </summary>
public sealed class ImapViewTests
{
    [Theory]
    [InlineData(12, 150, 7)]
    [InlineData(200, 10, 20261122)]
    public async Task Every_sessions_view_equals_the_stores(int sessions, int rounds, int seed)
    {
        await using var server = await ImapServer.StartAsync();
        var books = await ViewStress.RunAsync(server.EndPoint, "alice@example.com", "secret", sessions, rounds, seed);

        var mailbox = await server.Store.Accounts.FindMailboxAsync(Addresses.MailboxAddress.Parse("alice@example.com"));
        foreach (var folder in ViewWork.Folders)
        {
            var record = await server.Store.Folders.FindAsync(mailbox!.Id, folder);
            var snapshot = await server.Store.Messages.GetSnapshotAsync(record!.Id);
            Assert.Equal(snapshot.Enumerate().Select(m => $"{m.Uid} {Show(m.Flags, snapshot.Keywords)}"), books.Folders[folder]);
        }
    }

    private static string Show(MessageFlags flags, FolderKeywords keywords)
    {
        var names = new List<string>();
        foreach (var (flag, name) in new[] { (MessageFlags.Seen, "\\Seen"), (MessageFlags.Answered, "\\Answered"), (MessageFlags.Flagged, "\\Flagged"), (MessageFlags.Deleted, "\\Deleted"), (MessageFlags.Draft, "\\Draft") })
        {
            if (flags.Has(flag))
            {
                names.Add(name);
            }
        }

        return ViewedMessage.Sort(names.Concat(Enumerable.Range(0, keywords.Count).Where(flags.HasKeyword).Select(k => keywords[k])));
    }
}
