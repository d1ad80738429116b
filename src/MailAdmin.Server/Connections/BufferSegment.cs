using System.Buffers;

namespace MailAdmin.Server.Connections;

/// <summary>A rented array in a chain; what is written so far is its memory. Input and output use the same kind.</summary>
internal sealed class BufferSegment : ReadOnlySequenceSegment<byte>
{
    /// <summary>First segment of a quiet connection: most commands and replies fit.</summary>
    public const int SmallSize = 4 * 1024;
    /// <summary>Segments that wait with a connection for its next command: nearly all commands fit.</summary>
    public const int WaitingSize = 1024;
    /// <summary>Segments of a busy one; larger brings no more on loopback and costs memory.</summary>
    public const int LargeSize = 64 * 1024;

    private byte[] _array;

    public BufferSegment(int size) => _array = ArrayPool<byte>.Shared.Rent(size);

    /// <summary>Octets written.</summary>
    public int Written { get; private set; }
    /// <summary>Room behind them.</summary>
    public int Free => _array.Length - Written;
    /// <summary>The segment behind this one.</summary>
    public BufferSegment? Following => (BufferSegment?)Next;

    /// <summary>The room behind what is written.</summary>
    public Memory<byte> FreeMemory => _array.AsMemory(Written);
    /// <summary>What is written.</summary>
    public ArraySegment<byte> WrittenArray => new(_array, 0, Written);

    /// <summary>Counts octets as written.</summary>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)Free);
        Written += count;
        Memory = _array.AsMemory(0, Written);
    }

    /// <summary>Appends a segment.</summary>
    public void Append(BufferSegment next)
    {
        next.RunningIndex = RunningIndex + Written;
        Next = next;
    }

    /// <summary>Gives the array back; the segment is empty and unchained then and takes a new one with <see cref="Rent"/>.</summary>
    public void Return()
    {
        var array = _array;
        _array = [];
        Written = 0;
        Memory = default;
        Next = null;
        RunningIndex = 0;
        if (array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(array);
        }
    }

    /// <summary>Takes an array again.</summary>
    public void Rent(int size) => _array = ArrayPool<byte>.Shared.Rent(size);

    /// <summary>The size to take after one of <paramref name="size"/> was filled.</summary>
    public static int Grown(int size) => Math.Min(size * 4, LargeSize);
}
