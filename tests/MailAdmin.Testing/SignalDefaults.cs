using System.Diagnostics;

namespace MailAdmin.Testing;

/// <summary>
/// Starts of programs that are sent signals. Those that were ignored by who started the tests (nohup, a shell's <c>&amp;</c>) stay ignored in all that they start, as POSIX has it
/// (execve). A program under test is to meet them as from a service manager or a terminal.
/// </summary>
public static class SignalDefaults
{
    /// <summary>SIGHUP, SIGINT, SIGQUIT and SIGTERM in a mask of /proc: bit n - 1 is signal n.</summary>
    private const ulong Sent = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14;

    private static readonly bool AreIgnored = OperatingSystem.IsLinux()
        && (Convert.ToUInt64(File.ReadLines("/proc/self/status").First(l => l.StartsWith("SigIgn:", StringComparison.Ordinal))["SigIgn:".Length..].Trim(), 16) & Sent) != 0;

    /// <summary>How to start a program that takes signals, whatever the run was started with.</summary>
    public static ProcessStartInfo Start(string program, IEnumerable<string> arguments) =>
        AreIgnored ? new ProcessStartInfo("env", ["--default-signal=HUP,INT,QUIT,TERM", program, .. arguments]) : new ProcessStartInfo(program, arguments);
}
