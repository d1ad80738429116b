using System.Buffers;
using System.IO.Pipelines;

namespace MailAdmin.Server.Connections;

/// <content>What was read and is not consumed yet: a chain of rented segments, none while the client is quiet.</content>
internal sealed partial class ConnectionReader
{
    private BufferSegment? _head, _tail, _spare;
    private int _headOffset;
    private int _segmentSize = BufferSegment.SmallSize;
    private bool _unexamined, _lastReadFilled, _ended;

    /// <summary>Octets read and not consumed. Only between a read's end and the next.</summary>
    public ReadOnlySequence<byte> Buffered() =>
        _head is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(_head, _headOffset, _tail!, _tail!.Written);

    /// <summary>As <see cref="ClientConnection.AdvanceTo(SequencePosition, SequencePosition)"/>.</summary>
    public void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_head is null)
        {
            return;
        }

        var end = _tail!.RunningIndex + _tail.Written;
        _unexamined = Index(examined) < end;
        if (Index(consumed) >= end)
        {
            ReleaseAll();
            return;
        }

        var target = (BufferSegment)consumed.GetObject()!;
        while (_head != target)
        {
            var next = _head!.Following;
            Release(_head);
            _head = next;
        }

        _headOffset = consumed.GetInteger();
        if (_headOffset == _head.Written)
        {
            var next = _head.Following;
            Release(_head);
            _head = next;
            _headOffset = 0;
        }

        static long Index(SequencePosition position) => ((BufferSegment)position.GetObject()!).RunningIndex + position.GetInteger();
    }

    private ReadResult Result() => new(Buffered(), isCanceled: false, isCompleted: _ended);

    private Memory<byte> Room()
    {
        // A tail with hardly any room would cost a system call for a few octets.
        const int LeastRoom = 512;
        if (_tail is null || _tail.Free < LeastRoom)
        {
            var size = _smallNext ? BufferSegment.WaitingSize : _segmentSize;
            BufferSegment segment;
            if (_spare is { } spare)
            {
                segment = spare;
                _spare = null;
                segment.Rent(size);
            }
            else
            {
                segment = new BufferSegment(size);
            }

            if (_tail is null)
            {
                _head = segment;
                _headOffset = 0;
            }
            else
            {
                _tail.Append(segment);
            }

            _tail = segment;
        }

        return _tail.FreeMemory;
    }

    private void Commit(int count)
    {
        if (count == 0)
        {
            _ended = true;
            if (_head is { } head && head == _tail && head.Written == _headOffset)
            {
                ReleaseAll();
            }

            return;
        }

        if (_stream is null)
        {
            _meter.Received(count);
        }

        var asked = _tail!.Free;
        _tail.Advance(count);
        _unexamined = true;
        _lastReadFilled = count == asked;
        _segmentSize = _lastReadFilled ? BufferSegment.Grown(_segmentSize) : count < asked / 4 ? BufferSegment.SmallSize : _segmentSize;
    }

    // A client that stops in the middle of a line would otherwise hold, for a few octets, the large segment that they came in.
    private void KeepLittle()
    {
        if (_head is not { } large || large != _tail || large.Written - _headOffset > BufferSegment.WaitingSize / 2 || large.Written + large.Free <= BufferSegment.SmallSize)
        {
            return;
        }

        var left = large.WrittenArray.AsSpan(_headOffset);
        var small = new BufferSegment(BufferSegment.WaitingSize);
        left.CopyTo(small.FreeMemory.Span);
        small.Advance(left.Length);
        ReleaseAll();
        _head = _tail = small;
    }

    private void ReleaseAll()
    {
        while (_head is { } segment)
        {
            _head = segment.Following;
            Release(segment);
        }

        _tail = null;
        _headOffset = 0;
    }

    private void Release(BufferSegment segment)
    {
        segment.Return();
        _spare ??= segment;
    }
}
