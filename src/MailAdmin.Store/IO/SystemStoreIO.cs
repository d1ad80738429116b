using Microsoft.Win32.SafeHandles;

namespace MailAdmin.Store.IO;

/// <summary>The file system of the machine. Everything it makes is readable by its owner alone.</summary>
internal sealed class SystemStoreIO : IStoreIO
{
    public static readonly SystemStoreIO Instance = new();

    private const UnixFileMode OwnerDirectory = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string? IndexVfs => null;

    public void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            // The profile's directories are private by inheritance there.
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerDirectory);
        }
    }

    public IStoreFile Create(string path) => Private(File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, Sharing));

    public IStoreFile Open(string path, bool write) =>
        new SystemFile(File.OpenHandle(path, FileMode.Open, write ? FileAccess.ReadWrite : FileAccess.Read, Sharing, FileOptions.RandomAccess));

    public IStoreFile? TryLock(string path)
    {
        try
        {
            return Private(File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (e.HResult is SharingViolation or WouldBlockLinux or WouldBlockBsd)
        {
            return null;
        }
    }

    public bool Exists(string path) => Path.Exists(path);

    public long Length(string path) => new FileInfo(path).Length;

    public IReadOnlyList<string> List(string directory) => [.. Directory.EnumerateFiles(directory).Select(p => Path.GetFileName(p))];

    public void Delete(string path) => File.Delete(path);

    public void Move(string from, string to) => File.Move(from, to);

    public void FlushDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            // NTFS journals its directories; there is no handle to flush.
            return;
        }

        using var handle = new SafeDirectoryHandle(path);
        handle.Flush();
    }

    private static SystemFile Private(SafeFileHandle handle)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(handle, OwnerFile);
        }

        return new SystemFile(handle);
    }

    // ERROR_SHARING_VIOLATION, and EWOULDBLOCK of flock(2), which .NET hands on as it is.
    private const int SharingViolation = unchecked((int)0x80070020);
    private const int WouldBlockLinux = 11;
    private const int WouldBlockBsd = 35;

    // Delete is shared so that a compacted segment can be unlinked while readers still hold it (Windows too).
    private const FileShare Sharing = FileShare.ReadWrite | FileShare.Delete;

    private sealed class SystemFile(SafeFileHandle handle) : IStoreFile
    {
        public long Length => RandomAccess.GetLength(handle);
        public int Read(long offset, Span<byte> destination) => RandomAccess.Read(handle, destination, offset);
        public void Write(long offset, ReadOnlySpan<byte> octets) => RandomAccess.Write(handle, octets, offset);
        public void Write(long offset, IReadOnlyList<ReadOnlyMemory<byte>> buffers) => RandomAccess.Write(handle, buffers, offset);
        public void Flush() => DataSync.Flush(handle);
        public void SetLength(long length) => RandomAccess.SetLength(handle, length);
        public void Dispose() => handle.Dispose();
    }
}
