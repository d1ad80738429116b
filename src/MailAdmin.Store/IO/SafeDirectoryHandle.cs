using System.Runtime.InteropServices;

namespace MailAdmin.Store.IO;

/// <summary>A directory opened to be flushed: .NET opens no handle on a directory, so the two system calls are made here (POSIX only).</summary>
internal sealed partial class SafeDirectoryHandle : IDisposable
{
    private readonly int _descriptor;

    public SafeDirectoryHandle(string path)
    {
        _descriptor = Open(path, 0);
        if (_descriptor < 0)
        {
            throw new IOException($"The directory could not be opened to be flushed (error {Marshal.GetLastPInvokeError()}).");
        }
    }

    public void Flush()
    {
        if (FSync(_descriptor) != 0)
        {
            throw new IOException($"The directory could not be flushed (error {Marshal.GetLastPInvokeError()}).");
        }
    }

    public void Dispose() => _ = Close(_descriptor);

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
