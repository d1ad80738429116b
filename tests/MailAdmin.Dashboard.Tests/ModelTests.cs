using MailAdmin.Testing;
using System.Globalization;
using MailAdmin.Administration;
using MailAdmin.Dashboard.ViewModels;

namespace MailAdmin.Dashboard.Tests;

/// <summary>What the models make of what the server says; no Terminal.Gui in sight.</summary>
public class ModelTests
{
    private readonly ManualTimeProvider _time = new();

    private MailServerStatistics Reading(double seconds, long messages, long commands, long bytes = 0) => new()
    {
        At = _time.GetUtcNow().AddSeconds(seconds),
        Protocols = [.. Enum.GetValues<MailProtocol>().Select(p => new MailProtocolStatistics { Protocol = p, Sessions = 2, Messages = messages, Commands = commands, BytesIn = bytes })],
        MessagesDelivered = messages,
    };

    [Fact]
    public void Rates_come_from_two_readings_and_the_time_between()
    {
        var server = new ServerModel(_time);
        server.Apply(Reading(0, 100, 1000));
        Assert.Equal(0, server.Cards[0].Work.Count);
        server.Apply(Reading(2, 110, 1100, 2048));
        Assert.Equal(10, server.Cards[0].Work.Last);
        Assert.Equal(50, server.Cards[1].Work.Last);
        Assert.Equal(1024, server.Cards[1].In.Last);
        Assert.Equal(5, server.Deliveries.Last);
        Assert.Equal(8, server.Sessions);
    }

    [Fact]
    public void Counters_that_go_back_give_no_rate()
    {
        var server = new ServerModel(_time);
        server.Apply(Reading(0, 1000, 1000));
        server.Apply(Reading(1, 3, 3));
        Assert.Equal(0, server.Cards[0].Work.Last);
    }

    [Fact]
    public void Uptime_runs_on_between_two_looks()
    {
        var server = new ServerModel(_time);
        server.Apply(new FakeAdministration(_time).Server with { Uptime = TimeSpan.FromMinutes(1) });
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(TimeSpan.FromSeconds(90), server.Uptime);
    }

    [Fact]
    public void What_wants_attention_is_found()
    {
        var server = new ServerModel(_time);
        Assert.Empty(server.Alerts());
        server.Apply(new FakeAdministration(_time).Server with { CertificateNotAfter = _time.GetUtcNow().AddDays(3) });
        server.Apply(Reading(0, 0, 0) with { DiskTotalBytes = 100, DiskFreeBytes = 5, QueueDepth = 3, QueueOldest = _time.GetUtcNow().AddHours(-2) });
        server.Fail(new IOException("the channel\nbroke"));
        var alerts = server.Alerts();
        Assert.Equal(4, alerts.Count);
        Assert.Equal(Tone.Failure, alerts[0].Tone);
        Assert.Equal("no answer", server.State.Text);
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(912, "912 B")]
    [InlineData(4200, "4.1 kB")]
    [InlineData(1023.9, "1.0 kB")]
    [InlineData(1_430_000, "1.4 MB")]
    [InlineData(1_288_490_188, "1.2 GB")]
    public void Octets_have_a_unit(double octets, string text) => Assert.Equal(text, Formats.Bytes(octets));

    [Theory]
    [InlineData(0, "0:00:00")]
    [InlineData(8043, "2:14:03")]
    [InlineData(274_320, "3d 04:12")]
    public void Ages_are_clocks(double seconds, string text) => Assert.Equal(text, Formats.Age(seconds));

    [Theory]
    [InlineData("2GB", 2L << 30)]
    [InlineData("1.5 g", 3L << 29)]
    [InlineData("500MiB", 500L << 20)]
    [InlineData("12", 12L)]
    [InlineData("", 0L)]
    [InlineData("many", null)]
    [InlineData("-1GB", null)]
    [InlineData("999999999TB", null)]
    public void Quotas_are_read_as_people_type_them(string text, long? octets) => Assert.Equal(octets, Formats.ParseBytes(text));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(1, "1")]
    [InlineData(2L << 30, "2GB")]
    [InlineData(3L << 29, "1536MB")]
    [InlineData(1_500_000_000, "1500000000")]
    [InlineData(5L << 50, "5120TB")]
    [InlineData(9_007_199_254_740_993, "9007199254740993")]
    [InlineData(long.MaxValue, "9223372036854775807")]
    public void A_quota_is_put_before_the_admin_to_the_last_octet(long octets, string text)
    {
        Assert.Equal(text, Formats.ExactBytes(octets));
        Assert.Equal(octets, Formats.ParseBytes(text));
    }

    [Fact]
    public void Numbers_do_not_depend_on_the_culture()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("de-DE");
            Assert.Equal("4.1 kB", Formats.Bytes(4200));
            Assert.Equal("12,345", Formats.Count(12345));
            Assert.Equal("0.4 msg/s", Formats.Rate(0.4, "msg"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void A_sparkline_never_shows_something_as_nothing()
    {
        var history = new RateHistory(8);
        foreach (var value in new double[] { 0, 1000, 1, 500 })
        {
            history.Add(value);
        }

        Assert.Equal([0, 0, 0, 7, 1, 4], history.Levels(6, 8));
    }

    [Fact]
    public void The_line_editor_goes_by_graphemes()
    {
        var editor = new LineEditor();
        editor.Insert("ae\u0301\U0001F469\u200D\U0001F4BBz\n\x1b");
        editor.Left();
        editor.Backspace();
        Assert.Equal("ae\u0301\U0001F469\u200D\U0001F4BB ", editor.Text);
        editor.Backspace();
        Assert.Equal("ae\u0301 ", editor.Text);
        editor.Home();
        editor.Right();
        editor.Delete();
        Assert.Equal("a ", editor.Text);
        editor.Text = "New-Mailbox alice";
        editor.DeleteWord();
        Assert.Equal("New-Mailbox ", editor.Text);
        editor.Insert(new string('x', 10_000));
        Assert.Equal(LineEditor.MaxLength, editor.Text.Length);
    }

    [Fact]
    public async Task A_page_that_is_not_on_show_is_not_asked_for()
    {
        var server = new FakeAdministration(_time);
        await using var model = new DashboardModel(server, _time);
        model.Start();
        Until(() => Asked("GetServerAsync") >= 1 && Asked("GetStatisticsAsync") >= 1);
        Assert.Equal((0, 0), (Asked("GetSessionsAsync"), Asked("GetMailboxesAsync")));
        model.Show(DashboardTab.Sessions);
        Until(() => Asked("GetSessionsAsync") >= 1);
        for (var i = 2; i <= 4; i++)
        {
            var expected = i;
            // A tick that comes while an answer is on its way asks nothing: the clock goes on until one asks.
            Until(() =>
            {
                _time.Advance(DashboardModel.SessionsPeriod);
                return Asked("GetSessionsAsync") >= expected;
            });
        }

        model.Show(DashboardTab.Queue);
        await model.Work.WhenIdle();
        Settle();
        var before = Asked("GetSessionsAsync");
        for (var i = 0; i < 3; i++)
        {
            var readings = Asked("GetStatisticsAsync");
            Until(() =>
            {
                _time.Advance(DashboardModel.StatisticsPeriod);
                return Asked("GetStatisticsAsync") > readings;
            });
        }

        Assert.Equal(before, Asked("GetSessionsAsync"));

        // A look at the sessions that was under way when the page was turned may still come in.
        void Settle()
        {
            var readings = Asked("GetStatisticsAsync");
            Until(() =>
            {
                _time.Advance(DashboardModel.StatisticsPeriod);
                return Asked("GetStatisticsAsync") > readings + 1;
            });
        }

        int Asked(string member) => server.Asked.GetValueOrDefault(member);
    }

    [Fact]
    public async Task A_server_that_was_restarted_is_found_again()
    {
        var first = new FakeAdministration(_time) { Failure = new IOException("the channel broke") };
        var second = new FakeAdministration(_time);
        second.Server = second.Server with { ProcessId = 4712 };
        await using var model = new DashboardModel(first, _time, reopen: _ => Task.FromResult<IMailAdministration>(second));
        model.Start();
        Until(() =>
        {
            _time.Advance(DashboardModel.ServerPeriod);
            model.Changes.Drain();
            return model.Server is { Problem: null, Info.ProcessId: 4712 };
        });
    }

    [Fact]
    public async Task What_a_server_tells_of_its_crash_is_heard_though_it_counts_its_events_anew()
    {
        var first = new FakeAdministration(_time);
        var second = new FakeAdministration(_time);
        await using var model = new DashboardModel(first, _time, reopen: _ => Task.FromResult<IMailAdministration>(second));
        for (var i = 1; i <= 50; i++)
        {
            first.Happen("Delivered", MailEventSeverity.Information, "message " + i);
        }

        model.Start();
        Arrive(model, 50);
        second.Happen("Error", MailEventSeverity.Error, "The store is damaged at segment 7");
        second.Happen("ServerStateChanged", MailEventSeverity.Information, "Server default is Running");
        first.Failure = new IOException("the channel broke");
        first.BreakEvents();
        Arrive(model, 52);
        Assert.Equal("The store is damaged at segment 7", Assert.Single(model.Events.Unseen).Message);
    }

    [Fact]
    public async Task A_server_that_was_only_out_of_reach_tells_nothing_twice()
    {
        var server = new FakeAdministration(_time);
        await using var model = new DashboardModel(server, _time, reopen: _ => Task.FromResult<IMailAdministration>(server));
        server.Happen("LoginFailed", MailEventSeverity.Warning, "one");
        server.Happen("Delivered", MailEventSeverity.Information, "two");
        model.Show(DashboardTab.Events);
        model.Start();
        Arrive(model, 2);
        model.Events.AcknowledgeAll();
        server.BreakEvents();
        server.Happen("Delivered", MailEventSeverity.Information, "three");
        Arrive(model, 3);
        server.Happen("Delivered", MailEventSeverity.Information, "four");
        Arrive(model, 4);
        Assert.Equal(["four", "three", "two", "one"], model.Events.Table.Items.Select(e => e.Message));
        Assert.Empty(model.Events.Unseen);
    }

    [Fact]
    public async Task Events_that_the_server_no_longer_had_are_told_of()
    {
        var server = new FakeAdministration(_time);
        await using var model = new DashboardModel(server, _time);
        server.Happen("Delivered", MailEventSeverity.Information, "one");
        model.Start();
        Arrive(model, 1);
        server.Kept = 1;
        server.Failure = new IOException("the channel broke");
        server.BreakEvents();
        server.Happen("Delivered", MailEventSeverity.Information, "two");
        server.Happen("Delivered", MailEventSeverity.Information, "three");
        server.Failure = null;
        Arrive(model, 3);
        Assert.StartsWith("Events were left out", Assert.Single(model.Events.Unseen).Message, StringComparison.Ordinal);
    }

    private void Arrive(DashboardModel model, int count) => Until(() =>
    {
        _time.Advance(EventsModel.RetryAfter);
        model.Changes.Drain();
        return model.Events.Total >= count;
    });

    [Fact]
    public async Task A_folder_that_is_gone_is_left_once_and_only_by_who_is_still_in_it()
    {
        var server = new FakeAdministration(_time) { Held = new TaskCompletionSource() };
        await using var model = new DashboardModel(server, _time);
        server.Failure = new Errors.MailAdminException("FolderNotFound", Errors.MailErrorCategory.ObjectNotFound, "Mailbox alice@example.com has no folder 'Archive'.");
        model.Mailboxes.OpenFolder("alice@example.com", "Archive");
        Until(() => server.Asked.ContainsKey("GetMessagesAsync"));
        server.Failure = null;
        model.Mailboxes.Leave();
        server.Held.SetResult();
        await model.Work.WhenIdle();
        model.Changes.Drain();
        Assert.Equal(BrowserLevel.Folders, model.Mailboxes.Level);
        Assert.Null(model.Notice);
    }

    [Fact]
    public async Task A_flood_of_events_is_one_change_for_the_screen()
    {
        var server = new FakeAdministration(_time);
        await using var model = new DashboardModel(server, _time);
        for (var i = 0; i < 7000; i++)
        {
            server.Happen("Delivered", MailEventSeverity.Information, "message " + i);
        }

        model.Show(DashboardTab.Events);
        model.Start();
        Until(() => model.Changes.Drain() && model.Events.Total > 0 || model.Events.Total == EventsModel.MaxEvents);
        Until(() =>
        {
            model.Changes.Drain();
            return model.Events.Table.Total > 0 && model.Events.Table.Items[0].Message == "message 6999";
        });
        Assert.Equal(EventsModel.MaxEvents, model.Events.Table.Total);
    }

    [Fact]
    public async Task Paused_events_stand_still_and_are_kept()
    {
        var server = new FakeAdministration(_time);
        await using var model = new DashboardModel(server, _time);
        model.Show(DashboardTab.Events);
        model.Start();
        server.Happen("Delivered", MailEventSeverity.Information, "one");
        Arrive(1);
        model.Events.TogglePause();
        server.Happen("Delivered", MailEventSeverity.Information, "two");
        server.Happen("LoginFailed", MailEventSeverity.Warning, "three");
        Arrive(3);
        Assert.Equal((1, 2), (model.Events.Table.Total, model.Events.Missed));
        model.Events.TogglePause();
        Assert.Equal(["three", "two", "one"], model.Events.Table.Items.Select(e => e.Message));
        server.Happen("Delivered", MailEventSeverity.Information, "four");
        Arrive(4);
        // The warning stays on top until it has been seen.
        Assert.Equal(["three", "four", "two", "one"], model.Events.Table.Items.Select(e => e.Message));
        model.Events.AcknowledgeAll();
        Assert.Equal(["four", "three", "two", "one"], model.Events.Table.Items.Select(e => e.Message));
        model.Events.CycleSeverity();
        Assert.Equal(["three"], model.Events.Table.Items.Select(e => e.Message));

        void Arrive(int count) => Until(() =>
        {
            model.Changes.Drain();
            return model.Events.Total >= count;
        });
    }

    [Fact]
    public async Task A_change_in_the_open_folder_makes_it_stale_and_one_elsewhere_does_not()
    {
        var server = new FakeAdministration(_time);
        Samples.Fill(server, _time);
        await using var model = new DashboardModel(server, _time);
        model.Mailboxes.OpenFolder("alice@example.com", "INBOX");
        await model.Work.WhenIdle();
        model.Changes.Drain();
        Assert.Equal([43u, 42, 41, 40], model.Mailboxes.Messages.Items.Select(m => m.Uid));
        var happened = new MailEvent { Sequence = 1, At = _time.GetUtcNow(), Kind = "MessageAdded", Severity = MailEventSeverity.Information, Message = "", Mailbox = "bob@example.com", Folder = "INBOX" };
        model.Mailboxes.Hear(happened);
        Assert.False(model.Mailboxes.IsStale);
        model.Mailboxes.Hear(happened with { Mailbox = "alice@example.com" });
        Assert.True(model.Mailboxes.IsStale);
    }

    [Fact]
    public async Task An_error_that_comes_after_a_dialog_was_left_is_told_at_the_foot()
    {
        await using var model = new DashboardModel(new FakeAdministration(_time), _time);
        var gate = new TaskCompletionSource();
        var form = new FormModel("Remove", [], [], [new FormButton("&Do", async (_, _) =>
        {
            await gate.Task;
            throw new IOException("the channel broke");
        })]);
        model.Dialogs.Ask(form);
        model.Dialogs.Press(form, form.Buttons[0]);
        model.Dialogs.Dismiss(form);
        gate.SetResult();
        await model.Work.WhenIdle();
        model.Changes.Drain();
        Assert.Equal("Remove: the channel broke", model.Notice!.Text);
    }

    [Fact]
    public async Task A_transcript_is_bounded_and_follows_its_end()
    {
        var server = new FakeAdministration(_time);
        Samples.Fill(server, _time);
        var changes = new ChangeQueue();
        for (var i = 0; i < 5000; i++)
        {
            server.Speak("8f3a", TranscriptDirection.Client, "line " + i);
        }

        server.EndTranscript("8f3a");
        using var detail = new SessionDetailModel(server.Sessions[0], server, changes);
        await detail.Following.WaitAsync(TimeSpan.FromSeconds(10));
        changes.Drain();
        Assert.Equal(SessionDetailModel.MaxLines, detail.Lines.Count);
        Assert.Equal("line 4999", detail.Lines[^1].Text);
        Assert.True(detail.IsOver);
        detail.Scroll(-5, 10);
        Assert.Equal(SessionDetailModel.MaxLines - 15, detail.Top);
        detail.Scroll(100, 10);
        Assert.Equal(-1, detail.Top);
    }

    [Fact]
    public async Task The_source_comes_piece_by_piece_and_only_as_far_as_it_is_looked_at()
    {
        var changes = new ChangeQueue();
        var work = new BackgroundWork(changes, (_, _) => { }, CancellationToken.None);
        var asked = new List<long>();
        var octets = System.Text.Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 20_000).Select(i => $"line {i:d6}\r\n")));
        var message = new MailboxMessage { Mailbox = "a", Folder = "b", Uid = 1, Flags = [], SizeBytes = octets.Length };
        var reader = new ReaderModel(message, TimeZoneInfo.Utc, new SourceText(octets.Length, (offset, count, _) =>
        {
            asked.Add(offset);
            return Task.FromResult(octets[(int)offset..Math.Min(octets.Length, (int)offset + count)]);
        }, changes, work));
        await Fetch();
        Assert.Empty(asked);
        reader.Turn(TextSide.Source);
        await Fetch();
        Assert.Equal([0], asked);
        Assert.Equal("line 000000", reader.LinesFor(80)[0]);
        reader.Scroll(int.MaxValue / 2, 80, 10);
        await Fetch();
        Assert.Equal([0, SourceText.PieceSize], asked);
        while (asked.Count < 4)
        {
            reader.Scroll(int.MaxValue / 2, 80, 10);
            await Fetch();
        }

        Assert.Equal(20_000, reader.LinesFor(80).Count);
        Assert.Equal("line 019999", reader.LinesFor(80)[^1]);

        async Task Fetch()
        {
            reader.Fetch(10);
            do
            {
                await work.WhenIdle();
            }
            while (changes.Drain());
        }
    }

    [Theory]
    [InlineData("a<br>b", "a\nb")]
    [InlineData("<p>one</p><p>two</p>", "one\n\ntwo")]
    [InlineData("x <!-- <p> --> y", "x y")]
    [InlineData("<a href='https://a.example/?q=1&amp;r=2'>there</a>", "there [https://a.example/?q=1&r=2]")]
    [InlineData("<a href=\"https://a.example\">https://a.example</a>", "https://a.example")]
    [InlineData("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a  b\nc")]
    [InlineData("a <b", "a")]
    [InlineData("<script>alert('<p>')</script>safe", "safe")]
    [InlineData("&lt;b&gt; &nbsp;&#x41;", "<b>  A")]
    [InlineData("<pre>  one\r\n    two</pre> <p>a\n  b</p>", "  one\n    two\n\na b")]
    [InlineData("<img src=halt.png data-alt=no alt='The &quot;logo&quot;'><img alt=''>x", "[The \"logo\"]x")]
    [InlineData("<a data-href='no' href=https://a.example/x target=_blank>there</a>", "there [https://a.example/x]")]
    [InlineData("News&#847;&zwnj;&#847;&zwnj;&shy;&shy; and &#x645;&#x6cc;&zwnj;&#x62e;", "News and \u0645\u06cc\u200c\u062e")]
    public void Html_is_read_as_text(string html, string text) => Assert.Equal(text, HtmlText.Of(html));

    private static void Until(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(10)));

    [Fact]
    public void A_reading_between_two_others_makes_no_rate()
    {
        var time = new ManualTimeProvider();
        var server = new ServerModel(time);
        MailServerStatistics At(double seconds, long delivered) => new() { At = time.GetUtcNow().AddSeconds(seconds), MessagesDelivered = delivered, Protocols = [] };
        server.Apply(At(0, 0));
        server.Apply(At(1, 10));
        server.Apply(At(1.01, 10));
        Assert.Equal(10, server.Deliveries.Last);
        server.Apply(At(2, 30));
        Assert.Equal(20, server.Deliveries.Last);
        Assert.Equal(2, server.Deliveries.Count);
    }
}
