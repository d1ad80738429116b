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

    private const string Confirms = "function f { [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')] param() if ($PSCmdlet.ShouldProcess('it')) { 'ANSW'+'ERED' } }; f";
    private const string Continues = "function f { [CmdletBinding()] param() if ($PSCmdlet.ShouldContinue('Is it', 'so')) { 'ANSW'+'ERED' } }; f";

    // A pipeline that is stopped at its question says nothing more, and what is typed next is the next command: the same as in pwsh.
    [Theory]
    [InlineData("screen", "\nName:", "$x = Read-Host Name; 'ANSW'+'ERED'", "\nKey:", "$x = Read-Host Key -AsSecureString; 'ANSW'+'ERED'", "\nName:", "New-Alias; 'ANSW'+'ERED'",
        "Yes", Confirms, "Yes", Continues)]
    [InlineData("dumb", "\nName:", "try { $x = Read-Host Name } catch { 'ANSW'+'ERED' }; 'ANSW'+'ERED'")]
    public async Task Control_C_at_a_question_ends_what_asked_and_Enter_answers_nothing(string term, params string[] questions)
    {
        Assert.SkipUnless(_hasTmux, "tmux is not installed.");
        await TmuxAsync("new-session", "-d", "-x", "160", "-y", "80", $"export LC_ALL=C.UTF-8 TERM={term} XDG_STATE_HOME={_state.FullName}; cd /; exec '{ConsoleProgram.Path}'");
        await ShowsAsync("MailAdmin />");
        foreach (var (at, question) in questions.Chunk(2).Index())
        {
            await TmuxAsync("send-keys", "C-l");
            await TmuxAsync("send-keys", "-l", question[1]);
            await TmuxAsync("send-keys", "Enter");
            await ShowsAsync(question[0]);

            await TmuxAsync("send-keys", "C-c", "Enter");
            await TmuxAsync("send-keys", $"'still '+'here {at}'", "Enter");

            Assert.DoesNotContain("ANSWERED", await ShowsAsync($"\nstill here {at}"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("screen")]
    [InlineData("dumb")]
    public async Task A_question_is_answered_by_what_is_typed(string term)
    {
        Assert.SkipUnless(_hasTmux, "tmux is not installed.");
        await TmuxAsync("new-session", "-d", "-x", "120", "-y", "40", $"export LC_ALL=C.UTF-8 TERM={term} XDG_STATE_HOME={_state.FullName}; cd /; exec '{ConsoleProgram.Path}'");
        await ShowsAsync("MailAdmin />");
        await TmuxAsync("send-keys", "-l", "$s = Read-Host Key -AsSecureString; $n = Read-Host Name; \"[$n] $($s.Length)\"");
        await TmuxAsync("send-keys", "Enter");
        await ShowsAsync("\nKey:");
        await TmuxAsync("send-keys", "hide", "BSpace", "Enter");
        await ShowsAsync("\nName:");
        await TmuxAsync("send-keys", "山x", "BSpace", "BSpace", "Alice", "Enter");

        var screen = await ShowsAsync("\n[Alice] 3");

        Assert.Contains("\nName: Alice\n", screen, StringComparison.Ordinal);
        Assert.DoesNotContain("hid", screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_colours_lines_are_edited_as_well()
    {
        Assert.SkipUnless(_hasTmux, "tmux is not installed.");
        await TmuxAsync("new-session", "-d", "-x", "80", "-y", "24", $"export LC_ALL=C.UTF-8 TERM=screen NO_COLOR=1 COLUMNS=20 XDG_STATE_HOME={_state.FullName}; cd /; exec '{ConsoleProgram.Path}'");
        await ShowsAsync("MailAdmin />");

        await TmuxAsync("send-keys", "$host.UI.RawUI.WindowSize.Width", "Enter");
        await ShowsAsync("\n80\n");
        await TmuxAsync("send-keys", "Get-MailServ", "Tab");
        await ShowsAsync("MailAdmin /> Get-MailServer");
    }

    [Fact]
    public async Task A_prompt_of_several_lines_and_colours_stands_once_and_the_cursor_behind_it()
    {
        Assert.SkipUnless(_hasTmux, "tmux is not installed.");
        await TmuxAsync("new-session", "-d", "-x", "20", "-y", "10", $"export LC_ALL=C.UTF-8 TERM=screen XDG_STATE_HOME={_state.FullName}; cd /; exec '{ConsoleProgram.Path}' -NoLogo");
        await ShowsAsync("MailAdmin />");
        await TmuxAsync("send-keys", "-l", "function prompt { \"`e[32mone`n`e[1mtwo`e[0m> \" }");
        await TmuxAsync("send-keys", "Enter");
        await ShowsAsync("\ntwo>");
        await TmuxAsync("send-keys", "C-l", "abc");
        Assert.StartsWith("one\ntwo> abc\n", await ShowsAsync("two> abc"), StringComparison.Ordinal);
        await CursorAsync(8, 1);

        // The eighth of these has two columns, and only one is left in the row.
        await TmuxAsync("send-keys", "C-u", "xxxxxxxxxxxxxx山y");
        await ShowsAsync("two> xxxxxxxxxxxxxx\n山y");
        await CursorAsync(3, 2);
        await TmuxAsync("send-keys", "Left", "Left");
        await CursorAsync(0, 2);
        await TmuxAsync("send-keys", "Left");
        await CursorAsync(18, 1);
    }

    [Theory]
    [InlineData("'be'+'gun'; while ($true) { }", true)]
    [InlineData("'be'+'gun'; $x = Read-Host Name", false)]
    [InlineData("'be'+'gun'; $x = Read-Host Name -AsSecureString", true)]
    [InlineData("function prompt { 'be'+'gun' | Out-Host; while ($true) { } }", false)]
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

    private async Task CursorAsync(int column, int row)
    {
        var waited = Stopwatch.StartNew();
        var expected = string.Create(CultureInfo.InvariantCulture, $"{column},{row}");
        var at = "";
        while (waited.Elapsed < ConsoleProgram.Patience && at != expected)
        {
            at = (await TmuxAsync("display-message", "-p", "#{cursor_x},#{cursor_y}")).Trim();
        }

        Assert.Equal(expected, at);
    }

    private async Task<string> ShowsAsync(string expected)
    {
        var waited = Stopwatch.StartNew();
        var screen = "";
        // Each look is a process of its own, which is pause enough.
        while (waited.Elapsed < ConsoleProgram.Patience)
        {
            screen = await TmuxAsync("capture-pane", "-p");
            if (screen.Contains(expected, StringComparison.Ordinal))
            {
                return screen;
            }
        }

        Assert.Fail($"Waited in vain for '{expected}' on:\n{screen}");
        return screen;
    }

    private async Task<string> TmuxAsync(params string[] arguments)
    {
        using var tmux = Process.Start(new ProcessStartInfo("tmux", ["-L", _socket, "-f", "/dev/null", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = await tmux.StandardOutput.ReadToEndAsync();
        await tmux.WaitForExitAsync();
        return output;
    }
}
