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

    public IStoreFile Create(string path) => OpenPrivate(path, FileMode.CreateNew, Sharing);

    public IStoreFile Open(string path, bool write) =>
        new SystemFile(File.OpenHandle(path, FileMode.Open, write ? FileAccess.ReadWrite : FileAccess.Read, Sharing, FileOptions.RandomAccess));

    public IStoreFile? TryLock(string path)
    {
        var held = TryOpenAlone(path);
        if (held is null || !CanBeOpened(path))
        {
            return held;
        }

        // .NET takes a lock that the file system does not offer, or that is turned off, for taken.
        held.Dispose();
        throw new IOException($"The file system of '{path}' gives no locks, or DOTNET_SYSTEM_IO_DISABLEFILELOCKING turns them off: two processes could write to the store at once.");
    }

    private static bool CanBeOpened(string path)
    {
        using var second = TryOpenAlone(path);
        return second is not null;
    }

    private static SystemFile? TryOpenAlone(string path)
    {
        try
        {
            return OpenPrivate(path, FileMode.OpenOrCreate, FileShare.None);
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

    private static SystemFile OpenPrivate(string path, FileMode mode, FileShare share)
    {
        if (OperatingSystem.IsWindows())
        {
            return new SystemFile(File.OpenHandle(path, mode, FileAccess.ReadWrite, share));
        }

        // Never there with other rights, not for a moment; only a stream can be opened so.
        var stream = new FileStream(path, new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0, UnixCreateMode = OwnerFile });
        if (mode != FileMode.CreateNew)
        {
            File.SetUnixFileMode(stream.SafeFileHandle, OwnerFile);
        }

        return new SystemFile(stream.SafeFileHandle, stream);
    }

    // ERROR_SHARING_VIOLATION, and EWOULDBLOCK of flock(2), which .NET hands on as it is.
    private const int SharingViolation = unchecked((int)0x80070020);
    private const int WouldBlockLinux = 11;
    private const int WouldBlockBsd = 35;

    // Delete is shared so that a compacted segment can be unlinked while readers still hold it (Windows too).
    private const FileShare Sharing = FileShare.ReadWrite | FileShare.Delete;

    private sealed class SystemFile(SafeFileHandle handle, FileStream? owner = null) : IStoreFile
    {
        public long Length => RandomAccess.GetLength(handle);
        public int Read(long offset, Span<byte> destination) => RandomAccess.Read(handle, destination, offset);
        public void Write(long offset, ReadOnlySpan<byte> octets) => RandomAccess.Write(handle, octets, offset);
        public void Write(long offset, IReadOnlyList<ReadOnlyMemory<byte>> buffers) => RandomAccess.Write(handle, buffers, offset);
        public void Flush() => DataSync.Flush(handle);
        public void SetLength(long length) => RandomAccess.SetLength(handle, length);

        public void Dispose()
        {
            owner?.Dispose();
            handle.Dispose();
        }
    }
}
