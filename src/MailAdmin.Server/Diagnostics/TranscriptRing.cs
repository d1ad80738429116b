using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using MailAdmin.Server.Connections;

namespace MailAdmin.Server.Diagnostics;

/// <summary>
/// The last lines of one session, as octets in one small array: 10,000 idle sessions must not keep 10,000 lists of strings. It grows
/// while somebody watches.
/// </summary>
internal sealed class TranscriptRing(TimeProvider time) : ITranscript
{
    /// <summary>Octets kept of a session that nobody watches.</summary>
    public const int QuietSize = 2 * 1024;
    /// <summary>Octets kept once somebody watched.</summary>
    public const int WatchedSize = 64 * 1024;
    /// <summary>Longest line, characters.</summary>
    public const int MaxLine = 1000;
    /// <summary>Lines that may wait for a watcher; the oldest go first.</summary>
    private const int WatcherQueue = 1000;

    /// <summary>What a session that brings one message says and hears.</summary>
    private const int FirstSize = 1024;
    private const int HeaderSize = 1 + 8 + 2;

    private readonly Lock _gate = new();
    private byte[] _ring = [];
    private int _limit = QuietSize;
    private int _start, _length;
    private List<Channel<TranscriptLine>>? _watchers;
    private bool _ended;

    /// <inheritdoc/>
    public bool IsEnabled => true;

    /// <inheritdoc/>
    public void Add(TranscriptDirection direction, string text)
    {
        var cut = text.AsSpan(0, Math.Min(text.Length, MaxLine));
        Span<byte> utf8 = stackalloc byte[MaxLine * 3];
        Encoding.UTF8.TryGetBytes(cut, utf8, out var count);
        Append(direction, utf8[..count]);
    }

    /// <inheritdoc/>
    public void Add(TranscriptDirection direction, ReadOnlySpan<byte> text)
    {
        // The usual line is plain and copied as it is.
        if (text.Length <= MaxLine && !text.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
        {
            Append(direction, text);
            return;
        }

        Span<byte> shown = stackalloc byte[MaxLine];
        var used = 0;
        foreach (var octet in text)
        {
            var plain = octet is >= (byte)' ' and <= (byte)'~';
            if (used + (plain ? 1 : 4) > MaxLine)
            {
                break;
            }

            if (plain)
            {
                shown[used++] = octet;
            }
            else
            {
                "\\x"u8.CopyTo(shown[used..]);
                shown[used + 2] = Hex(octet >> 4);
                shown[used + 3] = Hex(octet & 15);
                used += 4;
            }
        }

        Append(direction, shown[..used]);

        static byte Hex(int digit) => (byte)"0123456789ABCDEF"[digit];
    }

    /// <summary>The lines kept.</summary>
    public IReadOnlyList<TranscriptLine> Lines()
    {
        lock (_gate)
        {
            return Decode();
        }
    }

    /// <summary>The lines kept, then those to come until the session ends.</summary>
    public async IAsyncEnumerable<TranscriptLine> FollowAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<TranscriptLine>(new BoundedChannelOptions(WatcherQueue) { FullMode = BoundedChannelFullMode.DropOldest });
        IReadOnlyList<TranscriptLine> kept;
        lock (_gate)
        {
            kept = Decode();
            _limit = WatchedSize;
            if (_ended)
            {
                channel.Writer.TryComplete();
            }
            else
            {
                (_watchers ??= []).Add(channel);
            }
        }

        try
        {
            foreach (var line in kept)
            {
                yield return line;
            }

            await foreach (var line in channel.Reader.ReadAllAsync(cancellationToken))
            {
                yield return line;
            }
        }
        finally
        {
            lock (_gate)
            {
                _watchers?.Remove(channel);
            }
        }
    }

    /// <summary>The session is over.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            foreach (var watcher in _watchers ?? [])
            {
                watcher.Writer.TryComplete();
            }
        }
    }

    private void Append(TranscriptDirection direction, ReadOnlySpan<byte> text)
    {
        var at = time.GetUtcNow();
        lock (_gate)
        {
            text = text[..Math.Min(text.Length, _limit - HeaderSize)];
            Span<byte> header = stackalloc byte[HeaderSize];
            header[0] = (byte)direction;
            BinaryPrimitives.WriteInt64LittleEndian(header[1..], at.UtcTicks);
            BinaryPrimitives.WriteUInt16LittleEndian(header[9..], (ushort)text.Length);
            var size = HeaderSize + text.Length;
            MakeRoom(size);
            Write(header);
            Write(text);

            if (_watchers is { Count: > 0 })
            {
                var line = new TranscriptLine(at, direction, Encoding.UTF8.GetString(text));
                foreach (var watcher in _watchers)
                {
                    watcher.Writer.TryWrite(line);
                }
            }
        }
    }

    private void MakeRoom(int size)
    {
        if (_length + size > _ring.Length && _ring.Length < _limit)
        {
            // By a quarter and not by twice: what 10,000 sessions do not use is what they cost.
            var wanted = Math.Max(FirstSize, Math.Max(_ring.Length + _ring.Length / 4, _length + size));
            var larger = new byte[Math.Min(wanted, _limit)];
            Copy(0, larger.AsSpan(0, _length));
            _ring = larger;
            _start = 0;
        }

        Span<byte> header = stackalloc byte[HeaderSize];
        while (_length > 0 && _length + size > _ring.Length)
        {
            Copy(0, header);
            var oldest = HeaderSize + BinaryPrimitives.ReadUInt16LittleEndian(header[9..]);
            _start = (_start + oldest) % _ring.Length;
            _length -= oldest;
        }
    }

    private void Write(ReadOnlySpan<byte> octets)
    {
        var at = (_start + _length) % _ring.Length;
        var first = Math.Min(octets.Length, _ring.Length - at);
        octets[..first].CopyTo(_ring.AsSpan(at));
        octets[first..].CopyTo(_ring);
        _length += octets.Length;
    }

    private void Copy(int offset, Span<byte> destination)
    {
        if (destination.IsEmpty)
        {
            return;
        }

        var at = (_start + offset) % _ring.Length;
        var first = Math.Min(destination.Length, _ring.Length - at);
        _ring.AsSpan(at, first).CopyTo(destination);
        _ring.AsSpan(0, destination.Length - first).CopyTo(destination[first..]);
    }

    private List<TranscriptLine> Decode()
    {
        var lines = new List<TranscriptLine>();
        Span<byte> header = stackalloc byte[HeaderSize];
        var text = ArrayPool<byte>.Shared.Rent(MaxLine * 3);
        for (var offset = 0; offset < _length;)
        {
            Copy(offset, header);
            var size = BinaryPrimitives.ReadUInt16LittleEndian(header[9..]);
            Copy(offset + HeaderSize, text.AsSpan(0, size));
            lines.Add(new TranscriptLine(
                new DateTimeOffset(BinaryPrimitives.ReadInt64LittleEndian(header[1..]), TimeSpan.Zero), (TranscriptDirection)header[0], Encoding.UTF8.GetString(text, 0, size)));
            offset += HeaderSize + size;
        }

        ArrayPool<byte>.Shared.Return(text);
        return lines;
    }
}
