using Microsoft.Win32.SafeHandles;

namespace MailAdmin.Store.IO;

/// <summary>The file system of the machine. Everything it makes is readable by its owner alone.</summary>
internal sealed class SystemStoreIO : IStoreIO
{
    public static readonly SystemStoreIO Instance = new();

    private const UnixFileMode OwnerDirectory = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

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

    public IStoreFile Create(string path)
    {
        var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, Sharing);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(handle, OwnerFile);
        }

        return new SystemFile(handle);
    }

    public IStoreFile Open(string path, bool write) =>
        new SystemFile(File.OpenHandle(path, FileMode.Open, write ? FileAccess.ReadWrite : FileAccess.Read, Sharing, FileOptions.RandomAccess));

    public bool Exists(string path) => File.Exists(path);

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

    // Delete is shared so that a compacted segment can be unlinked while readers still hold it (Windows too).
    private const FileShare Sharing = FileShare.ReadWrite | FileShare.Delete;

    private sealed class SystemFile(SafeFileHandle handle) : IStoreFile
    {
        public long Length => RandomAccess.GetLength(handle);
        public int Read(long offset, Span<byte> destination) => RandomAccess.Read(handle, destination, offset);
        public void Write(long offset, ReadOnlySpan<byte> octets) => RandomAccess.Write(handle, octets, offset);
        public void Write(long offset, IReadOnlyList<ReadOnlyMemory<byte>> buffers) => RandomAccess.Write(handle, buffers, offset);
        public void Flush() => RandomAccess.FlushToDisk(handle);
        public void SetLength(long length) => RandomAccess.SetLength(handle, length);
        public void Dispose() => handle.Dispose();
    }
}
