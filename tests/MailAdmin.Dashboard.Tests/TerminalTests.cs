using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace MailAdmin.Dashboard.Tests;

/// <summary>The program in a real terminal: tmux gives one, types into it and shows what stands there. Skipped where there is no tmux.</summary>
public sealed class TerminalTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _socket = "mailadmin-" + Guid.NewGuid().ToString("N")[..8];

    public TerminalTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "tmux is not here");
        Assert.SkipUnless(Program is not null, "the mailadmin program has not been built");
        Assert.SkipUnless(HasTmux(), "tmux is not installed");
        Tmux("new-session", "-d", "-x", "100", "-y", "30", "bash --norc --noprofile");
    }

    private static string? Program { get; } = FindProgram();

    [Fact]
    public void It_opens_follows_the_size_of_the_terminal_and_leaves_it_as_it_was()
    {
        Type("stty -g > $MAILADMIN_TEST_BEFORE");
        Start();
        Keys("2");
        Shows("no sessions");
        Tmux("resize-window", "-x", "140", "-y", "40");
        Shows("┌ SMTP");
        Keys(":");
        Shows(":");
        Keys("Get-MailServer | ForEach-Object Name", "Enter");
        Shows("default");
        Keys("Escape");
        Gone("Esc closes");
        Keys("F10");
        Ended();
    }

    [Fact]
    public void A_cmdlet_asks_in_a_dialog_shows_its_progress_and_is_stopped()
    {
        Start();
        Command("New-MailDomain asked.example -Confirm");
        Shows("[> No <]");
        Keys("Escape");
        Shows("Esc closes");
        Command("New-MailDomain asked.example -Confirm");
        Shows("[> No <]");
        Keys("y");
        Shows("Mailboxes CatchAll");
        Command("$r = [Management.Automation.ProgressRecord]::new(1, 'Counting', 'one of two'); $r.PercentComplete = 50; $Host.UI.WriteProgress(1, $r); Watch-MailEvent Nothing");
        Shows("50 %");
        Keys("C-c");
        Shows("stopped");
        Keys("F10");
        Gone("5 Events");
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    [InlineData("HUP")]
    public void A_signal_leaves_the_terminal_as_it_was(string signal)
    {
        Type("stty -g > $MAILADMIN_TEST_BEFORE");
        Start();
        Run("kill", "-" + signal, ProcessId());
        Ended();
    }

    [Theory]
    [InlineData("draw", "The dashboard failed: ")]
    [InlineData("update", "The dashboard failed: ")]
    [InlineData("thread", "a fault elsewhere")]
    public void An_exception_leaves_the_terminal_as_it_was_and_is_told(string place, string error)
    {
        Type("stty -g > $MAILADMIN_TEST_BEFORE");
        Type($"'{Program}' -NoLogo -Command 'Start-MailServer -Ephemeral | ForEach-Object {{ }}; $null = [Reflection.Assembly]::LoadFrom(\"{typeof(FaultyDashboard).Assembly.Location}\"); "
            + $"try {{ [MailAdmin.Dashboard.Tests.FaultyDashboard]::Show(\"{place}\") }} finally {{ \"the server is \" + (Get-MailServer).State }}'");
        if (place != "update")
        {
            Shows("5 Events");
            Keys("2");
        }

        Shows(error);
        if (place != "thread")
        {
            // Whatever else ends a process, a thread that nobody watches does.
            Shows("the server is Running");
        }

        Ended();
    }

    [Fact]
    public void It_ends_with_its_terminal()
    {
        Start();
        var program = ProcessId();
        Tmux("kill-server");
        Assert.True(SpinWait.SpinUntil(() => Run("ps", "-o", "pid=", "-p", program).Trim().Length == 0, Patience), "it goes on without a terminal");
    }

    [Fact]
    public void Opened_again_and_again_it_leaves_no_descriptor_behind()
    {
        Assert.SkipUnless(Directory.Exists("/proc/self/fd"), "descriptors cannot be counted here");
        const int Openings = 6;
        // Streams that the runtime dropped are closed when they are collected; what is left after that is nobody's.
        const string Count = """
            function Count { [GC]::Collect(); [GC]::WaitForPendingFinalizers(); ([IO.Directory]::GetFileSystemEntries("/proc/self/fd") | Where-Object { [IO.FileInfo]::new($_).LinkTarget -like "/dev/pts/*" }).Count }
            """;
        Type($"'{Program}' -NoLogo -Command 'Start-MailServer -Ephemeral | ForEach-Object {{ }}; {Count}; Show-MailDashboard; $first = Count; "
            + $"foreach ($n in 1..{Openings}) {{ [Console]::WriteLine(\"opening $n\"); $null = [Console]::ReadLine(); Show-MailDashboard }}; \"one each: \" + ((Count) - $first -ge {Openings})'");
        for (var i = 0; i <= Openings; i++)
        {
            Shows("5 Events");
            Keys("F10");
            if (i < Openings)
            {
                Shows($"opening {i + 1}");
                Keys("Enter");
            }
        }

        Shows("one each: False");
    }

    [Theory]
    [InlineData("key")]
    [InlineData("signal")]
    public void Suspended_it_gives_the_terminal_back_and_comes_again(string by)
    {
        Type("stty -g > $MAILADMIN_TEST_BEFORE");
        Start();
        if (by == "key")
        {
            Keys("C-z");
        }
        else
        {
            Run("kill", "-TSTP", ProcessId());
        }

        Shows("Stopped");
        Gone("5 Events");
        Same();
        Type("fg");
        Shows("5 Events");
        Keys("F10");
        Ended();
    }

    public void Dispose()
    {
        if (Program is not null && HasTmux())
        {
            Tmux("kill-server");
        }

        File.Delete(Before);
        File.Delete(After);
    }

    private string Before => Path.Combine(Path.GetTempPath(), _socket + ".before");

    private string After => Path.Combine(Path.GetTempPath(), _socket + ".after");

    private void Start()
    {
        Type($"'{Program}' -NoLogo -Command 'Start-MailServer -Ephemeral | ForEach-Object {{ }}; Show-MailDashboard'");
        Shows("5 Events");
    }

    // The shell is back, its terminal is what it was, and the screen is the one of before.
    private void Ended()
    {
        Gone("5 Events");
        // What is typed while the program is still on its way out is lost with its terminal settings.
        Assert.True(SpinWait.SpinUntil(() => ProcessId().Length == 0, Patience), Screen());
        Same();
    }

    private void Same()
    {
        File.Delete(After);
        Type("stty -g > $MAILADMIN_TEST_AFTER; echo measured");
        Assert.True(SpinWait.SpinUntil(() => File.Exists(After) && new FileInfo(After).Length > 0, Patience), Screen());
        Assert.Equal(File.ReadAllText(Before), File.ReadAllText(After));
    }

    private string ProcessId()
    {
        var shell = Tmux("display-message", "-p", "#{pane_pid}").Trim();
        return Run("pgrep", "-P", shell).Split('\n')[0].Trim();
    }

    private void Command(string line)
    {
        Keys(":");
        Shows("\n:");
        Type(line);
    }

    private void Type(string line) => Keys(line, "Enter");

    private void Keys(params string[] keys)
    {
        foreach (var key in keys)
        {
            Tmux("send-keys", key);
        }
    }

    private string Screen() => Tmux("capture-pane", "-p");

    private void Shows(string text) => Assert.True(SpinWait.SpinUntil(() => Screen().Contains(text, StringComparison.Ordinal), Patience), $"never showed '{text}':\n{Screen()}");

    private void Gone(string text) => Assert.True(SpinWait.SpinUntil(() => !Screen().Contains(text, StringComparison.Ordinal), Patience), $"still shows '{text}':\n{Screen()}");

    private string Tmux(params string[] arguments) => Run("tmux", ["-L", _socket, "-f", "/dev/null", "-u", .. arguments], Before, After);

    private static string Run(string program, params string[] arguments) => Run(program, arguments, "", "");

    private static string Run(string program, string[] arguments, string before, string after)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        // The switch of the tests without a terminal is not for this one.
        start.Environment.Remove("DisableRealDriverIO");
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["TERM"] = "xterm-256color";
        start.Environment["MAILADMIN_TEST_BEFORE"] = before;
        start.Environment["MAILADMIN_TEST_AFTER"] = after;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }

    private static bool HasTmux()
    {
        try
        {
            Run("tmux", "-V");
            return true;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static string? FindProgram([CallerFilePath] string here = "")
    {
        var folder = Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "src", "MailAdmin.Console", "bin");
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "mailadmin", SearchOption.AllDirectories).MaxBy(File.GetLastWriteTimeUtc) : null;
    }
}
