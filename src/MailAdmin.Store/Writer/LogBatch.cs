using System.Buffers;
using System.IO.Hashing;
using MailAdmin.Store.Content;
using MailAdmin.Store.IO;
using MailAdmin.Store.Journal;

namespace MailAdmin.Store.Writer;

/// <summary>
/// The records of one commit on their way to the log: collected, written with as few calls as can be, flushed once.
/// </summary>
/// <remarks>Small contents are not copied: their buffers are handed to the write. Large ones go from the spool through one buffer.</remarks>
internal sealed class LogBatch
{
    // Heads and journals are small; they share blocks of this size.
    private const int BlockSize = 64 * 1024;
    private const int CopyBuffer = 256 * 1024;

    private static readonly ReadOnlyMemory<byte> Padding = new byte[8];
    private static readonly ReadOnlyMemory<byte> Zeros = new byte[64 * 1024];

    private readonly List<ReadOnlyMemory<byte>> _buffers = [];
    private readonly List<byte[]> _blocks = [];
    private readonly ArrayBufferWriter<byte> _journal = new(4096);
    private readonly StoreMade _store;
    private readonly ulong _storeTag;
    private int _block = -1;
    private int _blockUsed = BlockSize;
    private IStoreFile? _file;
    private FlushedTo? _flushed;
    private long _begin;
    private long _pendingAt;
    private bool _isNamed;

    public LogBatch(Guid store)
    {
        _store = new StoreMade(store);
        _storeTag = SqliteMailStore.StoreTag(store);
    }

    /// <summary>Where the next record goes.</summary>
    public long Position { get; private set; }
    /// <summary>Octets of the records so far.</summary>
    public long Octets => Position - _begin;
    /// <summary>Octets of journal records in this batch.</summary>
    public long JournalOctets { get; private set; }
    /// <summary>Octets of contents in this batch.</summary>
    public long ContentOctets { get; private set; }
    public bool IsEmpty => Octets == 0;
    /// <summary>True once something of it was written, or tried to be.</summary>
    public bool IsWritten { get; private set; }

    /// <summary>Begins a batch at a position. Each of its journal records says how far the log was on disk before it: what lies before that and is unsound was damaged since.</summary>
    public void Begin(IStoreFile file, long position, FlushedTo flushed)
    {
        _file = file;
        _flushed = flushed;
        IsWritten = false;
        _begin = position;
        Position = position;
        _pendingAt = position;
        _buffers.Clear();
        _block = -1;
        _blockUsed = BlockSize;
        JournalOctets = 0;
        ContentOctets = 0;
        // The first record of each segment says whose it is: a rebuild finds that also where the first segment is gone.
        _isNamed = position > 0;
    }

    /// <summary>Adds a content; returns the offset of its record. Where that fails, the batch has to go back to a mark from before.</summary>
    public long AddContent(SpoolingMessage message, long key, long time, ulong checksum)
    {
        var offset = Position;
        AddHeader(new RecordHeader(RecordKind.Content, message.Length, key, time, _storeTag, checksum));
        if (message.IsSpooled)
        {
            CopySpooled(message);
        }
        else
        {
            Add(message.Memory);
        }

        Pad(message.Length);
        ContentOctets += Position - offset;
        return offset;
    }

    /// <summary>What is collected so far, to come back to with <see cref="GoBack"/>.</summary>
    public (long Position, int Buffers, long ContentOctets) Mark() => (Position, _buffers.Count, ContentOctets);

    /// <summary>Forgets what an operation collected that fails alone: what others collected before it stays, the next record goes where its first one went.</summary>
    public void GoBack((long Position, int Buffers, long ContentOctets) mark)
    {
        // Written meanwhile, with what was pending at the mark: all that is pending now came behind it.
        var kept = _pendingAt > mark.Position ? 0 : Math.Min(mark.Buffers, _buffers.Count);
        _buffers.RemoveRange(kept, _buffers.Count - kept);
        Position = mark.Position;
        _pendingAt = Math.Min(_pendingAt, mark.Position);
        ContentOctets = mark.ContentOctets;
    }

    /// <summary>Adds an operation's events as one record.</summary>
    public void AddJournal(long sequence, long time, IReadOnlyList<StoreEvent> events)
    {
        _journal.ResetWrittenCount();
        EventCodec.Write(_journal, _flushed!);
        if (!_isNamed)
        {
            EventCodec.Write(_journal, _store);
            _isNamed = true;
        }

        foreach (var e in events)
        {
            EventCodec.Write(_journal, e);
        }

        var body = Keep(_journal.WrittenSpan);
        var offset = Position;
        AddHeader(new RecordHeader(RecordKind.Journal, body.Length, sequence, time, _storeTag, XxHash3.HashToUInt64(body.Span)));
        Add(body);
        Pad(body.Length);
        JournalOctets += Position - offset;
    }

    /// <summary>Writes what was collected, and zeros behind it.</summary>
    public void Write(long zeros)
    {
        for (; zeros > 0; zeros -= Zeros.Length)
        {
            _buffers.Add(Zeros[..(int)Math.Min(zeros, Zeros.Length)]);
        }

        WritePending();
    }

    /// <summary>Returns when what was written is on the medium.</summary>
    public void Flush() => _file!.Flush();

    private void AddHeader(in RecordHeader header)
    {
        Span<byte> head = stackalloc byte[RecordHeader.Size];
        header.Write(head);
        Add(Keep(head));
    }

    private void Add(ReadOnlyMemory<byte> octets)
    {
        _buffers.Add(octets);
        Position += octets.Length;
    }

    private void Pad(long bodyLength)
    {
        var padding = (int)(RecordHeader.RecordLength(bodyLength) - RecordHeader.Size - bodyLength);
        if (padding > 0)
        {
            Add(Padding[..padding]);
        }
    }

    private ReadOnlyMemory<byte> Keep(ReadOnlySpan<byte> octets)
    {
        if (octets.Length > BlockSize)
        {
            return octets.ToArray();
        }

        if (_blockUsed + octets.Length > BlockSize)
        {
            _block++;
            if (_block == _blocks.Count)
            {
                _blocks.Add(new byte[BlockSize]);
            }

            _blockUsed = 0;
        }

        octets.CopyTo(_blocks[_block].AsSpan(_blockUsed));
        _blockUsed += octets.Length;
        return _blocks[_block].AsMemory(_blockUsed - octets.Length, octets.Length);
    }

    private void CopySpooled(SpoolingMessage message)
    {
        WritePending();
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBuffer);
        try
        {
            for (long done = 0; done < message.Length;)
            {
                var read = message.Read(done, buffer);
                if (read <= 0)
                {
                    throw new EndOfStreamException("A spooled message is shorter than what was received.");
                }

                IsWritten = true;
                _file!.Write(Position, buffer.AsSpan(0, read));
                Position += read;
                _pendingAt = Position;
                done += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void WritePending()
    {
        if (_buffers.Count > 0)
        {
            IsWritten = true;
            _file!.Write(_pendingAt, _buffers);
            _buffers.Clear();
            _pendingAt = Position;
        }
    }
}
