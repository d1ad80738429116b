using System.Runtime.InteropServices;

namespace MailAdmin.Dashboard;

/// <summary>
/// Remembers how the terminal was and puts it back. Terminal.Gui does so itself when it ends in order; this is for the ends that are not: an exception on
/// another thread, a loop that hangs when a signal asks it to stop.
/// </summary>
internal sealed partial class TerminalGuard
{
    // Larger than struct termios anywhere; its inside is nobody's business here.
    private const int TermiosSize = 256;

    /// <summary>
    /// A line that runs over the edge stays in its line. Terminals do not agree on the width of every character (the vowel signs of Hindi are one), and what a
    /// terminal takes for more than we do must not come to stand in the next line.
    /// </summary>
    public const string WrapOff = "\x1b[?7l";

    /// <summary>As terminals are for everybody else.</summary>
    public const string WrapOn = "\x1b[?7h";

    // Colours off, wrap on, cursor on; mouse, focus, paste reporting and the enhanced keyboard off; back to the primary screen.
    private const string Reset = "\x1b[0m" + WrapOn + "\x1b[?25h\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1004l\x1b[?1005l\x1b[?1006l\x1b[?1015l\x1b[?2004l\x1b[<u\x1b[?1049l\x1b[0m\r";

    /// <summary>How long an exception elsewhere waits for the picture that is being drawn.</summary>
    private static readonly TimeSpan DrawingPatience = TimeSpan.FromSeconds(1);

    private readonly byte[]? _settings;
    private readonly int _descriptor;
    private readonly TaskCompletionSource _stopped = new();
    private volatile bool _isCrashing;

    /// <summary>Takes note of the terminal's settings.</summary>
    public TerminalGuard()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // The first of input, output and error that is a terminal: all of them are the same one.
        var settings = new byte[TermiosSize];
        for (var descriptor = 0; descriptor < 3; descriptor++)
        {
            if (GetAttributes(descriptor, settings) == 0)
            {
                (_settings, _descriptor) = (settings, descriptor);
                return;
            }
        }
    }

    /// <summary>Puts the settings back; harmless where they are as they were.</summary>
    public void RestoreSettings()
    {
        if (_settings is not null)
        {
            // 0 is TCSANOW. A terminal that is gone cannot be put back: the result does not matter.
            _ = SetAttributes(_descriptor, 0, _settings);
        }
    }

    /// <summary>The process ends by an exception that nobody caught: lets the picture that is being drawn be the last, then puts settings and screen back.</summary>
    public void Crash()
    {
        _isCrashing = true;
        _stopped.Task.Wait(DrawingPatience);
        Restore();
    }

    /// <summary>For the thread that draws, between two pictures: where the process is crashing it goes no further, or it would draw on the terminal that was put back.</summary>
    public void StopIfCrashing()
    {
        if (_isCrashing)
        {
            _stopped.TrySetResult();
            Thread.Sleep(Timeout.Infinite);
        }
    }

    /// <summary>Puts settings and screen back when Terminal.Gui cannot.</summary>
    public void Restore()
    {
        try
        {
            using var output = Console.OpenStandardOutput();
            output.Write(System.Text.Encoding.ASCII.GetBytes(Reset));
            output.Flush();
        }
        catch (IOException)
        {
            // The terminal is gone.
        }

        RestoreSettings();
    }

    /// <summary>
    /// Where the terminal is gone (its window was closed, the connection broke), puts an input in its place that has next to nothing: Terminal.Gui's reader takes a
    /// terminal that hung up for one that always has something, and its end would be waited for without end.
    /// </summary>
    public void AbandonIfGone()
    {
        // Hung up: the call that worked at the start does not any more.
        if (_settings is null || GetAttributes(_descriptor, new byte[TermiosSize]) == 0)
        {
            return;
        }

        // The writing end stays open, or the reading end would be at its end. One octet that is no key goes through it: a reader that saw the terminal hang up
        // may come for what it took that for only now, and would wait for it without end.
        var ends = new int[2];
        if (Pipe(ends) == 0 && Duplicate(ends[0], 0) >= 0)
        {
            _ = Write(ends[1], [0], 1);
        }
    }

    [DllImport("libc", EntryPoint = "pipe")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Pipe([Out] int[] ends);

    [DllImport("libc", EntryPoint = "dup2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Duplicate(int from, int to);

    [DllImport("libc", EntryPoint = "write")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Write(int descriptor, byte[] octets, nint count);

    [DllImport("libc", EntryPoint = "tcgetattr")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetAttributes(int descriptor, [Out] byte[] settings);

    [DllImport("libc", EntryPoint = "tcsetattr")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetAttributes(int descriptor, int when, byte[] settings);
}
