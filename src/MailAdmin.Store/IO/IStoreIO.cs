namespace MailAdmin.Store.IO;

/// <summary>
/// The one seam between the store and the file system: content, spool and directory calls all go through it, so that a test can fail each in turn.
/// </summary>
/// <remarks>
/// Implementations throw <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>, nothing else. A write is whole or throws;
/// after a failed <see cref="IStoreFile.Flush"/> nothing that was written since the last good one may be taken to be on disk.
/// </remarks>
internal interface IStoreIO
{
    /// <summary>Makes a directory, readable by its owner alone; nothing happens where it is there.</summary>
    void CreateDirectory(string path);
    /// <summary>Makes a file that must not be there yet.</summary>
    IStoreFile Create(string path);
    /// <summary>Opens an existing file.</summary>
    IStoreFile Open(string path, bool write);
    bool Exists(string path);
    long Length(string path);
    /// <summary>Names (not paths) of the files of a directory, in no order.</summary>
    IReadOnlyList<string> List(string directory);
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
    /// <summary>Returns when everything written is on the medium.</summary>
    void Flush();
    void SetLength(long length);
}
