using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace MailAdmin.Dashboard;

/// <summary>
/// Closes what Terminal.Gui 2.5.0 leaves behind: as it starts, it duplicates the descriptor of the terminal to see whether that works, and forgets the duplicate.
/// In a shell that opens the dashboard again and again they would add up. The duplicate can be told from all others: it came while Terminal.Gui started, it is the
/// terminal of the output by its name, and a child process would inherit it, which is so of nothing that the runtime opens.
/// </summary>
internal static class TerminalDescriptors
{
    // Linux and macOS show a process its descriptors here.
    private const string Folder = "/dev/fd";

    private const int StandardOutput = 1, StandardError = 2;

    // F_GETFD and FD_CLOEXEC have these values on Linux, macOS and the BSDs.
    private const int GetFlags = 1, CloseOnExec = 1;

    /// <summary>Descriptors of the output's terminal, besides the three standard ones, that a child process would inherit.</summary>
    public static IReadOnlySet<int> Inheritable()
    {
        var found = new HashSet<int>();
        if (OperatingSystem.IsWindows() || !Directory.Exists(Folder) || NameOf(StandardOutput) is not { } terminal)
        {
            return found;
        }

        foreach (var entry in Directory.EnumerateFileSystemEntries(Folder))
        {
            if (int.TryParse(Path.GetFileName(entry), CultureInfo.InvariantCulture, out var descriptor) && descriptor > StandardError
                && Flags(descriptor, GetFlags) is >= 0 and var flags && (flags & CloseOnExec) == 0 && NameOf(descriptor) == terminal)
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

    private static string? NameOf(int descriptor)
    {
        var name = new byte[256];
        return TerminalName(descriptor, name, (nuint)name.Length) == 0 ? Encoding.UTF8.GetString(name).TrimEnd('\0') : null;
    }

    [DllImport("libc", EntryPoint = "fcntl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Flags(int descriptor, int command);

    [DllImport("libc", EntryPoint = "ttyname_r")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int TerminalName(int descriptor, [Out] byte[] name, nuint size);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
