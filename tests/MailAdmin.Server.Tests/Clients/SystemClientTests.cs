using static MailAdmin.Server.Tests.Clients.ClientLab;
using static MailAdmin.Server.Tests.Clients.ClientProgram;

namespace MailAdmin.Server.Tests.Clients;

/// <summary>swaks, curl, msmtp and Python's modules, as their manuals say to use them.</summary>
public sealed class SystemClientTests
{
    [Theory]
    [InlineData("", MailProtocol.Smtp, MailTlsMode.StartTls, "")]
    [InlineData("-tls", MailProtocol.Smtp, MailTlsMode.StartTls, "")]
    [InlineData("-tls", MailProtocol.Submission, MailTlsMode.StartTls, "PLAIN")]
    [InlineData("-tls", MailProtocol.Submission, MailTlsMode.StartTls, "LOGIN")]
    [InlineData("-tlsc", MailProtocol.Submission, MailTlsMode.Implicit, "PLAIN")]
    [InlineData("-tlsc", MailProtocol.Submission, MailTlsMode.Implicit, "LOGIN")]
    public async Task Swaks(string tls, MailProtocol protocol, MailTlsMode mode, string mechanism)
    {
        Require("swaks");
        await using var lab = await StartAsync();
        var said = await RunAsync("swaks", [
            "--server", "localhost", "--port", lab.Port(protocol, mode), "--from", Alice, "--to", $"{Alice},{Bob}", "--body", "from swaks\n.\n..dots",
            .. tls.Length == 0 ? [] : new[] { tls, "--tls-verify", "--tls-ca-path", lab.Certificate },
            .. mechanism.Length == 0 ? [] : new[] { "-a", mechanism, "-au", Alice, "-ap", Secret }]);
        Assert.Contains("250 2.0.0 Stored as", said, StringComparison.Ordinal);
        Assert.Contains("\r\n.\r\n..dots\r\n", await lab.LastAsync(Bob), StringComparison.Ordinal);
        Assert.Contains("\r\n.\r\n..dots\r\n", await lab.LastAsync(Alice), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Swaks_pipelining_and_what_is_refused()
    {
        Require("swaks");
        await using var lab = await StartAsync();
        string[] smtp = ["--server", "127.0.0.1", "--port", lab.Port(MailProtocol.Smtp), "--from", "x@y.test"];
        string[] submission = ["--server", "127.0.0.1", "--port", lab.Port(MailProtocol.Submission), "--to", Bob];
        await RunAsync("swaks", [.. smtp, "--pipeline", "--to", Alice]);
        // 24: no recipient, 28: no login, 23: no sender.
        await RunAsync("swaks", [.. smtp, "--to", "x@elsewhere.test"], exitCode: 24);
        await RunAsync("swaks", [.. submission, "-tls", "--from", Alice, "-a", "PLAIN", "-au", Alice, "-ap", "wrong"], exitCode: 28);
        await RunAsync("swaks", [.. submission, "-tls", "--from", Bob, "-a", "PLAIN", "-au", Alice, "-ap", Secret], exitCode: 23);
        await RunAsync("swaks", [.. submission, "--from", Alice], exitCode: 23);
    }

    [Theory]
    [InlineData("smtp", MailProtocol.Submission, MailTlsMode.StartTls)]
    [InlineData("smtps", MailProtocol.Submission, MailTlsMode.Implicit)]
    public async Task Curl_sends(string scheme, MailProtocol protocol, MailTlsMode mode)
    {
        Require("curl");
        await using var lab = await StartAsync();
        var message = lab.Write("message.eml", "Subject: from curl\r\n\r\n.dot\r\n");
        foreach (var mechanism in new[] { "PLAIN", "LOGIN" })
        {
            await CurlAsync(lab, Alice, $"{scheme}://localhost:{lab.Port(protocol, mode)}", "--login-options", $"AUTH={mechanism}", "--mail-from", Alice, "--mail-rcpt", Bob, "--upload-file", message);
        }

        Assert.Equal("from curl, from curl", await lab.ShowAsync(Bob));
        Assert.EndsWith("\r\n\r\n.dot\r\n", await lab.LastAsync(Bob), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pop3", MailTlsMode.StartTls)]
    [InlineData("pop3s", MailTlsMode.Implicit)]
    public async Task Curl_fetches_by_pop3(string scheme, MailTlsMode mode)
    {
        Require("curl");
        await using var lab = await StartAsync();
        await lab.FillAsync(Bob, "INBOX", "one", "two");
        var url = $"{scheme}://localhost:{lab.Port(MailProtocol.Pop3, mode)}";
        Assert.Equal(2, (await CurlAsync(lab, Bob, $"{url}/")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        var message = await CurlAsync(lab, Bob, $"{url}/2");
        Assert.Contains("Subject: two", message, StringComparison.Ordinal);
        Assert.Contains("\r\n.dot\r\n", message, StringComparison.Ordinal);
        Assert.DoesNotContain("body of", await CurlAsync(lab, Bob, $"{url}/", "--request", "TOP 1 0"), StringComparison.Ordinal);
        await CurlAsync(lab, Bob, $"{url}/1", "--request", "DELE", "--list-only");
        Assert.Equal("two", await lab.ShowAsync(Bob));
    }

    [Theory]
    [InlineData("imap", MailTlsMode.StartTls)]
    [InlineData("imaps", MailTlsMode.Implicit)]
    public async Task Curl_lists_reads_stores_and_deletes_by_imap(string scheme, MailTlsMode mode)
    {
        Require("curl");
        await using var lab = await StartAsync();
        var message = lab.Write("message.eml", "Subject: by curl\r\n\r\nhello\r\n");
        var url = $"{scheme}://localhost:{lab.Port(MailProtocol.Imap, mode)}";
        await CurlAsync(lab, Alice, $"{url}/INBOX", "--upload-file", message);
        Assert.Equal("Subject: by curl\r\n\r\nhello\r\n", await CurlAsync(lab, Alice, $"{url}/INBOX;UID=1"));
        Assert.Equal("hello\r\n", await CurlAsync(lab, Alice, $"{url}/INBOX;UID=1;SECTION=TEXT"));
        Assert.Contains("\"/\" INBOX", await CurlAsync(lab, Alice, $"{url}/"), StringComparison.Ordinal);
        Assert.Contains("* SEARCH 1", await CurlAsync(lab, Alice, $"{url}/INBOX?SUBJECT%20curl"), StringComparison.Ordinal);
        await CurlAsync(lab, Alice, $"{url}/INBOX", "--request", "STORE 1 +FLAGS (\\Flagged \\Deleted)");
        Assert.Equal("by curl \\Deleted \\Flagged \\Seen", await lab.ShowAsync(Alice));
        await CurlAsync(lab, Alice, $"{url}/INBOX", "--request", "EXPUNGE");
        Assert.Equal("", await lab.ShowAsync(Alice));
    }

    [Theory]
    [InlineData("plain", MailTlsMode.StartTls)]
    [InlineData("login", MailTlsMode.StartTls)]
    [InlineData("scram-sha-256", MailTlsMode.StartTls)]
    [InlineData("plain", MailTlsMode.Implicit)]
    [InlineData("scram-sha-256", MailTlsMode.Implicit)]
    public async Task Msmtp(string mechanism, MailTlsMode mode)
    {
        Require("msmtp");
        await using var lab = await StartAsync();
        string Configure(string password) => lab.Write("msmtprc", $"""
            account default
            host localhost
            port {lab.Port(MailProtocol.Submission, mode)}
            tls on
            tls_starttls {(mode == MailTlsMode.StartTls ? "on" : "off")}
            tls_trust_file {lab.Certificate}
            auth {mechanism}
            user {Alice}
            password {password}
            from {Alice}

            """);
        await RunAsync("msmtp", ["--file", Configure(Secret), Bob], "Subject: from msmtp\n\nhello\n.\n");
        Assert.EndsWith("\r\n\r\nhello\r\n.\r\n", await lab.LastAsync(Bob), StringComparison.Ordinal);
        // EX_NOPERM.
        await RunAsync("msmtp", ["--file", Configure("wrong"), Bob], "Subject: x\n\n", exitCode: 77);
    }

    [Fact]
    public async Task Python_smtplib_and_poplib()
    {
        Require("python3");
        await using var lab = await StartAsync();
        var said = await RunAsync("python3", ["-c", """
            import smtplib, poplib, ssl, sys
            smtp, submissions, pop3, pop3s = map(int, sys.argv[1:5])
            context = ssl.create_default_context(cafile=sys.argv[5])
            with smtplib.SMTP('localhost', smtp) as s:
                s.ehlo(); s.starttls(context=context); s.ehlo()
                s.login('alice@example.com', 'secret')
                refused = s.sendmail('alice@example.com', ['bob@example.com', 'nobody@example.com'], 'Subject: one\r\n\r\n.dot\r\n')
                assert list(refused) == ['nobody@example.com'], refused
                assert s.verify('bob@example.com')[0] == 252
            with smtplib.SMTP_SSL('localhost', submissions, context=context) as s:
                s.login('alice@example.com', 'secret')
                s.sendmail('alice@example.com', 'bob@example.com', 'Subject: zwei \u00e4\r\n\r\ntext'.encode(), mail_options=['SMTPUTF8', 'BODY=8BITMIME'])
                try:
                    s.sendmail('eve@example.com', 'bob@example.com', 'x'); raise SystemExit('not refused')
                except smtplib.SMTPSenderRefused as e:
                    assert e.smtp_code == 553
            p = poplib.POP3('localhost', pop3); p.stls(context); p.utf8()
            p.user('bob@example.com'); p.pass_('secret')
            assert p.stat()[0] == 2
            lines = p.retr(1)[1]
            assert b'Subject: one' in lines and lines[-1] == b'.dot', lines
            assert 'TOP' in p.capa() and len(p.uidl()[1]) == 2 and p.top(2, 0)[1][-1] == b''
            p.dele(1); p.quit()
            p = poplib.POP3_SSL('localhost', pop3s, context=context)
            p.user('bob@example.com'); p.pass_('secret')
            assert p.stat()[0] == 1 and any(l == 'Subject: zwei \u00e4'.encode() for l in p.retr(1)[1])
            p.quit()
            print('all well')
            """, lab.Port(MailProtocol.Submission), lab.Port(MailProtocol.Submission, MailTlsMode.Implicit), lab.Port(MailProtocol.Pop3), lab.Port(MailProtocol.Pop3, MailTlsMode.Implicit), lab.Certificate]);
        Assert.Contains("all well", said, StringComparison.Ordinal);
    }

    private static Task<string> CurlAsync(ClientLab lab, string user, string url, params string[] more) =>
        RunAsync("curl", ["--silent", "--show-error", "--ssl-reqd", "--cacert", lab.Certificate, "--user", $"{user}:{Secret}", url, .. more]);
}
