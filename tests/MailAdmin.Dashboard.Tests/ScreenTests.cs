using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Tests;

/// <summary>What the screens say, at the sizes people have.</summary>
public class ScreenTests
{
    [Theory]
    [InlineData(80, 24)]
    [InlineData(140, 36)]
    [InlineData(200, 60)]
    public void The_overview_tells_state_figures_and_warnings(int width, int height)
    {
        using var dashboard = new HeadlessDashboard(width, height, server =>
            server.Happen("LoginFailed", MailEventSeverity.Warning, "alice@example.com: wrong password, 3 in a row", e => e with { Mailbox = "alice@example.com", RemoteAddress = "198.51.100.9" }));
        dashboard.Look().HearEvents(1);
        Approved.Screen($"overview-{width}x{height}", dashboard.Screen);
    }

    [Theory]
    [InlineData(80, 24)]
    [InlineData(140, 36)]
    [InlineData(200, 60)]
    public void The_sessions_drop_columns_from_the_right(int width, int height)
    {
        using var dashboard = new HeadlessDashboard(width, height);
        dashboard.Look().Press(Key.D2);
        Approved.Screen($"sessions-{width}x{height}", dashboard.Screen);
    }

    [Theory]
    [InlineData(80, 24)]
    [InlineData(140, 36)]
    public void A_session_shows_its_transcript(int width, int height)
    {
        using var dashboard = new HeadlessDashboard(width, height);
        dashboard.Server.Speak("8f3a", TranscriptDirection.Client, "a17 UID FETCH 4021 (FLAGS BODY.PEEK[HEADER])");
        dashboard.Server.Speak("8f3a", TranscriptDirection.Server, "* 812 FETCH (UID 4021 FLAGS (\\Seen) BODY[HEADER] {842}");
        dashboard.Server.Speak("8f3a", TranscriptDirection.Server, "a17 OK FETCH completed");
        dashboard.Server.Speak("8f3a", TranscriptDirection.Note, "idle");
        dashboard.Server.EndTranscript("8f3a");
        dashboard.Look().Press(Key.D2, Key.Enter);
        dashboard.HearTranscript();
        Approved.Screen($"transcript-{width}x{height}", dashboard.Screen);
    }

    [Theory]
    [InlineData(80, 24)]
    [InlineData(140, 36)]
    public void Mailboxes_show_use_against_quota(int width, int height)
    {
        using var dashboard = new HeadlessDashboard(width, height);
        dashboard.Look().Press(Key.D3);
        Approved.Screen($"mailboxes-{width}x{height}", dashboard.Screen);
    }

    [Fact]
    public void The_way_goes_down_into_folders_messages_and_one_message()
    {
        using var dashboard = new HeadlessDashboard(100, 24);
        dashboard.Look().Press(Key.D3, Key.Enter);
        Approved.Screen("folders-100x24", dashboard.Screen);
        dashboard.Press(Key.Enter);
        Approved.Screen("messages-100x24", dashboard.Screen);
        dashboard.Press(Key.CursorDown, Key.Enter);
        Approved.Screen("reader-text-100x24", dashboard.Screen);
        dashboard.Press(Key.M);
        Approved.Screen("reader-html-100x24", dashboard.Screen);
        dashboard.Press(Key.H);
        Approved.Screen("reader-headers-100x24", dashboard.Screen);
        dashboard.Press(Key.F);
        Approved.Screen("reader-attachments-100x24", dashboard.Screen);
        dashboard.Press(Key.O);
        Approved.Screen("reader-source-100x24", dashboard.Screen);
        dashboard.Press(Key.Esc, Key.Esc, Key.Esc);
        Assert.Contains("carol@example.com", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void Events_keep_warnings_on_top()
    {
        using var dashboard = EventsOnShow();
        Approved.Screen("events-120x24", dashboard.Screen);
    }

    [Fact]
    public void The_empty_queue_says_why_it_is_empty()
    {
        using var dashboard = new HeadlessDashboard(80, 24);
        dashboard.Look().Press(Key.D4);
        Approved.Screen("queue-80x24", dashboard.Screen);
    }

    [Fact]
    public void Help_shows_the_keys()
    {
        using var dashboard = new HeadlessDashboard(80, 24);
        dashboard.Look().Press(Key.D2, new Key('?'));
        Approved.Screen("help-80x24", dashboard.Screen);
    }

    [Fact]
    public void The_help_scrolls_where_the_screen_is_small_and_everything_fits_somehow()
    {
        using var dashboard = new HeadlessDashboard(40, 10);
        dashboard.Look();
        foreach (var tab in new[] { Key.D1, Key.D2, Key.D3, Key.D4, Key.D5 })
        {
            dashboard.Press(tab);
            Assert.Contains("keys", dashboard.Line(9), StringComparison.Ordinal);
        }

        dashboard.Press(Key.D2);
        Approved.Screen("sessions-40x10", dashboard.Screen);
        dashboard.Type("?");
        Approved.Screen("help-40x10", dashboard.Screen);
        dashboard.Press(Key.End);
        Assert.Contains("leave", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.Esc);
        Assert.DoesNotContain("leave", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dialog_asks_for_a_mailbox()
    {
        using var dashboard = new HeadlessDashboard(80, 24);
        dashboard.Look().Press(Key.D3, Key.N);
        Approved.Screen("dialog-80x24", dashboard.Screen);
    }

    [Fact]
    public void A_console_without_the_signs_gets_ascii()
    {
        using var dashboard = new HeadlessDashboard(80, 24, isPlain: true);
        dashboard.Look().Press(Key.D2, Key.Enter);
        Approved.Screen("ascii-80x24", dashboard.Screen);
        Assert.DoesNotContain(dashboard.Screen, c => c > 0x7e);
    }

    [Fact]
    public void Trouble_stands_under_the_header()
    {
        using var dashboard = new HeadlessDashboard(80, 24, server =>
        {
            server.Server = server.Server with { State = MailServerState.Degraded, Fault = "the listener at 127.0.0.1:2143 died: too many open files", CertificateNotAfter = server.Server.StartedAt!.Value.AddDays(6) };
            server.Statistics = server.Statistics with { DiskFreeBytes = 3L << 30 };
        });
        dashboard.Look();
        Approved.Screen("trouble-80x24", dashboard.Screen);
    }

    [Fact]
    public void A_server_that_gives_no_answer_is_said_so_and_the_last_figures_stay()
    {
        using var dashboard = new HeadlessDashboard(100, 24);
        dashboard.Look().Press(Key.D2);
        dashboard.Server.Failure = new Errors.MailAdminException("ServerNotRunning", Errors.MailErrorCategory.ResourceUnavailable, "The server is not running.", null, "Start it with Start-MailServer.");
        dashboard.Press(Key.F5);
        Assert.Contains("● stopped", dashboard.Line(0), StringComparison.Ordinal);
        Assert.Contains("The server is not running. Start it with Start-MailServer.", dashboard.Line(1), StringComparison.Ordinal);
        Assert.Contains("alice@example.com", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Server.Failure = new IOException("the channel broke");
        dashboard.Press(Key.F5);
        Assert.Contains("● no answer", dashboard.Line(0), StringComparison.Ordinal);
        dashboard.Server.Failure = null;
        dashboard.Press(Key.F5);
        Assert.DoesNotContain("no answer", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void The_remedy_of_an_alert_is_read_in_full_where_there_is_but_one()
    {
        using var dashboard = new HeadlessDashboard(80, 24);
        dashboard.Look();
        dashboard.Server.Failure = new Errors.MailAdminException("ServerNotRunning", Errors.MailErrorCategory.ResourceUnavailable, "The server 'default' is not running, neither here nor in another process.", null, "Start it with Start-MailServer.");
        dashboard.Press(Key.F5);
        Assert.StartsWith(" ✖ The server 'default' is not running", dashboard.Line(1), StringComparison.Ordinal);
        Assert.EndsWith("Start-MailServer.", dashboard.Line(2), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_said_at_the_foot_is_read_in_full_and_leaves_the_way_out()
    {
        using var dashboard = new HeadlessDashboard(80, 24);
        dashboard.Look().Press(Key.D2, Key.U);
        Assert.Matches("^ no address is blocked +: command  \\? keys  F10 quit$", dashboard.Line(23));
        dashboard.Server.Failure = new Errors.MailAdminException("StoreFaulted", Errors.MailErrorCategory.ResourceUnavailable, "The store takes no more changes since a write failed: no space left on the device.", null, "Make room and start the server again with Restart-MailServer.");
        dashboard.Press(Key.U);
        Assert.StartsWith(" ✖ asking for the blocked addresses: The store takes no more changes", dashboard.Line(21), StringComparison.Ordinal);
        Assert.Contains("Restart-MailServer.", dashboard.Line(22) + dashboard.Line(23), StringComparison.Ordinal);
    }

    [Fact]
    public void What_strangers_write_cannot_reach_the_terminal_as_control()
    {
        using var dashboard = new HeadlessDashboard(100, 24);
        dashboard.Look().Press(Key.D3, Key.Enter, Key.Enter);
        Assert.Contains("In·voice ·[31mred", dashboard.Screen, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202e', dashboard.Ansi);
    }

    [Fact]
    public void Without_colour_nothing_is_coloured()
    {
        using var dashboard = new HeadlessDashboard(80, 24, theme: "mono");
        dashboard.Look().Press(Key.D2);
        Assert.DoesNotMatch("\x1b\\[(3[0-7]|4[0-7]|9[0-7]|10[0-7]|38|48)m", dashboard.Ansi);
        Assert.Contains("▸IMAP", dashboard.Screen, StringComparison.Ordinal);
    }

    private static HeadlessDashboard EventsOnShow()
    {
        var dashboard = new HeadlessDashboard(120, 24);
        dashboard.Look().Press(Key.D5);
        var server = dashboard.Server;
        server.Happen("LoginFailed", MailEventSeverity.Warning, "wrong password", e => e with { Mailbox = "alice@example.com", RemoteAddress = "198.51.100.9", Protocol = MailProtocol.Imap });
        server.Happen("Delivered", MailEventSeverity.Information, "from shop@example.net, 4.2 kB", e => e with { Mailbox = "alice@example.com", Folder = "INBOX", Uid = 41, RemoteAddress = "198.51.100.9", Protocol = MailProtocol.Smtp });
        server.Happen("SessionOpened", MailEventSeverity.Information, "session 8f42", e => e with { SessionId = "8f42", RemoteAddress = "198.51.100.9", Protocol = MailProtocol.Smtp });
        server.Happen("Error", MailEventSeverity.Error, "the store could not be compacted: no space");
        server.Happen("Delivered", MailEventSeverity.Information, "from taro@example.jp, 2.1 kB", e => e with { Mailbox = "alice@example.com", Folder = "INBOX", Uid = 42, RemoteAddress = "203.0.113.77", Protocol = MailProtocol.Smtp });
        dashboard.HearEvents(5);
        return dashboard;
    }
}
