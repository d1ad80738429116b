using static MailAdmin.Server.Tests.Clients.ClientLab;
using static MailAdmin.Server.Tests.Clients.ClientProgram;

namespace MailAdmin.Server.Tests.Clients;

/// <summary>mutt, in a terminal of its own, with the keys a person would press.</summary>
public sealed class MuttTests
{
    [Fact]
    public async Task It_sends_and_keeps_a_copy_by_imap()
    {
        // It takes the strongest mechanism that is offered, by its name.
        Require("mutt");
        await using var lab = await StartAsync();
        var configuration = Configure(lab);
        await RunAsync("mutt", ["-n", "-F", configuration, "-s", "from mutt", Bob], "hello\n", home: lab.Files.Path);
        Assert.Equal("from mutt", await lab.ShowAsync(Bob));
        Assert.Equal("from mutt \\Seen", await lab.ShowAsync(Alice, "Sent"));
    }

    [Theory]
    [InlineData(MailTlsMode.StartTls)]
    [InlineData(MailTlsMode.Implicit)]
    public async Task It_reads_marks_deletes_moves_and_searches(MailTlsMode mode)
    {
        Require("mutt");
        Require("script");
        await using var lab = await StartAsync();
        await lab.FillAsync(Alice, "INBOX", "one", "two", "three", "four", "five");
        var configuration = Configure(lab, mode);
        // One is read, two flagged, three deleted, four moved; five is found by the server and marked as answered.
        await InTerminalAsync(lab, configuration,
            "<first-entry><display-message><exit>" +
            "<search>~s two<enter><flag-message>" +
            "<search>~s three<enter><delete-message>" +
            "<search>~s four<enter><save-message>=Archive<enter>" +
            "<limit>=b 'body of five'<enter><set-flag>r<limit>all<enter>" +
            "<sync-mailbox><quit>");
        Assert.Equal("one \\Seen, two \\Flagged, five \\Answered", await WithoutSeenOldAsync(lab));
        Assert.Equal("four", (await lab.ShowAsync(Alice, "Archive")).Replace(" \\Seen", "", StringComparison.Ordinal));
    }

    private static async Task<string> WithoutSeenOldAsync(ClientLab lab) =>
        (await lab.ShowAsync(Alice)).Replace(" Old", "", StringComparison.Ordinal).Replace("\\Answered \\Seen", "\\Answered", StringComparison.Ordinal);

    private static string Configure(ClientLab lab, MailTlsMode mode = MailTlsMode.StartTls) => lab.Write("muttrc", $"""
        set certificate_file="{lab.Certificate}"
        set smtp_url="{(mode == MailTlsMode.Implicit ? "smtps" : "smtp")}://alice%40example.com:{Secret}@localhost:{lab.Port(MailProtocol.Submission, mode)}/"
        set imap_user="{Alice}"
        set imap_pass="{Secret}"
        set folder="{(mode == MailTlsMode.Implicit ? "imaps" : "imap")}://localhost:{lab.Port(MailProtocol.Imap, mode)}/"
        set spoolfile="+INBOX"
        set record="+Sent"
        set copy=yes
        set from="{Alice}"
        set ssl_force_tls=yes
        set imap_qresync=yes
        set delete=yes
        set quit=yes
        set confirmappend=no
        set wait_key=no
        set mark_old=no
        set pager=builtin

        """);

    // script(1) gives it a terminal; it ends with mutt.
    private static Task<string> InTerminalAsync(ClientLab lab, string configuration, string keys)
    {
        var runner = lab.Write("run.sh", $"#!/bin/sh\nTERM=xterm LINES=40 COLUMNS=100 exec mutt -n -F '{configuration}' -e \"push \\\"{keys}\\\"\"\n");
        return RunAsync("script", ["-q", "-e", "-c", $"sh {runner}", "/dev/null"], home: lab.Files.Path);
    }
}
