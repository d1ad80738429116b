using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Tests;

/// <summary>The line behind the colon.</summary>
public class CommandTests
{
    private sealed class FakeRunner : ICommandRunner
    {
        public List<string> Ran { get; } = [];
        public volatile bool Asked;
        public TaskCompletionSource Hold { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task RunAsync(string command, int width, ICommandOutput output, CancellationToken cancellationToken)
        {
            Ran.Add(command);
            switch (command)
            {
                case "hold":
                    output.Write("begun", CommandLineKind.Output);
                    await Hold.Task.WaitAsync(cancellationToken);
                    break;
                case "work":
                    output.Show(new CommandProgress("1", "Making mailboxes", "12 of 48", 25, 40, IsOver: false));
                    output.Show(new CommandProgress("2", "Waiting", "for a message", -1, -1, IsOver: false));
                    await Hold.Task.WaitAsync(cancellationToken);
                    output.Show(new CommandProgress("1", "Making mailboxes", "", -1, -1, IsOver: true));
                    break;
                case "many":
                    output.Write(string.Join('\n', Enumerable.Range(1, 400).Select(i => $"line {i}")), CommandLineKind.Output);
                    break;
                case "ask later":
                    await Hold.Task.WaitAsync(cancellationToken);
                    var answer = output.ChooseAsync("Remove?", "Really?", ["&Yes", "&No"], 1, cancellationToken);
                    Asked = true;
                    output.Write("chosen " + await answer, CommandLineKind.Output);
                    break;
                case "ask":
                    output.Write("chosen " + await output.ChooseAsync("Remove?", "Really?", ["&Yes", "&No"], 1, cancellationToken), CommandLineKind.Output);
                    break;
                case "fail":
                    throw new InvalidOperationException("it went wrong");
                case "long":
                    output.Write("Cannot convert 'System.Object[]' to the type 'System.String' required by parameter 'Domain'. Specified method is not supported.", CommandLineKind.Error);
                    break;
                default:
                    output.Write("Address            Used\n-------            ----\nalice@example.com  1.8 GB", CommandLineKind.Output);
                    output.Write("nearly full", CommandLineKind.Warning);
                    break;
            }
        }

        public Task<CommandCompletions> CompleteAsync(string text, int cursor, CancellationToken cancellationToken) =>
            Task.FromResult(new CommandCompletions(0, cursor, ["Get-Mailbox", "Get-MailboxFolder", "Get-MailServer"]));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    [Fact]
    public void Output_stands_in_a_pane_that_escape_closes()
    {
        using var dashboard = new HeadlessDashboard(80, 24, runner: new FakeRunner());
        dashboard.Look().Press(Key.D2).Type(":Get-Mailbox al*").Press(Key.Enter);
        Approved.Screen("command-80x24", dashboard.Screen);
        dashboard.Press(Key.Esc);
        Assert.DoesNotContain("nearly full", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_line_is_read_to_its_end()
    {
        using var dashboard = new HeadlessDashboard(80, 24, runner: new FakeRunner());
        dashboard.Look().Type(":long").Press(Key.Enter);
        Assert.Contains("is not supported.", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void Tab_goes_round_the_completions()
    {
        using var dashboard = new HeadlessDashboard(80, 24, runner: new FakeRunner());
        dashboard.Look().Type(":Get-Mai").Press(Key.Tab);
        Approved.Screen("completion-80x24", dashboard.Screen);
        dashboard.Press(Key.Tab, Key.Tab);
        Assert.Equal("Get-MailServer", dashboard.Model.Command.Editor.Text);
        dashboard.Press(Key.Tab.WithShift);
        Assert.Equal("Get-MailboxFolder", dashboard.Model.Command.Editor.Text);
        dashboard.Type(" x");
        Assert.Empty(dashboard.Model.Command.Offers);
    }

    [Fact]
    public void The_arrows_recall_what_was_run()
    {
        var runner = new FakeRunner();
        using var dashboard = new HeadlessDashboard(80, 24, runner: runner);
        dashboard.Look().Type(":one").Press(Key.Enter).Type(":two").Press(Key.Enter).Type(":").Press(Key.CursorUp, Key.CursorUp, Key.Enter);
        Assert.Equal(["one", "two", "one"], runner.Ran);
    }

    [Fact]
    public void What_a_command_throws_is_shown_in_its_pane()
    {
        using var dashboard = new HeadlessDashboard(80, 24, runner: new FakeRunner());
        dashboard.Look().Type(":fail").Press(Key.Enter);
        Assert.Contains("it went wrong", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void A_command_may_ask_and_escape_is_the_default_answer()
    {
        using var dashboard = new HeadlessDashboard(80, 24, runner: new FakeRunner());
        dashboard.Look();
        dashboard.Inject(":ask", Key.Enter);
        dashboard.WaitFor(() => dashboard.Model.Dialogs.Form is not null);
        Assert.Contains("Really?", dashboard.Screen, StringComparison.Ordinal);
        Assert.Contains("[> No <]", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.Esc);
        Assert.Contains("chosen 1", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void Escape_stops_a_command_that_runs()
    {
        using var dashboard = new HeadlessDashboard(80, 24, runner: new FakeRunner());
        dashboard.Look();
        dashboard.Inject(":hold", Key.Enter);
        dashboard.WaitFor(() => dashboard.Find("begun") > 0);
        dashboard.Press(Key.Esc);
        Assert.Contains("stopped", dashboard.Screen, StringComparison.Ordinal);
        Assert.False(dashboard.Model.Command.IsRunning);
    }

    [Fact]
    public void Without_a_runner_the_line_says_so()
    {
        using var dashboard = new HeadlessDashboard(80, 24);
        dashboard.Look().Type(":");
        Assert.Contains("no command line here", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_stands_in_the_pane_until_it_is_over()
    {
        var runner = new FakeRunner();
        using var dashboard = new HeadlessDashboard(80, 24, runner: runner);
        dashboard.Look();
        dashboard.Inject(":work", Key.Enter);
        dashboard.WaitFor(() => dashboard.Find("Making mailboxes █████░░░░░░░░░░░░░░░ 25 % 12 of 48  40s left") > 0);
        Assert.Contains("Waiting for a message", dashboard.Screen, StringComparison.Ordinal);
        runner.Hold.SetResult();
        dashboard.WaitFor(() => !dashboard.Model.Command.IsRunning);
        Assert.DoesNotContain("Making mailboxes", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void Ctrl_C_stops_the_command_that_runs_and_leaves_only_where_none_does()
    {
        using var dashboard = new HeadlessDashboard(80, 24, runner: new FakeRunner());
        dashboard.Look();
        dashboard.Inject(":hold", Key.Enter);
        dashboard.WaitFor(() => dashboard.Find("begun") > 0);
        dashboard.Press(Key.C.WithCtrl);
        Assert.Contains("stopped", dashboard.Screen, StringComparison.Ordinal);
        Assert.True(dashboard.IsRunning);
        dashboard.Press(Key.C.WithCtrl);
        Assert.False(dashboard.IsRunning);
    }

    [Fact]
    public void A_question_goes_with_the_command_that_was_stopped()
    {
        using var dashboard = new HeadlessDashboard(80, 24, runner: new FakeRunner());
        dashboard.Look();
        dashboard.Inject(":ask", Key.Enter);
        dashboard.WaitFor(() => dashboard.Model.Dialogs.Form is not null);
        dashboard.Press(Key.C.WithCtrl);
        Assert.Null(dashboard.Model.Dialogs.Form);
        Assert.False(dashboard.Model.Command.IsRunning);
    }

    [Fact]
    public void A_command_that_asks_waits_for_the_form_that_is_being_filled_in()
    {
        var runner = new FakeRunner();
        using var dashboard = new HeadlessDashboard(80, 24, runner: runner);
        dashboard.Look();
        dashboard.Inject(":ask later", Key.Enter);
        dashboard.Inject("3N", Key.Home);
        dashboard.Inject("erin", Key.End);
        runner.Hold.SetResult();
        dashboard.WaitFor(() => dashboard.Find("erin@example.com") > 0 && runner.Asked);
        Assert.DoesNotContain("Really?", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Inject("", Key.Esc);
        dashboard.WaitFor(() => dashboard.Find("Really?") > 0);
        dashboard.Press(Key.Y);
        Assert.Contains("chosen 0", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_output_is_scrolled_and_searched()
    {
        using var dashboard = new HeadlessDashboard(80, 24, runner: new FakeRunner());
        dashboard.Look().Type(":many").Press(Key.Enter);
        Assert.Contains("│line 1 ", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.End);
        Assert.Contains("│line 400", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.Home).Type("/line 22").Press(Key.Enter);
        Assert.Contains("│line 22 ", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Type("n");
        Assert.Contains("│line 220 ", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Type("N");
        Assert.Contains("│line 22 ", dashboard.Screen, StringComparison.Ordinal);
        Approved.Screen("search-80x24", dashboard.Screen);
        // One Esc ends the search, the next one closes.
        dashboard.Press(Key.Esc);
        Assert.Contains("│line 22 ", dashboard.Screen, StringComparison.Ordinal);
        dashboard.Press(Key.Esc);
        Assert.DoesNotContain("│line 22 ", dashboard.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_written_without_end_is_followed_and_bounded()
    {
        var changes = new ViewModels.ChangeQueue();
        var output = new ViewModels.OutputModel(changes);
        for (var i = 0; i < 3 * ViewModels.OutputModel.MaxLines; i++)
        {
            output.Write($"line {i}", CommandLineKind.Output);
        }

        changes.Drain();
        Assert.Equal(ViewModels.OutputModel.MaxLines, output.Lines.Count);
        Assert.Equal(ViewModels.OutputModel.MaxLines - 10, output.First(10));
        output.Scroll(-5, 10);
        var read = output.Lines[output.First(10)].Text;
        output.Write("one more", CommandLineKind.Output);
        changes.Drain();
        Assert.Equal(read, output.Lines[output.First(10)].Text);
        output.Scroll(100, 10);
        output.Write("and another", CommandLineKind.Output);
        changes.Drain();
        Assert.Equal("and another", output.Lines[output.First(10) + 9].Text);
    }
}
