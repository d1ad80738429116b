using MailAdmin.Store.IO;

namespace MailAdmin.Store.Tests.Faults;

/// <summary>
/// The real file system, which knows for each file what was not flushed yet. At a flush it can make an image of the store as a power failure would leave it:
/// of the pages on their way some are on the medium and some are not, in no order.
/// </summary>
internal sealed class PowerLossIO : IStoreIO
{
    private const int PageSize = 4096;

    private readonly IStoreIO _io = SystemStoreIO.Instance;

    /// <summary>Called before a flush takes effect, with what was written since the last: old octets of pages, and the old length.</summary>
    public Action<string, Pending>? Flushing { get; set; }

    public string? IndexVfs => null;
    public IStoreFile? TryLock(string path) => _io.TryLock(path);
    public void CreateDirectory(string path) => _io.CreateDirectory(path);
    public IStoreFile Create(string path) => new TrackedFile(this, path, _io.Create(path));
    public IStoreFile Open(string path, bool write) => write ? new TrackedFile(this, path, _io.Open(path, write)) : _io.Open(path, write);
    public bool Exists(string path) => _io.Exists(path);
    public long Length(string path) => _io.Length(path);
    public IReadOnlyList<string> List(string directory) => _io.List(directory);
    public void Delete(string path) => _io.Delete(path);
    public void Move(string from, string to) => _io.Move(from, to);
    public void FlushDirectory(string path) => _io.FlushDirectory(path);

    /// <summary>What a file holds beyond its last flush.</summary>
    internal sealed class Pending(long length)
    {
        public long OldLength { get; } = length;
        public Dictionary<long, byte[]> OldPages { get; } = [];

        /// <summary>Makes of a copy of the file what the medium may hold.</summary>
        public void Tear(string copy, Random random)
        {
            using var file = File.Open(copy, FileMode.Open);
            foreach (var (page, octets) in OldPages)
            {
                if (random.Next(2) == 0 && page * PageSize < file.Length)
                {
                    file.Position = page * PageSize;
                    file.Write(octets, 0, (int)Math.Min(octets.Length, file.Length - file.Position));
                }
            }

            if (random.Next(3) == 0)
            {
                file.SetLength(Math.Min(file.Length, OldLength));
            }
        }
    }

    private sealed class TrackedFile(PowerLossIO owner, string path, IStoreFile file) : IStoreFile
    {
        private Pending? _pending;

        public long Length => file.Length;
        public int Read(long offset, Span<byte> destination) => file.Read(offset, destination);

        public void Write(long offset, ReadOnlySpan<byte> octets)
        {
            Note(offset, octets.Length);
            file.Write(offset, octets);
        }

        public void Write(long offset, IReadOnlyList<ReadOnlyMemory<byte>> buffers)
        {
            Note(offset, buffers.Sum(b => (long)b.Length));
            file.Write(offset, buffers);
        }

        public void Flush()
        {
            if (_pending is { } pending)
            {
                owner.Flushing?.Invoke(path, pending);
            }

            file.Flush();
            _pending = null;
        }

        public void SetLength(long length) => file.SetLength(length);
        public void Dispose() => file.Dispose();

        private void Note(long offset, long count)
        {
            _pending ??= new Pending(file.Length);
            for (var page = offset / PageSize; page * PageSize < offset + count; page++)
            {
                if (!_pending.OldPages.ContainsKey(page))
                {
                    var old = new byte[PageSize];
                    file.Read(page * PageSize, old);
                    _pending.OldPages.Add(page, old);
                }
            }
        }
    }
}
