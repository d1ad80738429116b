using System.Globalization;
using System.Runtime.InteropServices;

namespace MailAdmin.Dashboard;

/// <summary>
/// Closes what Terminal.Gui 2.5.0 leaves behind: as it starts, it duplicates the descriptor of the terminal to see whether that works, and forgets the duplicate.
/// In a shell that opens the dashboard again and again they would add up. The duplicate can be told from all others: it came while Terminal.Gui started, it is a
/// terminal, and a child process would inherit it, which is so of nothing that the runtime opens.
/// </summary>
internal static class TerminalDescriptors
{
    // Linux and macOS show a process its descriptors here.
    private const string Folder = "/dev/fd";

    // F_GETFD and FD_CLOEXEC have these values on Linux, macOS and the BSDs.
    private const int GetFlags = 1, CloseOnExec = 1;

    /// <summary>Terminals, besides the three standard ones, that a child process would inherit.</summary>
    public static IReadOnlySet<int> Inheritable()
    {
        var found = new HashSet<int>();
        if (OperatingSystem.IsWindows() || !Directory.Exists(Folder))
        {
            return found;
        }

        foreach (var entry in Directory.EnumerateFileSystemEntries(Folder))
        {
            if (int.TryParse(Path.GetFileName(entry), CultureInfo.InvariantCulture, out var descriptor) && descriptor > 2
                && Flags(descriptor, GetFlags) is >= 0 and var flags && (flags & CloseOnExec) == 0 && IsTerminal(descriptor) == 1)
            {
                found.Add(descriptor);
            }
        }

        return found;
    }

    /// <summary>Closes those that were not there <paramref name="before"/>.</summary>
    public static void CloseNew(IReadOnlySet<int> before)
    {
        foreach (var descriptor in Inheritable().Where(d => !before.Contains(d)))
        {
            // Whether it works changes nothing.
            _ = Close(descriptor);
        }
    }

    [DllImport("libc", EntryPoint = "fcntl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Flags(int descriptor, int command);

    [DllImport("libc", EntryPoint = "isatty")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int IsTerminal(int descriptor);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
