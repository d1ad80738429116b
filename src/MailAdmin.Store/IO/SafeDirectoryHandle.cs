using System.Runtime.InteropServices;

namespace MailAdmin.Store.IO;

/// <summary>A directory opened to be flushed: .NET opens no handle on a directory, so the two system calls are made here (POSIX only).</summary>
internal sealed partial class SafeDirectoryHandle : IDisposable
{
    private const int Interrupted = 4;

    private readonly int _descriptor;

    public SafeDirectoryHandle(string path)
    {
        _descriptor = Repeat(() => Open(path, 0), "opened to be flushed");
    }

    public void Flush() => Repeat(() => FSync(_descriptor), "flushed");

    public void Dispose() => _ = Close(_descriptor);

    private static int Repeat(Func<int> call, string what)
    {
        while (true)
        {
            if (call() is >= 0 and var result)
            {
                return result;
            }

            if (Marshal.GetLastPInvokeError() is not Interrupted and var error)
            {
                throw new IOException($"A directory could not be {what}: {Marshal.GetPInvokeErrorMessage(error)}", error);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
