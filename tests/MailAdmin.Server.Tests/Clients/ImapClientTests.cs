using MailAdmin.Server.Tests.Imap;
using MailAdmin.Testing;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Search;
using MailKit.Security;
using MimeKit;
using static MailAdmin.Server.Tests.Clients.ClientProgram;

namespace MailAdmin.Server.Tests.Clients;

/// <summary>IMAP clients as a person runs them. A test is skipped only where its program is not installed.</summary>
public sealed class ImapClientTests
{
    private const string User = "alice@example.com", Password = "secret";

    [Fact]
    public async Task MailKit_does_a_days_work_over_starttls()
    {
        await using var server = await ImapServer.StartAsync();
        using var client = new ImapClient { ServerCertificateValidationCallback = (_, _, _, _) => true, CheckCertificateRevocation = false };
        await client.ConnectAsync("127.0.0.1", server.EndPoint.Port, SecureSocketOptions.StartTls);
        await client.AuthenticateAsync(new SaslMechanismPlain(User, Password));
        await client.EnableQuickResyncAsync();
        await client.CompressAsync();

        var inbox = client.Inbox!;
        await inbox.OpenAsync(FolderAccess.ReadWrite);
        for (var i = 1; i <= 3; i++)
        {
            await inbox.AppendAsync(new AppendRequest(Message($"Nummer {i} ä"), i == 1 ? MessageFlags.Seen : MessageFlags.None));
        }

        await client.NoOpAsync();
        Assert.Equal(3, inbox.Count);
        var list = await inbox.FetchAsync(0, -1, MessageSummaryItems.Full | MessageSummaryItems.UniqueId | MessageSummaryItems.BodyStructure | MessageSummaryItems.ModSeq);
        Assert.Equal(["Nummer 1 ä", "Nummer 2 ä", "Nummer 3 ä"], list.Select(m => m.Envelope!.Subject));
        Assert.Equal("text body 2", ((await inbox.GetMessageAsync(list[1].UniqueId)).TextBody ?? "").Trim());
        Assert.Equal([list[1].UniqueId, list[2].UniqueId], await inbox.SearchAsync(SearchQuery.NotSeen));

        await inbox.StoreAsync(list[2].UniqueId, new StoreFlagsRequest(StoreAction.Add, MessageFlags.Flagged, ["$Work"]));
        var projects = await (await client.GetFolderAsync(client.PersonalNamespaces[0].Path))!.CreateAsync("Prüfung & mehr", true);
        Assert.Equal("Prüfung & mehr", projects!.FullName);
        var moved = await inbox.MoveToAsync([list[0].UniqueId, list[2].UniqueId], projects);
        Assert.Equal(2, moved.Destination.Count);
        Assert.Equal(1, inbox.Count);
        await projects.OpenAsync(FolderAccess.ReadWrite);
        Assert.Contains("$Work", (await projects.FetchAsync([moved.Destination[1]], MessageSummaryItems.Flags))[0].Keywords);
        await projects.StoreAsync(moved.Destination, new StoreFlagsRequest(StoreAction.Add, MessageFlags.Deleted) { Silent = true });
        await projects.ExpungeAsync(moved.Destination);
        Assert.Equal(0, projects.Count);
        await projects.CloseAsync();
        await projects.DeleteAsync();
        Assert.NotNull(client.GetFolder(SpecialFolder.Sent));
        await client.DisconnectAsync(true);
    }

    [Fact]
    public async Task MailKit_hears_of_new_mail_in_idle()
    {
        await using var server = await ImapServer.StartAsync();
        using var client = new ImapClient { ServerCertificateValidationCallback = (_, _, _, _) => true, CheckCertificateRevocation = false };
        await client.ConnectAsync("127.0.0.1", server.EndPoint.Port, SecureSocketOptions.StartTls);
        await client.AuthenticateAsync(User, Password);
        await client.Inbox!.OpenAsync(FolderAccess.ReadOnly);
        using var done = new CancellationTokenSource();
        client.Inbox.CountChanged += (_, _) => done.Cancel();
        var idling = client.IdleAsync(done.Token);
        await using var other = await server.LogInAsync();
        await other.SendAsync("a APPEND INBOX {5+}\r\nx: y\n\r\n");
        await other.ExpectAsync("a OK");
        await Eventually.Within(idling, "the end of IDLE");
        Assert.Equal(1, client.Inbox.Count);
    }

    [Fact]
    public async Task Imaplib_logs_in_appends_searches_fetches_and_deletes()
    {
        Require("python3");
        await using var server = await ImapServer.StartAsync();
        var said = await RunAsync("python3", ["-c", $$"""
            import imaplib, ssl, time
            context = ssl.create_default_context(); context.check_hostname = False; context.verify_mode = ssl.CERT_NONE
            c = imaplib.IMAP4('127.0.0.1', {{server.EndPoint.Port}})
            c.starttls(context)
            c.login('{{User}}', '{{Password}}')
            assert c.create('"My Folder"')[0] == 'OK'
            for i in range(3):
                assert c.append('"My Folder"', '(\\Flagged)', imaplib.Time2Internaldate(time.time()), b'Subject: test %d\r\n\r\nbody\r\n' % i)[0] == 'OK'
            assert c.select('"My Folder"') == ('OK', [b'3'])
            assert c.search(None, 'SUBJECT', '"test 1"') == ('OK', [b'2'])
            kind, data = c.fetch('1:*', '(UID FLAGS RFC822)')
            assert kind == 'OK' and len([d for d in data if isinstance(d, tuple)]) == 3, data
            assert data[0][1] == b'Subject: test 0\r\n\r\nbody\r\n', data
            assert c.store('1:2', '+FLAGS', '\\Deleted')[0] == 'OK'
            assert c.expunge() == ('OK', [b'1', b'1'])
            assert c.uid('COPY', '3', 'INBOX')[0] == 'OK'
            assert b'My Folder' in b''.join(c.list()[1])
            assert c.status('INBOX', '(MESSAGES UNSEEN)') == ('OK', [b'INBOX (MESSAGES 1 UNSEEN 0)'])
            c.close(); c.logout(); print('all good')
            """]);
        Assert.Contains("all good", said, StringComparison.Ordinal);
    }

    private static MimeMessage Message(string subject)
    {
        var message = new MimeMessage { Subject = subject, Body = new TextPart("plain") { Text = $"text body {subject.Split(' ')[1]}" } };
        message.From.Add(new MailboxAddress("Bob", "bob@example.com"));
        message.To.Add(new MailboxAddress("Alice", User));
        return message;
    }
}
