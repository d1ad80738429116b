using System.Diagnostics;
using System.Text;
using MailAdmin.Server.Tests.Imap;
using MailAdmin.Testing;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Search;
using MailKit.Security;
using MimeKit;

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

    [Fact]
    public async Task Curl_lists_reads_and_stores()
    {
        Require("curl");
        await using var server = await ImapServer.StartAsync();
        using var directory = new TempDirectory();
        var file = directory.File("mail.eml");
        await File.WriteAllTextAsync(file, "Subject: by curl\r\n\r\nhello\r\n");
        var url = $"imap://127.0.0.1:{server.EndPoint.Port}";
        string[] login = ["-sS", "-k", "--ssl-reqd", "-u", $"{User}:{Password}"];
        await RunAsync("curl", [.. login, "-T", file, $"{url}/INBOX"]);
        Assert.Equal("Subject: by curl\r\n\r\nhello\r\n", await RunAsync("curl", [.. login, $"{url}/INBOX;UID=1"]));
        Assert.Contains("* LIST", await RunAsync("curl", [.. login, $"{url}/"]), StringComparison.Ordinal);
        Assert.Contains("* SEARCH 1", await RunAsync("curl", [.. login, $"{url}/INBOX?ALL"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mbsync_synchronises_both_ways()
    {
        Require("mbsync");
        await using var server = await ImapServer.StartAsync();
        await FillAsync(server, 5);
        using var directory = new TempDirectory();
        Directory.CreateDirectory(directory.File("mail"));
        var config = directory.File("mbsyncrc");
        await File.WriteAllTextAsync(config, $"""
            IMAPAccount test
            Host 127.0.0.1
            Port {server.EndPoint.Port}
            User {User}
            Pass {Password}
            SSLType None
            AuthMechs LOGIN

            IMAPStore far
            Account test

            MaildirStore near
            Path {directory.File("mail")}/
            Inbox {directory.File("mail")}/INBOX
            SubFolders Verbatim

            Channel all
            Far :far:
            Near :near:
            Patterns *
            Create Both
            Expunge Both
            SyncState *
            """);
        await RunAsync("mbsync", ["-c", config, "-a"]);
        var mails = Directory.GetFiles(directory.File("mail/INBOX"), "*", SearchOption.AllDirectories).Where(f => f.Contains("U=", StringComparison.Ordinal)).Order().ToArray();
        Assert.Equal(5, mails.Length);

        // One is deleted here, one comes new from here.
        File.Delete(mails[0]);
        await File.WriteAllTextAsync(directory.File("mail/INBOX/new/1.fresh"), "Subject: from here\n\nbody\n");
        await RunAsync("mbsync", ["-c", config, "-a"]);
        await using var client = await server.LogInAsync();
        await client.SendLineAsync("a STATUS INBOX (MESSAGES UIDNEXT)");
        await client.ExpectAsync("* STATUS INBOX (MESSAGES 5 UIDNEXT 7)");
    }

    [Fact]
    public async Task Offlineimap_synchronises()
    {
        Require("offlineimap");
        await using var server = await ImapServer.StartAsync();
        await FillAsync(server, 4);
        using var directory = new TempDirectory();
        var config = directory.File("offlineimaprc");
        await File.WriteAllTextAsync(config, $"""
            [general]
            metadata = {directory.File("meta")}
            accounts = test
            ui = quiet
            [Account test]
            localrepository = near
            remoterepository = far
            [Repository near]
            type = Maildir
            localfolders = {directory.File("mail")}
            [Repository far]
            type = IMAP
            remotehost = 127.0.0.1
            remoteport = {server.EndPoint.Port}
            remoteuser = {User}
            remotepass = {Password}
            ssl = no
            starttls = no
            auth_mechanisms = LOGIN
            """);
        await RunAsync("offlineimap", ["-c", config, "-o"]);
        Assert.Equal(4, Directory.GetFiles(directory.File("mail/INBOX"), "*", SearchOption.AllDirectories).Length);
    }

    private static async Task FillAsync(ImapServer server, int count)
    {
        await using var client = await server.LogInAsync();
        for (var i = 0; i < count; i++)
        {
            var message = $"From: a@example.com\r\nSubject: number {i}\r\nMessage-ID: <{i}@example.com>\r\n\r\nbody {i}\r\n";
            await client.SendAsync($"a{i} APPEND INBOX {{{message.Length}+}}\r\n{message}\r\n");
            await client.ExpectAsync($"a{i} OK");
        }
    }

    private static MimeMessage Message(string subject)
    {
        var message = new MimeMessage { Subject = subject, Body = new TextPart("plain") { Text = $"text body {subject.Split(' ')[1]}" } };
        message.From.Add(new MailboxAddress("Bob", "bob@example.com"));
        message.To.Add(new MailboxAddress("Alice", User));
        return message;
    }

    private static void Require(string program)
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(d => File.Exists(Path.Combine(d, program))))
        {
            Assert.Skip($"{program} is not installed");
        }
    }

    private static async Task<string> RunAsync(string program, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, StandardOutputEncoding = Encoding.Latin1,
        })!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await Eventually.Within(process.WaitForExitAsync(), program);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {await output}{await errors}");
        return await output;
    }
}
