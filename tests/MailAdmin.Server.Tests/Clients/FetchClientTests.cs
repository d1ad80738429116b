using static MailAdmin.Server.Tests.Clients.ClientLab;
using static MailAdmin.Server.Tests.Clients.ClientProgram;

namespace MailAdmin.Server.Tests.Clients;

/// <summary>Clients that fetch mail and take it away, or leave it and remember what they had.</summary>
public sealed class FetchClientTests
{
    [Theory]
    [InlineData("POP3", MailProtocol.Pop3, MailTlsMode.StartTls, false)]
    [InlineData("POP3", MailProtocol.Pop3, MailTlsMode.Implicit, false)]
    [InlineData("POP3", MailProtocol.Pop3, MailTlsMode.StartTls, true)]
    [InlineData("IMAP", MailProtocol.Imap, MailTlsMode.StartTls, false)]
    [InlineData("IMAP", MailProtocol.Imap, MailTlsMode.Implicit, true)]
    public async Task Fetchmail(string name, MailProtocol protocol, MailTlsMode mode, bool keep)
    {
        Require("fetchmail");
        await using var lab = await StartAsync();
        await lab.FillAsync(Bob, "INBOX", "one", "two");
        var box = lab.Files.File("box");
        var configuration = lab.Write("fetchmailrc", $"""
            poll localhost protocol {name} service {lab.Port(protocol, mode)} {(protocol == MailProtocol.Pop3 ? "uidl" : "")} user "{Bob}" password "{Secret}" {(mode == MailTlsMode.Implicit ? "ssl" : "sslproto \"auto\"")} sslcertck sslcertfile "{lab.Certificate}" {(keep ? "keep" : "nokeep")} mda "cat >> {box}"

            """);
        Task<string> FetchAsync(int exitCode) => RunAsync(
            "fetchmail", ["--fetchmailrc", configuration, "--nodetach", "--nosyslog", "--idfile", lab.Files.File("ids"), "--pidfile", lab.Files.File("pid")], exitCode: exitCode, home: lab.Files.Path);

        await FetchAsync(exitCode: 0);
        var fetched = await File.ReadAllTextAsync(box);
        Assert.Contains("\n.dot\nbody of one\n", fetched, StringComparison.Ordinal);
        Assert.Contains("body of two", fetched, StringComparison.Ordinal);
        // By IMAP what is kept is marked as read; POP3 has no such mark.
        Assert.Equal(!keep ? "" : protocol == MailProtocol.Imap ? "one \\Seen, two \\Seen" : "one, two", await lab.ShowAsync(Bob));

        // 1: there was no mail.
        await FetchAsync(exitCode: 1);
        await lab.FillAsync(Bob, "INBOX", "three");
        await FetchAsync(exitCode: 0);
        Assert.Equal(3, (await File.ReadAllTextAsync(box)).Split("Subject: ").Length - 1);
    }

    [Theory]
    [InlineData("SimplePOP3SSLRetriever", MailProtocol.Pop3, false)]
    [InlineData("SimplePOP3SSLRetriever", MailProtocol.Pop3, true)]
    [InlineData("SimpleIMAPSSLRetriever", MailProtocol.Imap, false)]
    [InlineData("SimpleIMAPSSLRetriever", MailProtocol.Imap, true)]
    public async Task Getmail(string retriever, MailProtocol protocol, bool delete)
    {
        Require("getmail");
        await using var lab = await StartAsync();
        var box = lab.Files.File("box");
        var configuration = lab.Write("getmailrc", $"""
            [retriever]
            type = {retriever}
            server = localhost
            port = {lab.Port(protocol, MailTlsMode.Implicit)}
            username = {Bob}
            password = {Secret}
            ca_certs = {lab.Certificate}

            [destination]
            type = MDA_external
            path = /bin/sh
            arguments = ("-c", "cat >> {box}")
            allow_root_commands = true

            [options]
            read_all = false
            delete = {delete}

            """);
        for (var round = 1; round <= 3; round++)
        {
            // What was fetched is not fetched again.
            await lab.FillAsync(Bob, "INBOX", $"round {round}");
            await RunAsync("getmail", ["--getmaildir", lab.Files.Path, "--rcfile", configuration], home: lab.Files.Path);
            Assert.Equal(round, (await File.ReadAllLinesAsync(box)).Count(l => l.StartsWith("Subject: round", StringComparison.Ordinal)));
            Assert.Equal(delete ? 0 : round, (await lab.Server.Store.GetTotalsAsync()).Messages);
        }
    }

    /// <summary>mpop pipelines, and logs in with what it is told to.</summary>
    [Theory]
    [InlineData("scram-sha-256", MailTlsMode.StartTls)]
    [InlineData("plain", MailTlsMode.StartTls)]
    [InlineData("login", MailTlsMode.Implicit)]
    [InlineData("user", MailTlsMode.Implicit)]
    public async Task Mpop(string mechanism, MailTlsMode mode)
    {
        Require("mpop");
        await using var lab = await StartAsync();
        await lab.FillAsync(Bob, "INBOX", "one", "two");
        var box = lab.Files.File("box");
        string Configure(string keep, string password) => lab.Write("mpoprc", $"""
            account test
            host localhost
            port {lab.Port(MailProtocol.Pop3, mode)}
            tls on
            tls_starttls {(mode == MailTlsMode.Implicit ? "off" : "on")}
            tls_trust_file {lab.Certificate}
            auth {mechanism}
            user {Bob}
            password {password}
            keep {keep}
            uidls_file {lab.Files.File("uidls")}
            delivery mbox {box}

            """);
        async Task<int> FetchAsync(string keep)
        {
            await RunAsync("mpop", ["-C", Configure(keep, Secret), "-q", "test"], home: lab.Files.Path);
            return (await File.ReadAllLinesAsync(box)).Count(l => l.StartsWith("Subject: ", StringComparison.Ordinal));
        }

        Assert.Equal(2, await FetchAsync("on"));
        Assert.Equal("one, two", await lab.ShowAsync(Bob));
        await lab.FillAsync(Bob, "INBOX", "three");
        Assert.Equal(3, await FetchAsync("on"));
        // What was kept and is known is deleted now, without being fetched again.
        Assert.Equal(3, await FetchAsync("off"));
        Assert.Equal("", await lab.ShowAsync(Bob));
        Assert.Contains("\n.dot\nbody of one\n", await File.ReadAllTextAsync(box), StringComparison.Ordinal);
        // 77: EX_NOPERM.
        Assert.Contains("authentication failed", await RunAsync("mpop", ["-C", Configure("on", "wrong"), "-q", "test"], exitCode: 77, home: lab.Files.Path), StringComparison.Ordinal);
    }
}
