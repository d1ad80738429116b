using Terminal.Gui.Input;

namespace MailAdmin.Dashboard.Tests;

/// <summary>The line behind the colon.</summary>
public class CommandTests
{
    private sealed class FakeRunner : ICommandRunner
    {
        public List<string> Ran { get; } = [];
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
                case "ask":
                    output.Write("chosen " + await output.ChooseAsync("Remove?", "Really?", ["&Yes", "&No"], 1, cancellationToken), CommandLineKind.Output);
                    break;
                case "fail":
                    throw new InvalidOperationException("it went wrong");
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
        dashboard.WaitFor(() => dashboard.Model.Form is not null);
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
}
