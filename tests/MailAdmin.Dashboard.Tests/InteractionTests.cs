using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Tests;

/// <summary>Keys and mouse, from the driver to the server and back to the screen.</summary>
public class InteractionTests
{
    [Fact]
    public void Disconnecting_asks_and_the_safe_answer_is_the_default()
    {
        using var dashboard = new HeadlessDashboard(100, 24);
        dashboard.Look().Press(Key.D2, Key.Delete);
        Assert.Contains("[> Keep it <]", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.Enter);
        Assert.Empty(dashboard.Server.Deeds);
        dashboard.Press(Key.Delete, Key.CursorRight, Key.Enter);
        Assert.Equal(["stop 8f3a"], dashboard.Server.Deeds);
        Assert.Contains("session 8f3a is disconnected", dashboard.Screen, StringComparison.Ordinal);
        Assert.DoesNotContain("192.0.2.17", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.Delete, Key.Esc);
        Assert.Single(dashboard.Server.Deeds);
        dashboard.Press(Key.Delete, Key.D);
        Assert.Equal(["stop 8f3a", "stop 8f41"], dashboard.Server.Deeds);
    }

    [Fact]
    public void On_the_heading_of_a_group_all_its_sessions_are_meant()
    {
        using var dashboard = new HeadlessDashboard(100, 30);
        dashboard.Look().Press(Key.D2, Key.G, Key.Home);
        Assert.StartsWith("▸▾ alice@example.com  2 sessions", dashboard.Line(dashboard.Find("2 sessions")), StringComparison.Ordinal);
        // They come from two addresses: there is none to block.
        Assert.DoesNotContain("B block", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.Enter, Key.Delete);
        Assert.Contains("All of alice@example.com.", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.Enter);
        Assert.Empty(dashboard.Server.Deeds);
        dashboard.Press(Key.Delete, Key.D);
        Assert.Equal(["stop 8f3a", "stop 8f41"], dashboard.Server.Deeds);
        Assert.Contains("2 sessions disconnected", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_is_blocked_after_a_question_and_let_in_again()
    {
        using var dashboard = new HeadlessDashboard(100, 30);
        dashboard.Look().Press(Key.D2, Key.B, Key.Enter);
        Assert.Empty(dashboard.Server.Deeds);
        dashboard.Press(Key.B, Key.H);
        Assert.Equal(["block 192.0.2.17 01:00:00"], dashboard.Server.Deeds);
        Assert.DoesNotContain("192.0.2.17:", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.U);
        Assert.Contains("192.0.2.17  until", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.Enter, Key.U);
        Assert.Contains("no address is blocked", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_an_IPv6_client_the_whole_network_can_be_blocked()
    {
        using var dashboard = new HeadlessDashboard(100, 30, server => server.Sessions[0] = server.Sessions[0] with { RemoteEndPoint = "[2001:db8:1:2:3:4:5:6]:52110" });
        dashboard.Look().Press(Key.D2, Key.B);
        Assert.Contains("whole network 2001:db8:1:2::/64", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.N);
        Assert.Equal(["block 2001:db8:1:2::/64 "], dashboard.Server.Deeds);
    }

    [Fact]
    public void A_list_that_is_held_still_is_not_asked_for()
    {
        using var dashboard = new HeadlessDashboard(100, 30);
        dashboard.Look().Press(Key.D2, Key.Space);
        Assert.Contains("paused; Space goes on", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Server.Sessions.Clear();
        dashboard.Press(Key.CursorDown);
        Assert.Contains("bob@example.com", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.Space, Key.F5);
        Assert.Contains("no sessions", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mailbox_is_made_and_its_made_password_shown_once()
    {
        using var dashboard = new HeadlessDashboard(100, 30);
        dashboard.Look().Press(Key.D3, Key.N).Type("erin").Press(Key.Tab).Type("Erin Q").Press(Key.Tab, Key.Tab).Type("2GB").Press(Key.Enter);
        Assert.Equal(["new erin@example.com quota 2147483648"], dashboard.Server.Deeds);
        Assert.Contains("Its password is ", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.Enter);
        Assert.DoesNotContain("password is", dashboard.Screen, StringComparison.Ordinal);
        Assert.Contains("erin@example.com", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dialog_says_what_is_wrong_and_stays()
    {
        using var dashboard = new HeadlessDashboard(100, 30);
        dashboard.Look().Press(Key.D3, Key.N).Press(Key.Enter);
        Assert.Contains("'@example.com' is not an address of the form name@domain.", dashboard.Screen, StringComparison.Ordinal);
        Assert.NotNull(dashboard.Model.Dialogs.Form);
        dashboard.Press(Key.Home).Type("erin").Press(Key.Tab, Key.Tab, Key.Tab).Type("lots").Press(Key.Enter);
        Assert.Contains("'lots' is not a size such as 2GB.", dashboard.Screen, StringComparison.Ordinal);
        Assert.Empty(dashboard.Server.Deeds);
    }

    [Fact]
    public void A_password_is_never_on_the_screen()
    {
        using var dashboard = new HeadlessDashboard(100, 30);
        dashboard.Look().Press(Key.D3, Key.P).Type("hunter22").Press(Key.Tab).Type("hunter23");
        Assert.DoesNotContain("hunter", dashboard.Screen, StringComparison.Ordinal);
        Assert.Contains("••••••••", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.Enter);
        Assert.Contains("The two are not the same.", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.Backspace).Type("2").Press(Key.Enter);
        Assert.Equal(["set alice@example.com enabled  quota  password True"], dashboard.Server.Deeds);
    }

    [Theory]
    [InlineData("short", "is shorter than 8 characters")]
    [InlineData("alice@example.com", "is its name")]
    public void A_password_that_anybody_would_guess_is_refused_as_the_cmdlets_refuse_it(string password, string why)
    {
        using var dashboard = new HeadlessDashboard(100, 30);
        dashboard.Look().Press(Key.D3, Key.P).Type(password).Press(Key.Tab).Type(password).Press(Key.Enter);
        Assert.Contains($"The password {why}.", dashboard.Screen, StringComparison.Ordinal);
        Assert.Empty(dashboard.Server.Deeds);
        dashboard.Press(Key.Esc, Key.N).Type("alice").Press(Key.Tab, Key.Tab).Type(password).Press(Key.Enter);
        Assert.Contains($"The password {why}.", dashboard.Screen, StringComparison.Ordinal);
        Assert.Empty(dashboard.Server.Deeds);
    }

    [Fact]
    public void A_text_that_was_read_to_its_end_fills_a_screen_that_grew()
    {
        var text = string.Join('\n', Enumerable.Range(1, 60).Select(i => $"line {i} " + new string('x', 150)));
        using var dashboard = new HeadlessDashboard(80, 24, server => server.Views[43] = server.Views[42] with { Message = server.Messages[3], Text = text });
        dashboard.Look().Press(Key.D3, Key.Enter, Key.Enter, Key.Enter, Key.End);
        dashboard.Resize(200, 60);
        Assert.Contains("line 20 ", dashboard.Screen, StringComparison.Ordinal);
        Assert.Contains("line 60 ", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mailbox_is_disabled_after_a_question_and_its_quota_set()
    {
        using var dashboard = new HeadlessDashboard(100, 30);
        dashboard.Look().Press(Key.D3, Key.E, Key.D, Key.L).Press(Key.U.WithCtrl).Type("5GB").Press(Key.Enter);
        Assert.Equal(["set alice@example.com enabled False quota  password False", "set alice@example.com enabled  quota 5368709120 password False"], dashboard.Server.Deeds);
        Assert.Contains("✖ alice@example.com", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void A_quota_that_is_only_looked_at_is_not_changed()
    {
        using var dashboard = new HeadlessDashboard(100, 30, server => server.Mailboxes[0] = server.Mailboxes[0] with { QuotaBytes = 1_500_000_000 });
        dashboard.Look().Press(Key.D3, Key.L);
        Assert.Contains("1500000000", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.Enter);
        Assert.Empty(dashboard.Server.Deeds);
        Assert.Contains("quota of alice@example.com stays as it is", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void A_filter_works_as_it_is_typed()
    {
        using var dashboard = new HeadlessDashboard(100, 24);
        dashboard.Look().Press(Key.D2).Type("/bob");
        Assert.Contains("/ bob", dashboard.Screen, StringComparison.Ordinal);
        Assert.Contains("1 of 4", dashboard.Screen, StringComparison.Ordinal);
        Assert.DoesNotContain("alice", dashboard.Screen, StringComparison.Ordinal);
        // Letters that are keys elsewhere are letters here.
        dashboard.Type("qs5");
        Assert.Contains("nothing matches the filter", dashboard.Screen, StringComparison.Ordinal);
        Assert.True(dashboard.IsRunning);
        dashboard.Press(Key.Esc);
        Assert.Contains("alice", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void The_mouse_selects_opens_sorts_and_turns_pages()
    {
        using var dashboard = new HeadlessDashboard(140, 36);
        dashboard.Look();
        dashboard.Click(dashboard.Line(4).IndexOf("2 Sessions", StringComparison.Ordinal), 4);
        Assert.Equal(DashboardTab.Sessions, dashboard.Model.Active);
        dashboard.Click(10, dashboard.Find("bob@example.com"));
        Assert.Equal("8f40", dashboard.Model.Sessions.Table.Selected!.Id);
        dashboard.Click(dashboard.Line(5).IndexOf("Mailbox", StringComparison.Ordinal), 5);
        Assert.Contains("Mailbox▴", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.Delete);
        var line = dashboard.Find("Disconnect  ]");
        dashboard.Click(dashboard.Line(line).IndexOf("Disconnect  ]", StringComparison.Ordinal), line);
        Assert.Equal(["stop 8f40"], dashboard.Server.Deeds);
    }

    [Fact]
    public void Nothing_under_a_dialog_hears_the_mouse()
    {
        using var dashboard = new HeadlessDashboard(140, 36);
        dashboard.Look().Press(Key.D2, Key.Delete).Click(16, 4);
        Assert.Equal(DashboardTab.Sessions, dashboard.Model.Active);
        Assert.NotNull(dashboard.Model.Dialogs.Form);
    }

    [Fact]
    public void Escape_goes_back_step_by_step_and_leaves_only_when_pressed_twice()
    {
        using var dashboard = new HeadlessDashboard(100, 24);
        dashboard.Look().Press(Key.D2, Key.Enter, Key.Esc);
        Assert.Null(dashboard.Model.Sessions.Detail);
        dashboard.Press(Key.Esc);
        Assert.True(dashboard.IsRunning);
        Assert.Contains("Esc again", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Time.Advance(TimeSpan.FromSeconds(5));
        dashboard.Press(Key.Esc);
        Assert.True(dashboard.IsRunning);
        dashboard.Press(Key.Esc);
        Assert.False(dashboard.IsRunning);
    }

    [Theory]
    [InlineData("F10")]
    [InlineData("q")]
    [InlineData("Ctrl+C")]
    public void These_leave(string name)
    {
        Assert.True(Key.TryParse(name, out var key));
        using var dashboard = new HeadlessDashboard(100, 24);
        dashboard.Look().Press(key);
        Assert.False(dashboard.IsRunning);
    }

    [Fact]
    public void An_event_leads_to_its_session_or_its_message()
    {
        using var dashboard = new HeadlessDashboard(120, 30, server =>
        {
            server.Happen("SessionOpened", MailEventSeverity.Information, "session", e => e with { SessionId = "8f42" });
            server.Happen("Delivered", MailEventSeverity.Information, "from taro", e => e with { Mailbox = "alice@example.com", Folder = "INBOX", Uid = 42 });
        });
        dashboard.Look().HearEvents(2).Press(Key.D5, Key.Enter);
        Assert.Contains("the papers for the meeting", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.Esc);
        Assert.Equal(DashboardTab.Events, dashboard.Model.Active);
        dashboard.Press(Key.CursorDown, Key.Enter);
        Assert.Equal("8f42", dashboard.Model.Sessions.Detail!.Session.Id);
        dashboard.Press(Key.Esc);
        Assert.Equal(DashboardTab.Events, dashboard.Model.Active);
        Assert.Null(dashboard.Model.Sessions.Detail);
    }

    [Fact]
    public void An_event_about_queued_mail_leads_to_the_message_itself()
    {
        using var dashboard = new HeadlessDashboard(120, 30, server => server.Happen("Deferred", MailEventSeverity.Warning, "put off: 451", e => e with { Mailbox = "alice@example.com", QueueId = $"{0:x32}" }));
        Samples.FillQueue(dashboard.Server, dashboard.Time);
        dashboard.Look().HearEvents(1).Press(Key.D5, Key.Enter);
        Assert.Contains("Queue › example.net › one message", dashboard.Screen, StringComparison.Ordinal);
        Assert.Contains("Quarterly figures", dashboard.Screen, StringComparison.Ordinal);
        Assert.Contains("451 4.3.2 Please try again later", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.Esc);
        Assert.Equal(DashboardTab.Events, dashboard.Model.Active);
        dashboard.Server.Queued.Clear();
        dashboard.Press(Key.Enter);
        Assert.Equal(DashboardTab.Events, dashboard.Model.Active);
        Assert.Contains("in the queue no longer", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_one_went_on_from_a_jump_escape_is_one_step_back()
    {
        using var dashboard = new HeadlessDashboard(120, 30, server => server.Happen("Delivered", MailEventSeverity.Information, "from taro", e => e with { Mailbox = "alice@example.com", Folder = "INBOX" }));
        dashboard.Look().HearEvents(1).Press(Key.D5, Key.Enter, Key.Enter, Key.Esc);
        Assert.Equal((DashboardTab.Mailboxes, BrowserLevel.Messages), (dashboard.Model.Active, dashboard.Model.Mailboxes.Level));
    }

    [Fact]
    public void Any_column_is_sorted_by_in_two_keys_also_one_without_room()
    {
        using var dashboard = new HeadlessDashboard(80, 24);
        dashboard.Look().Press(Key.D2, Key.S);
        Approved.Screen("sort-80x24", dashboard.Screen);
        dashboard.Press(Key.D8);
        Assert.Contains("Out▴", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.S, Key.CursorUp, Key.Enter);
        Assert.Contains("In▴", dashboard.Screen, StringComparison.Ordinal);
        // A page's key is a column's here, and what means nothing leaves all as it is.
        dashboard.Press(Key.S, Key.Esc, Key.S, Key.F5);
        Assert.Contains("In▴", dashboard.Screen, StringComparison.Ordinal);
        Assert.DoesNotContain("Sort by", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.S, Key.S);
        Assert.Contains("Out▴", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.S);
        var line = dashboard.Find("2 Mailbox");
        dashboard.Click(dashboard.Line(line).IndexOf("Mailbox", StringComparison.Ordinal), line);
        Assert.Contains("Mailbox▴", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void From_inside_one_thing_the_next_is_a_key_away()
    {
        using var dashboard = new HeadlessDashboard(120, 30);
        Samples.FillQueue(dashboard.Server, dashboard.Time);
        dashboard.Look().Press(Key.D2, Key.Enter, new Key('>'));
        Assert.Equal("8f41", dashboard.Model.Sessions.Detail!.Session.Id);
        dashboard.Press(new Key('<'));
        Assert.Equal("8f3a", dashboard.Model.Sessions.Detail!.Session.Id);
        dashboard.Press(Key.D3, Key.Enter, Key.Enter, Key.Enter, new Key('>'));
        Assert.Equal(42u, dashboard.Model.Mailboxes.Reader!.Message.Uid);
        dashboard.Press(Key.D4, Key.Enter, Key.Enter, new Key('>'));
        Assert.Contains("dave@example.net", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_that_is_removed_while_it_is_read_is_left()
    {
        using var dashboard = new HeadlessDashboard(120, 30);
        dashboard.Look().Press(Key.D3, Key.Enter, Key.Enter, Key.Enter, Key.Delete, Key.R);
        Assert.Equal(["remove message 43"], dashboard.Server.Deeds);
        Assert.Equal(BrowserLevel.Messages, dashboard.Model.Mailboxes.Level);
        Assert.Equal([42u, 41, 40], dashboard.Model.Mailboxes.Messages.Items.Select(m => m.Uid));
    }

    [Fact]
    public void Cards_and_warnings_lead_to_their_pages_by_a_click()
    {
        using var dashboard = new HeadlessDashboard(140, 36, server => server.Happen("LoginFailed", MailEventSeverity.Warning, "wrong password"));
        dashboard.Look().HearEvents(1).Click(10, 2);
        Assert.Equal(DashboardTab.Sessions, dashboard.Model.Active);
        dashboard.Click(120, 2);
        Assert.Equal(DashboardTab.Queue, dashboard.Model.Active);
        dashboard.Press(Key.D1).Click(10, dashboard.Find("wrong password"));
        Assert.Equal(DashboardTab.Events, dashboard.Model.Active);
    }

    [Fact]
    public void W_means_the_warnings_alone_wherever_it_is_pressed()
    {
        using var dashboard = new HeadlessDashboard(140, 36, server =>
        {
            server.Happen("LoginFailed", MailEventSeverity.Warning, "wrong password");
            server.Happen("Delivered", MailEventSeverity.Information, "a message");
        });
        dashboard.Look().HearEvents(2).Press(Key.W);
        Assert.Equal(DashboardTab.Events, dashboard.Model.Active);
        Assert.True(dashboard.Find("wrong password") > 0 && dashboard.Find("a message") < 0);
        dashboard.Press(Key.W);
        Assert.Contains("no errors; W shows all", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.W);
        Assert.True(dashboard.Find("a message") > 0);
        dashboard.Press(Key.W);
        Assert.True(dashboard.Find("a message") < 0);
    }

    [Fact]
    public void What_happens_does_not_move_the_event_that_is_read()
    {
        using var dashboard = new HeadlessDashboard(100, 24);
        dashboard.Look().Press(Key.D5);
        Happen(40);
        dashboard.HearEvents(40).Press(Key.CursorDown, Key.CursorDown, Key.CursorDown);
        var line = dashboard.Find("event 37");
        Happen(20);
        dashboard.HearEvents(60);
        Assert.Equal(line, dashboard.Find("event 37"));
        Assert.StartsWith("▸", dashboard.Line(line), StringComparison.Ordinal);

        void Happen(int count)
        {
            for (var i = 0; i < count; i++)
            {
                dashboard.Server.Happen("Delivered", MailEventSeverity.Information, $"event {dashboard.Model.Events.Total + i + 1}");
            }
        }
    }

    [Fact]
    public void The_keys_at_the_foot_can_be_clicked()
    {
        using var dashboard = new HeadlessDashboard(100, 24);
        dashboard.Look().Press(Key.D2);
        Foot("Enter open");
        Assert.NotNull(dashboard.Model.Sessions.Detail);
        Foot("Esc close");
        Assert.Null(dashboard.Model.Sessions.Detail);
        Foot("/ filter");
        Assert.True(dashboard.Model.Sessions.Table.IsFiltering);
        dashboard.Press(Key.Esc);
        Foot("? keys");
        Assert.Contains("Everywhere", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.Esc);
        Foot("F10 quit");
        Assert.False(dashboard.IsRunning);

        void Foot(string text) => dashboard.Click(dashboard.Line(23).IndexOf(text, StringComparison.Ordinal) + 1, 23);
    }

    [Fact]
    public void A_click_on_the_scroll_bar_goes_there()
    {
        using var dashboard = new HeadlessDashboard(100, 24, server =>
        {
            var one = server.Sessions[0];
            server.Sessions.AddRange(Enumerable.Range(0, 500).Select(i => one with { Id = $"s{i}", ConnectedAt = one.ConnectedAt.AddSeconds(i) }));
        });
        dashboard.Look().Press(Key.D2).Click(99, 22);
        Assert.Equal(504 - 19, dashboard.Model.Sessions.Table.Top);
        dashboard.Click(99, 4);
        Assert.Equal(0, dashboard.Model.Sessions.Table.Top);
    }

    [Fact]
    public void A_folder_that_was_removed_meanwhile_is_left()
    {
        using var dashboard = new HeadlessDashboard(100, 24);
        dashboard.Look().Press(Key.D3, Key.Enter, Key.Enter);
        dashboard.Server.Failure = new Errors.MailAdminException("FolderNotFound", Errors.MailErrorCategory.ObjectNotFound, "Mailbox alice@example.com has no folder 'Archive'.");
        dashboard.Model.Show(DashboardTab.Mailboxes);
        dashboard.WaitFor(() => dashboard.Model.Mailboxes.Level == BrowserLevel.Mailboxes || dashboard.Find("has no folder") > 0);
        dashboard.Server.Failure = null;
        dashboard.Settle();
        Assert.DoesNotContain("no answer", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void A_frame_hands_on_only_the_cells_that_changed()
    {
        using var dashboard = new HeadlessDashboard(140, 36);
        dashboard.Look().Press(Key.D2);
        dashboard.Settle();
        Assert.Equal(0, dashboard.Window.CellsChanged);
        var frames = dashboard.Window.Frames;
        dashboard.Tick();
        Assert.Equal(frames, dashboard.Window.Frames);
        dashboard.Press(Key.CursorDown);
        Assert.InRange(dashboard.Window.CellsChanged, 100, 300);
    }

    [Theory]
    [InlineData(20, 5)]
    [InlineData(40, 10)]
    [InlineData(300, 100)]
    [InlineData(1, 1)]
    public void Any_size_is_survived(int width, int height)
    {
        using var dashboard = new HeadlessDashboard(80, 24);
        dashboard.Look();
        dashboard.Resize(width, height);
        dashboard.Press(Key.D2, Key.Enter, Key.Esc, Key.D3, Key.N, Key.Esc, Key.Enter, Key.Esc, Key.D4, Key.D5, new Key('?'), Key.Esc);
        dashboard.Resize(100, 30);
        Assert.Contains("5 Events", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void Ten_thousand_sessions_cost_what_is_on_screen()
    {
        using var dashboard = new HeadlessDashboard(140, 36, server =>
        {
            var one = server.Sessions[0];
            server.Sessions.Clear();
            server.Sessions.AddRange(Enumerable.Range(0, 10_000).Select(i => one with { Id = $"s{i}", ConnectedAt = one.ConnectedAt.AddSeconds(i), RemoteEndPoint = $"192.0.2.{i % 250}:{10_000 + i}" }));
        });
        dashboard.Look().Press(Key.D2, Key.End);
        Assert.Contains("192.0.2.249", dashboard.Screen, StringComparison.Ordinal);
        Assert.Contains("2 Sessions", dashboard.Screen, StringComparison.Ordinal);
    }
}
