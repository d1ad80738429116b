using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MailAdmin.Console.Tests.Serve;

/// <summary>A server does not depend on whoever reads its log: a full disk, nobody at all, a terminal that goes away.</summary>
public sealed class ServeStreamsTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory();

    public void Dispose() => _directory.Delete(recursive: true);

    private string Store => Path.Combine(_directory.FullName, "store");

    private string[] Arguments =>
    [
        "serve", "--store", Store, "--domain", "example.com", "--smtp-port", "0", "--submission-port", "-1", "--submissions-port", "-1", "--imap-port", "-1",
        "--imaps-port", "-1", "--pop3-port", "-1", "--pop3s-port", "-1",
    ];

    [Theory]
    [InlineData("2>/dev/full")]
    [InlineData(">/dev/full")]
    [InlineData(">/dev/full 2>/dev/full")]
    [InlineData(">&-")]
    [InlineData("2>&-")]
    [InlineData("<&- >&- 2>&-")]
    public async Task A_log_that_cannot_be_written_ends_nothing(string redirection)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full is of Linux.");
        using var service = new ReadySocket(_directory);
        await using var program = ConsoleProgram.StartRedirected(redirection, Arguments, service.Variable);
        await service.HearsAsync("READY=1", program);

        program.Signal(PosixSignal.SIGTERM);

        await service.HearsAsync("STOPPING=1", program);
        var (code, output, error) = await program.EndAsync();
        Assert.True(code == 0, output + error);
        Assert.False(File.Exists(Path.Combine(Store, "control.sock")));
        // What is written went where it was meant to, and nowhere else.
        Assert.Equal(redirection.Contains("2>", StringComparison.Ordinal), error.Length == 0);
        Assert.DoesNotContain(" error ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_output_that_cannot_be_written_is_the_end_of_a_command_in_order()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full is of Linux.");
        var temporary = _directory.CreateSubdirectory("tmp");
        await using var program = ConsoleProgram.StartRedirected(">/dev/full", ["-Command", "Start-MailServer -Ephemeral; 'more'"], ("TMPDIR", temporary.FullName));

        var (code, _, error) = await program.EndAsync();

        Assert.True(code == 1, error);
        Assert.Empty(temporary.GetDirectories("mailadmin-*"));
    }

    [Theory]
    [InlineData("screen")]
    [InlineData("dumb")]
    public async Task A_terminal_that_goes_away_stops_it_in_order(string term)
    {
        using var service = new ReadySocket(_directory);
        await using var terminal = await TmuxTerminal.StartAsync($"env NOTIFY_SOCKET={service.Path} TERM={term} '{ConsoleProgram.Path}' {string.Join(' ', Arguments)}");
        await service.HearsAsync("READY=1");

        await terminal.HangUpAsync();

        Assert.False(File.Exists(Path.Combine(Store, "control.sock")));
    }

    [Theory]
    [InlineData("screen")]
    [InlineData("dumb")]
    public async Task A_server_of_a_prompt_is_stopped_in_order_with_its_terminal(string term)
    {
        var temporary = _directory.CreateSubdirectory("tmp");
        await using var terminal = await TmuxTerminal.StartAsync(
            $"env TMPDIR={temporary.FullName} TERM={term} XDG_STATE_HOME={_directory.FullName} '{ConsoleProgram.Path}' -NoExit -Command 'Start-MailServer -Ephemeral; \"beg\" + \"un\"'");
        await terminal.ShowsAsync("\nbegun");
        await terminal.ShowsAsync("MailAdmin ");
        Assert.Single(temporary.GetDirectories("mailadmin-*"));

        await terminal.HangUpAsync();

        Assert.Empty(temporary.GetDirectories("mailadmin-*"));
    }

    /// <summary>A program in a terminal of its own.</summary>
    private sealed class TmuxTerminal : IAsyncDisposable
    {
        private readonly string _socket = "mailadmin-" + Path.GetRandomFileName();

        public static async Task<TmuxTerminal> StartAsync(string command)
        {
            Assert.SkipWhen(OperatingSystem.IsWindows() || !(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(p => File.Exists(Path.Combine(p, "tmux"))), "tmux is not installed.");
            var terminal = new TmuxTerminal();
            await terminal.TmuxAsync("new-session", "-d", "-x", "120", "-y", "50", $"export LC_ALL=C.UTF-8; exec {command}");
            return terminal;
        }

        /// <summary>Takes the terminal away and waits until the program has ended.</summary>
        public async Task HangUpAsync()
        {
            using var program = Process.GetProcessById(int.Parse(await TmuxAsync("list-panes", "-F", "#{pane_pid}"), System.Globalization.CultureInfo.InvariantCulture));
            await TmuxAsync("kill-server");
            await program.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(ConsoleProgram.Patience, TestContext.Current.CancellationToken);
        }

        public async Task ShowsAsync(string expected)
        {
            var waited = Stopwatch.StartNew();
            var screen = "";
            // Each look is a process of its own, which is pause enough.
            while (!screen.Contains(expected, StringComparison.Ordinal))
            {
                Assert.True(waited.Elapsed < ConsoleProgram.Patience, $"Waited in vain for '{expected}' on:\n{screen}");
                screen = await TmuxAsync("capture-pane", "-p");
            }
        }

        public async ValueTask DisposeAsync() => await TmuxAsync("kill-server");

        private async Task<string> TmuxAsync(params string[] arguments)
        {
            using var tmux = Process.Start(new ProcessStartInfo("tmux", ["-L", _socket, "-f", "/dev/null", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = await tmux.StandardOutput.ReadToEndAsync();
            await tmux.WaitForExitAsync();
            return output;
        }
    }
}
