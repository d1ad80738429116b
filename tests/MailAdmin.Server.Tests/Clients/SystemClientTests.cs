using System.Globalization;
using System.Text;
using MailAdmin.Store;
using MailAdmin.Testing;
using static MailAdmin.Server.Tests.Clients.ClientProgram;

namespace MailAdmin.Server.Tests.Clients;

/// <summary>The clients that Debian ships and that run unattended, as their manuals say to use them.</summary>
public sealed class SystemClientTests
{
    private const string Alice = "alice@example.com", Bob = "bob@example.com", Secret = "secret";

    [Theory]
    [InlineData("plain", MailProtocol.Smtp, MailTlsMode.StartTls)]
    [InlineData("-tls", MailProtocol.Submission, MailTlsMode.StartTls)]
    [InlineData("-tlsc", MailProtocol.Submission, MailTlsMode.Implicit)]
    public async Task Swaks(string tls, MailProtocol protocol, MailTlsMode mode)
    {
        Require("swaks");
        await using var server = await StartAsync();
        List<string> arguments = ["--server", "127.0.0.1", "--port", Port(server, protocol, mode), "--from", Alice, "--to", $"{Alice},{Bob}", "--body", "from swaks\n.\n..dots"];
        foreach (var mechanism in protocol == MailProtocol.Smtp ? new[] { "" } : ["PLAIN", "LOGIN"])
        {
            var said = await RunAsync("swaks", [.. arguments, .. tls == "plain" ? [] : new[] { tls }, .. mechanism.Length == 0 ? [] : new[] { "-a", mechanism, "-au", Alice, "-ap", Secret }]);
            Assert.Contains("250 2.0.0 Stored as", said, StringComparison.Ordinal);
        }

        Assert.Contains("\r\n.\r\n..dots\r\n", await LastAsync(server, Bob), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Swaks_pipelining_and_a_wrong_password()
    {
        Require("swaks");
        await using var server = await StartAsync();
        await RunAsync("swaks", ["--server", "127.0.0.1", "--port", Port(server, MailProtocol.Smtp), "--pipeline", "--from", "x@y.test", "--to", Alice]);
        await RunAsync("swaks", ["--server", "127.0.0.1", "--port", Port(server, MailProtocol.Submission), "-tls", "--from", Alice, "--to", Bob, "-a", "PLAIN", "-au", Alice, "-ap", "wrong"], exitCode: 28);
        await RunAsync("swaks", ["--server", "127.0.0.1", "--port", Port(server, MailProtocol.Smtp), "--from", "x@y.test", "--to", "x@elsewhere.test"], exitCode: 24);
    }

    [Fact]
    public async Task Curl_sends_and_fetches()
    {
        Require("curl");
        await using var server = await StartAsync();
        using var directory = new TempDirectory();
        var certificate = WriteCertificate(server, directory);
        var message = directory.File("message.eml");
        await File.WriteAllTextAsync(message, "Subject: from curl\r\n\r\n.dot\r\n");
        foreach (var (url, extra) in new[]
        {
            ($"smtp://localhost:{Port(server, MailProtocol.Submission)}", "--ssl-reqd"),
            ($"smtps://localhost:{Port(server, MailProtocol.Submission, MailTlsMode.Implicit)}", "--silent"),
        })
        {
            await RunAsync("curl", ["--silent", "--show-error", extra, "--cacert", certificate, url, "--mail-from", Alice, "--mail-rcpt", Bob, "--upload-file", message, "--user", $"{Alice}:{Secret}"]);
        }

        foreach (var (url, extra) in new[]
        {
            ($"pop3://localhost:{Port(server, MailProtocol.Pop3)}/2", "--ssl-reqd"),
            ($"pop3s://localhost:{Port(server, MailProtocol.Pop3, MailTlsMode.Implicit)}/1", "--silent"),
        })
        {
            var said = await RunAsync("curl", ["--silent", "--show-error", extra, "--cacert", certificate, url, "--user", $"{Bob}:{Secret}"]);
            Assert.Contains("Subject: from curl", said, StringComparison.Ordinal);
            Assert.Contains("\n.dot", said, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Msmtp()
    {
        Require("msmtp");
        await using var server = await StartAsync();
        using var directory = new TempDirectory();
        var configuration = directory.File("msmtprc");
        var certificate = WriteCertificate(server, directory);
        await File.WriteAllTextAsync(configuration, $"""
            account default
            host localhost
            port {Port(server, MailProtocol.Submission)}
            tls on
            tls_starttls on
            tls_trust_file {certificate}
            auth on
            user {Alice}
            password {Secret}
            from {Alice}

            """);
        KeepPrivate(configuration);
        await RunAsync("msmtp", ["--file", configuration, Bob], "Subject: from msmtp\n\nhello\n.\n");
        Assert.Contains("Subject: from msmtp", await LastAsync(server, Bob), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mutt_sends_and_keeps_a_copy_by_imap()
    {
        // It takes the strongest mechanism that is offered, by its name.
        Require("mutt");
        await using var server = await StartAsync();
        using var directory = new TempDirectory();
        var configuration = directory.File("muttrc");
        await File.WriteAllTextAsync(configuration, $"""
            set certificate_file="{WriteCertificate(server, directory)}"
            set smtp_url="smtp://alice%40example.com:{Secret}@localhost:{Port(server, MailProtocol.Submission)}/"
            set imap_user="{Alice}"
            set imap_pass="{Secret}"
            set folder="imap://localhost:{Port(server, MailProtocol.Imap)}/"
            set record="+Sent"
            set copy=yes
            set from="{Alice}"

            """);
        KeepPrivate(configuration);
        await RunAsync("mutt", ["-n", "-F", configuration, "-s", "from mutt", Bob], "hello\n", home: directory.Path);
        Assert.Contains("Subject: from mutt", await LastAsync(server, Bob), StringComparison.Ordinal);
        Assert.Equal(2, (await server.Store.GetTotalsAsync()).Messages);
    }

    [Fact]
    public async Task Fetchmail_fetches_and_deletes()
    {
        Require("fetchmail");
        await using var server = await StartAsync();
        using var directory = new TempDirectory();
        await server.AddMessageAsync(Bob, "INBOX", "Subject: one\n\n.dot\n");
        await server.AddMessageAsync(Bob, "INBOX", "Subject: two\n\nx\n");
        var configuration = directory.File("fetchmailrc");
        var box = directory.File("box");
        var certificate = WriteCertificate(server, directory);
        await File.WriteAllTextAsync(configuration, $"""
            poll localhost protocol POP3 service {Port(server, MailProtocol.Pop3)} user "{Bob}" password "{Secret}" sslproto "auto" sslcertck sslcertfile "{certificate}" mda "cat >> {box}"

            """);
        KeepPrivate(configuration);
        await RunAsync("fetchmail", ["--fetchmailrc", configuration, "--nodetach", "--nosyslog", "--idfile", directory.File("ids"), "--pidfile", directory.File("pid")], home: directory.Path);
        var fetched = await File.ReadAllTextAsync(box);
        Assert.Contains("Subject: one", fetched, StringComparison.Ordinal);
        Assert.Contains("\n.dot", fetched, StringComparison.Ordinal);
        Assert.Contains("Subject: two", fetched, StringComparison.Ordinal);
        Assert.Equal(0, (await server.Store.GetTotalsAsync()).Messages);
    }

    [Fact]
    public async Task Getmail_keeps_what_it_fetched_and_fetches_only_what_is_new()
    {
        Require("getmail");
        await using var server = await StartAsync();
        using var directory = new TempDirectory();
        var box = directory.File("box");
        await File.WriteAllTextAsync(directory.File("getmailrc"), $"""
            [retriever]
            type = SimplePOP3SSLRetriever
            server = localhost
            port = {Port(server, MailProtocol.Pop3, MailTlsMode.Implicit)}
            username = {Bob}
            password = {Secret}

            [destination]
            type = MDA_external
            path = /bin/sh
            arguments = ("-c", "cat >> {box}")
            allow_root_commands = true

            [options]
            read_all = false
            delete = false

            """);
        for (var round = 1; round <= 2; round++)
        {
            await server.AddMessageAsync(Bob, "INBOX", $"Subject: round {round}\n\nx\n");
            await RunAsync("getmail", ["--getmaildir", directory.Path, "--rcfile", directory.File("getmailrc")], home: directory.Path);
            Assert.Equal(round, (await File.ReadAllLinesAsync(box)).Count(l => l.StartsWith("Subject: round", StringComparison.Ordinal)));
        }

        Assert.Equal(2, (await server.Store.GetTotalsAsync()).Messages);
    }

    [Fact]
    public async Task Python_smtplib_and_poplib()
    {
        Require("python3");
        await using var server = await StartAsync();
        var said = await RunAsync("python3", ["-c", """
            import smtplib, poplib, ssl, sys
            smtp, submissions, pop3, pop3s = map(int, sys.argv[1:5])
            context = ssl.create_default_context(); context.check_hostname = False; context.verify_mode = ssl.CERT_NONE
            with smtplib.SMTP('127.0.0.1', smtp) as s:
                s.ehlo(); s.starttls(context=context); s.ehlo()
                s.login('alice@example.com', 'secret')
                refused = s.sendmail('alice@example.com', ['bob@example.com', 'nobody@example.com'], 'Subject: one\r\n\r\n.dot\r\n')
                assert list(refused) == ['nobody@example.com'], refused
                assert s.verify('bob@example.com')[0] == 252
            with smtplib.SMTP_SSL('127.0.0.1', submissions, context=context) as s:
                s.login('alice@example.com', 'secret')
                s.sendmail('alice@example.com', 'bob@example.com', 'Subject: zwei \u00e4\r\n\r\ntext'.encode(), mail_options=['SMTPUTF8', 'BODY=8BITMIME'])
                try:
                    s.sendmail('eve@example.com', 'bob@example.com', 'x'); raise SystemExit('not refused')
                except smtplib.SMTPSenderRefused as e:
                    assert e.smtp_code == 553
            p = poplib.POP3('127.0.0.1', pop3); p.stls(context); p.utf8()
            p.user('bob@example.com'); p.pass_('secret')
            assert p.stat()[0] == 2
            lines = p.retr(1)[1]
            assert b'Subject: one' in lines and lines[-1] == b'.dot', lines
            assert 'TOP' in p.capa() and len(p.uidl()[1]) == 2 and p.top(2, 0)[1][-1] == b''
            p.dele(1); p.quit()
            p = poplib.POP3_SSL('127.0.0.1', pop3s, context=context)
            p.user('bob@example.com'); p.pass_('secret')
            assert p.stat()[0] == 1 and any(l == 'Subject: zwei \u00e4'.encode() for l in p.retr(1)[1])
            p.quit()
            print('all well')
            """, Port(server, MailProtocol.Submission), Port(server, MailProtocol.Submission, MailTlsMode.Implicit), Port(server, MailProtocol.Pop3), Port(server, MailProtocol.Pop3, MailTlsMode.Implicit)]);
        Assert.Contains("all well", said, StringComparison.Ordinal);
    }

    private static void KeepPrivate(string file)
    {
        // msmtp and fetchmail refuse a password that others may read.
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private static Task<TestServer> StartAsync() => TestServer.StartAsync([$"{Alice} {Secret}", $"{Bob} {Secret}"]);

    private static string Port(TestServer server, MailProtocol protocol, MailTlsMode mode = MailTlsMode.StartTls) =>
        server.EndPoint(protocol, mode).Port.ToString(CultureInfo.InvariantCulture);

    private static async Task<string> LastAsync(TestServer server, string mailbox)
    {
        var record = await server.Store.Accounts.FindMailboxAsync(Addresses.MailboxAddress.Parse(mailbox));
        var inbox = await server.Store.Folders.FindAsync(record!.Id, FolderName.Inbox);
        var snapshot = await server.Store.Messages.GetSnapshotAsync(inbox!.Id);
        var text = await server.Administration.ReadMessageAsync(mailbox, "INBOX", snapshot[snapshot.Count - 1].Uid, 0, 1_000_000, CancellationToken.None);
        return Encoding.UTF8.GetString(text);
    }
}
