using MailAdmin.Store.IO;

namespace MailAdmin.Store.Tests.Faults;

/// <summary>How a file call fails.</summary>
public enum Fault
{
    NoSpace,
    InputOutputError,
    /// <summary>Half of a write is done before it fails; other calls fail as with an I/O error.</summary>
    ShortWrite,
}

/// <summary>
/// The real file system, where one call fails: the n-th, counted over all of them, the store's own and SQLite's, and as many after it as asked for.
/// Flushes are counted and can fail, but are not carried out.
/// </summary>
internal sealed class FailingStoreIO : IStoreIO, IDisposable
{
    private const int NoSpaceUnix = 28;
    private const int InputOutputUnix = 5;
    private const int SectorSize = 4096;

    private readonly IStoreIO _io = SystemStoreIO.Instance;
    private readonly FaultVfs _vfs;
    private int _calls, _openFiles;

    public FailingStoreIO() => _vfs = new FaultVfs(call => FailsAs(call));

    /// <summary>Number of the first call to fail; 0: none.</summary>
    public int FailAt { get; set; }
    /// <summary>How many calls fail from there.</summary>
    public int FailCount { get; set; } = 1;
    public Fault Fault { get; set; }
    public int Calls => Volatile.Read(ref _calls);
    /// <summary>Files that are open now; SQLite's are not counted.</summary>
    public int OpenFiles => Volatile.Read(ref _openFiles);
    /// <summary>Sees each call before it is made, may hold it up, and may say how it fails.</summary>
    public Func<string, Fault?>? Called { get; set; }
    /// <summary>A sector of 4 KiB of a file, by name and offset, that cannot be read.</summary>
    public (string Name, long Offset)? Unreadable { get; set; }
    /// <summary>Names of files that cannot be opened.</summary>
    public HashSet<string> Closed { get; } = [];
    /// <summary>What the call was that failed first.</summary>
    public string? Failed { get; private set; }

    /// <summary>While set nothing fails and nothing is counted.</summary>
    public bool IsSuspended { get; set; }
    public string IndexVfs => _vfs.Name;

    public void Dispose() => _vfs.Dispose();

    public IStoreFile? TryLock(string path) => Do("lock", () => _io.TryLock(path));
    public void CreateDirectory(string path) => Do("create directory", () => _io.CreateDirectory(path));
    public IStoreFile Create(string path) => Do("create", () => new FailingFile(this, Path.GetFileName(path), _io.Create(path)));
    public IStoreFile Open(string path, bool write) => Closed.Contains(Path.GetFileName(path))
        ? throw new UnauthorizedAccessException($"Access to the path '{path}' is denied.")
        : Do("open", () => new FailingFile(this, Path.GetFileName(path), _io.Open(path, write)));
    public bool Exists(string path) => _io.Exists(path);
    public long Length(string path) => Do("length", () => _io.Length(path));
    public IReadOnlyList<string> List(string directory) => Do("list", () => _io.List(directory));
    public void Delete(string path) => Do("delete", () => _io.Delete(path));
    public void Move(string from, string to) => Do("move", () => _io.Move(from, to));
    public void FlushDirectory(string path) => Do("flush directory", () => { });

    private Fault? FailsAs(string call)
    {
        if (IsSuspended)
        {
            return null;
        }

        if (Called?.Invoke(call) is { } asked)
        {
            return asked;
        }

        var number = Interlocked.Increment(ref _calls);
        if (FailAt == 0 || number < FailAt || number >= FailAt + FailCount)
        {
            return null;
        }

        Failed ??= call;
        return Fault;
    }

    private static IOException Error(Fault fault) => fault == Fault.NoSpace ? new IOException("No space left on device", NoSpaceUnix) : new IOException("Input/output error", InputOutputUnix);

    private void Do(string call, Action action)
    {
        if (FailsAs(call) is { } fault)
        {
            throw Error(fault);
        }

        action();
    }

    private T Do<T>(string call, Func<T> action) => FailsAs(call) is { } fault ? throw Error(fault) : action();

    private sealed class FailingFile : IStoreFile
    {
        private readonly FailingStoreIO _owner;
        private readonly string _name;
        private readonly IStoreFile _file;
        private int _closed;

        public FailingFile(FailingStoreIO owner, string name, IStoreFile file)
        {
            (_owner, _name, _file) = (owner, name, file);
            Interlocked.Increment(ref owner._openFiles);
        }

        public long Length => _file.Length;

        public int Read(long offset, Span<byte> destination)
        {
            if (_owner.Unreadable is { } sector && sector.Name == _name && offset < sector.Offset + SectorSize && offset + destination.Length > sector.Offset)
            {
                throw Error(Fault.InputOutputError);
            }

            return _owner.FailsAs("read") is { } fault ? throw Error(fault) : _file.Read(offset, destination);
        }

        public void Write(long offset, ReadOnlySpan<byte> octets)
        {
            if (_owner.FailsAs("write") is { } fault)
            {
                if (fault == Fault.ShortWrite)
                {
                    _file.Write(offset, octets[..(octets.Length / 2)]);
                }

                throw Error(fault);
            }

            _file.Write(offset, octets);
        }

        public void Write(long offset, IReadOnlyList<ReadOnlyMemory<byte>> buffers)
        {
            if (_owner.FailsAs("write") is { } fault)
            {
                if (fault == Fault.ShortWrite)
                {
                    _file.Write(offset, [.. buffers.Take(buffers.Count / 2)]);
                }

                throw Error(fault);
            }

            _file.Write(offset, buffers);
        }

        public void Flush() => _owner.Do("flush", () => { });

        public void SetLength(long length) => _owner.Do("set length", () => _file.SetLength(length));

        public void Dispose()
        {
            _file.Dispose();
            if (Interlocked.Exchange(ref _closed, 1) == 0)
            {
                Interlocked.Decrement(ref _owner._openFiles);
            }
        }
    }
}
