using System.Buffers;
using System.IO.Hashing;
using MailAdmin.Store.IO;

namespace MailAdmin.Store.Content;

/// <summary>
/// A message being received: in one pooled buffer that grows up to <see cref="IncomingMessage.InMemoryLimit"/>, then in a spool file laid out as the record it may become.
/// </summary>
/// <remarks>One writer at a time. Once handed to the store it is read only; an adopted one belongs to the store and cannot be stored again.</remarks>
internal sealed class SpoolingMessage(IStoreIO io, string spoolPath, string location) : IncomingMessage
{
    /// <summary>The usual mail of 4 KiB with the fields that the server puts before it.</summary>
    private const int FirstBuffer = 8 * 1024;

    private byte[]? _buffer;
    private int _inMemory;
    private IStoreFile? _file;
    private XxHash3? _hash;
    private long _length;
    private bool _setAside;
    private bool _adopted;
    private bool _disposed;

    public override long Length => _length;

    /// <summary>True once it left memory.</summary>
    public bool IsSpooled => _file is not null || _setAside;

    /// <summary>Set once the store took the file over.</summary>
    public bool IsAdopted => _adopted;

    public string SpoolPath => spoolPath;

    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, _inMemory);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed || _setAside, this);
        if (_file is null && _length + octets.Length <= InMemoryLimit)
        {
            Reserve(_inMemory + octets.Length);
            octets.Span.CopyTo(_buffer.AsSpan(_inMemory));
            _inMemory += octets.Length;
            _length = _inMemory;
            return ValueTask.CompletedTask;
        }

        try
        {
            Spool(octets.Span);
            return ValueTask.CompletedTask;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ValueTask.FromException(StoreErrors.From(e, location));
        }
    }

    public override ValueTask SetAsideAsync(bool fromMemory)
    {
        ObjectDisposedException.ThrowIf(_disposed || _adopted, this);
        if (_setAside || _file is null && !fromMemory)
        {
            return ValueTask.CompletedTask;
        }

        try
        {
            if (_file is null)
            {
                Spool([]);
            }

            _file!.Dispose();
            _file = null;
            _setAside = true;
            return ValueTask.CompletedTask;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ValueTask.FromException(StoreErrors.From(e, location));
        }
    }

    public override Stream OpenRead()
    {
        ObjectDisposedException.ThrowIf(_disposed || _adopted, this);
        return new PositionedStream(_length, Read);
    }

    /// <summary>Checksum of the body.</summary>
    public ulong Checksum() => _hash is null ? XxHash3.HashToUInt64(Memory.Span) : _hash.GetCurrentHashAsUInt64();

    public int Read(long offset, Span<byte> destination)
    {
        if (IsSpooled)
        {
            var left = _length - offset;
            if (left <= 0)
            {
                return 0;
            }

            destination = left < destination.Length ? destination[..(int)left] : destination;
            using var opened = OpenAgain(write: false);
            return (_file ?? opened!).Read(RecordHeader.Size + offset, destination);
        }

        var rest = Memory.Span[(int)Math.Min(offset, _inMemory)..];
        var count = Math.Min(rest.Length, destination.Length);
        rest[..count].CopyTo(destination);
        return count;
    }

    /// <summary>Makes the spool file a whole record on disk, ready to be renamed into the content directory. Called off the writer.</summary>
    public void Seal(long key, long time, ulong storeTag)
    {
        Span<byte> header = stackalloc byte[RecordHeader.Size];
        new RecordHeader(RecordKind.Content, _length, key, time, storeTag, Checksum()).Write(header);
        using var opened = OpenAgain(write: true);
        var file = _file ?? opened!;
        file.Write(0, header);
        var padding = RecordHeader.RecordLength(_length) - RecordHeader.Size - _length;
        if (padding > 0)
        {
            Span<byte> zeros = stackalloc byte[8];
            zeros.Clear();
            file.Write(RecordHeader.Size + _length, zeros[..(int)padding]);
        }

        file.Flush();
    }

    /// <summary>The file now belongs to the store.</summary>
    public void Adopted()
    {
        _adopted = true;
        _setAside = false;
        _file?.Dispose();
        _file = null;
    }

    public override ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return ValueTask.CompletedTask;
        }

        _disposed = true;
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
        }

        if (IsSpooled)
        {
            _file?.Dispose();
            _file = null;
            try
            {
                io.Delete(spoolPath);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // What stays in the spool is swept at the next open; the message itself needs it no more.
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>The file of a message that was set aside, for the time it is used; null where it is open anyway.</summary>
    private IStoreFile? OpenAgain(bool write) => _file is null ? io.Open(spoolPath, write) : null;

    private void Reserve(int size)
    {
        if (_buffer is not null && _buffer.Length >= size)
        {
            return;
        }

        var grown = ArrayPool<byte>.Shared.Rent(Math.Max(size, Math.Min(InMemoryLimit, Math.Max(FirstBuffer, (_buffer?.Length ?? 0) * 2))));
        if (_buffer is not null)
        {
            _buffer.AsSpan(0, _inMemory).CopyTo(grown);
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = grown;
    }

    private void Spool(ReadOnlySpan<byte> octets)
    {
        if (_file is null)
        {
            var file = io.Create(spoolPath);
            var hash = new XxHash3();
            _file = file;
            _hash = hash;
            if (_inMemory > 0)
            {
                file.Write(RecordHeader.Size, Memory.Span);
                hash.Append(Memory.Span);
                ArrayPool<byte>.Shared.Return(_buffer!);
                _buffer = null;
                _inMemory = 0;
            }
        }

        _file.Write(RecordHeader.Size + _length, octets);
        _hash!.Append(octets);
        _length += octets.Length;
    }
}
