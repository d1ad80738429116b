using System.Diagnostics;
using System.Globalization;

namespace MailAdmin.Console.Tests.Prompt;

/// <summary>The prompt in a real terminal, by tmux.</summary>
public sealed class TerminalTests : IAsyncLifetime
{
    private readonly string _socket = "mailadmin-" + Path.GetRandomFileName();
    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory();
    private readonly bool _hasTmux = !OperatingSystem.IsWindows()
        && (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(p => File.Exists(Path.Combine(p, "tmux")));

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_hasTmux)
        {
            await TmuxAsync("kill-server");
        }

        _state.Delete(recursive: true);
    }

    [Fact]
    public async Task A_person_types_completes_goes_on_stops_and_leaves()
    {
        Assert.SkipUnless(_hasTmux, "tmux is not installed.");
        await TmuxAsync("new-session", "-d", "-x", "80", "-y", "24",
            $"cd /; env LC_ALL=C.UTF-8 TERM=screen XDG_STATE_HOME={_state.FullName} '{ConsoleProgram.Path}'; echo left with $?; read -r line");
        await ShowsAsync("MailAdmin />");

        await TmuxAsync("send-keys", "Get-MailServ", "Tab");
        await ShowsAsync("MailAdmin /> Get-MailServer");
        await TmuxAsync("send-keys", "C-c");
        await ShowsAsync("^C");

        await TmuxAsync("send-keys", "1..2 | ForEach-Object {", "Enter");
        await ShowsAsync(">>");
        await TmuxAsync("send-keys", "\"number $_\" }", "Enter");
        await ShowsAsync("number 2");

        await TmuxAsync("send-keys", "'be'+'gun'; while ($true) { }", "Enter");
        await ShowsAsync("\nbegun");
        await TmuxAsync("send-keys", "C-c");
        await TmuxAsync("send-keys", "'still '+'here'", "Enter");
        await ShowsAsync("still here");

        await TmuxAsync("send-keys", "exit 3", "Enter");
        await ShowsAsync("left with 3");
        Assert.Contains("exit 3", await File.ReadAllTextAsync(Path.Combine(_state.FullName, "mailadmin", "history"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'be'+'gun'; while ($true) { }", true)]
    [InlineData("'be'+'gun'; while ($true) { }", false)]
    [InlineData("Start-MailServer t -Ephemeral; 'be'+'gun'", true)]
    [InlineData("Start-MailServer t -Ephemeral; 'be'+'gun'", false)]
    public async Task It_ends_when_its_terminal_does_and_at_SIGTERM(string command, bool hangUp)
    {
        Assert.SkipUnless(_hasTmux, "tmux is not installed.");
        await TmuxAsync("new-session", "-d", "-x", "80", "-y", "40", $"export LC_ALL=C.UTF-8 TERM=screen XDG_STATE_HOME={_state.FullName}; cd /; exec '{ConsoleProgram.Path}'");
        await ShowsAsync("MailAdmin />");
        using var program = Process.GetProcessById(int.Parse(await TmuxAsync("list-panes", "-F", "#{pane_pid}"), CultureInfo.InvariantCulture));
        await TmuxAsync("send-keys", "-l", command);
        await TmuxAsync("send-keys", "Enter");
        await ShowsAsync("\nbegun");

        if (hangUp)
        {
            await TmuxAsync("kill-server");
        }
        else
        {
            using var kill = Process.Start("kill", ["-TERM", program.Id.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await program.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(ConsoleProgram.Patience, TestContext.Current.CancellationToken);
    }

    private async Task ShowsAsync(string expected)
    {
        var waited = Stopwatch.StartNew();
        var screen = "";
        // Each look is a process of its own, which is pause enough.
        while (waited.Elapsed < ConsoleProgram.Patience)
        {
            screen = await TmuxAsync("capture-pane", "-p");
            if (screen.Contains(expected, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"Waited in vain for '{expected}' on:\n{screen}");
    }

    private async Task<string> TmuxAsync(params string[] arguments)
    {
        using var tmux = Process.Start(new ProcessStartInfo("tmux", ["-L", _socket, "-f", "/dev/null", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = await tmux.StandardOutput.ReadToEndAsync();
        await tmux.WaitForExitAsync();
        return output;
    }
}
