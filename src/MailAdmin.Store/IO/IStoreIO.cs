namespace MailAdmin.Store.IO;

/// <summary>
/// The one seam between the store and the file system: content, spool, lock and directory calls all go through it, and SQLite's own by the VFS that it names,
/// so that a test can fail each in turn.
/// </summary>
/// <remarks>
/// Implementations throw <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>, nothing else. A write is whole or throws;
/// after a failed <see cref="IStoreFile.Flush"/> nothing that was written since the last good one may be taken to be on disk.
/// </remarks>
internal interface IStoreIO
{
    /// <summary>Name of the SQLite VFS through which the index is reached; null for SQLite's own.</summary>
    string? IndexVfs { get; }
    /// <summary>Makes a directory, readable by its owner alone; nothing happens where it is there.</summary>
    void CreateDirectory(string path);
    /// <summary>Makes a file that must not be there yet.</summary>
    IStoreFile Create(string path);
    /// <summary>Opens an existing file.</summary>
    IStoreFile Open(string path, bool write);
    /// <summary>Opens a file, made where it is missing, for this process alone; null where another one has it. Its death lets go of it.</summary>
    IStoreFile? TryLock(string path);
    /// <summary>True for a file and for a directory.</summary>
    bool Exists(string path);
    long Length(string path);
    /// <summary>Names (not paths) of the files of a directory, in no order.</summary>
    IReadOnlyList<string> List(string directory);
    /// <summary>Deletes a file; nothing happens where it is not there.</summary>
    void Delete(string path);
    /// <summary>Renames within one file system; the target must not be there.</summary>
    void Move(string from, string to);
    /// <summary>Makes creations, renames and deletions in a directory durable.</summary>
    void FlushDirectory(string path);
}

/// <summary>An open file. Reads may come from many threads; writes come from one.</summary>
internal interface IStoreFile : IDisposable
{
    long Length { get; }
    /// <summary>Reads up to destination's length; 0 at the end of the file.</summary>
    int Read(long offset, Span<byte> destination);
    void Write(long offset, ReadOnlySpan<byte> octets);
    /// <summary>Writes the buffers one behind the other.</summary>
    void Write(long offset, IReadOnlyList<ReadOnlyMemory<byte>> buffers);
    /// <summary>Returns when everything written is on the medium, with the length it needs to be found again.</summary>
    void Flush();
    void SetLength(long length);
}
