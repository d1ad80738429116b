using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MailAdmin.Store.IO;

/// <summary>
/// Flushes what was written and the length, but not the times of the file: those cost ext4 and XFS a commit of their journal, twice the time of the
/// flush of a block that has its place already (fdatasync(2)). .NET only has the full flush; it is used where there is no other.
/// </summary>
internal static partial class DataSync
{
    private const int Interrupted = 4;

    /// <exception cref="IOException">What was written since the last good flush may be lost.</exception>
    public static void Flush(SafeFileHandle file)
    {
        // Darwin's fdatasync does not reach the medium; .NET asks for F_FULLFSYNC there.
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }

        while (FDataSync(file) != 0)
        {
            if (Marshal.GetLastPInvokeError() is not Interrupted and var error)
            {
                throw new IOException($"A file could not be flushed: {Marshal.GetPInvokeErrorMessage(error)}", error);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int FDataSync(SafeFileHandle file);
}
