using System.Buffers;

namespace MailAdmin.Protocol.Lines;

/// <summary>What <see cref="LineFramer.Read"/> found.</summary>
public enum LineStatus
{
    /// <summary>No whole line yet.</summary>
    NeedMore,
    /// <summary>A line, without its CRLF.</summary>
    Line,
    /// <summary>A CR without LF or a LF without CR: the line up to the next CRLF is dropped and reported once.</summary>
    BareLineEnd,
    /// <summary>Longer than the limit: the line up to the next CRLF is dropped and reported once.</summary>
    TooLong,
}

/// <summary>
/// Cuts octets into command lines. Only CRLF ends a line (RFC 5321 §2.3.8); a line with a bare CR or LF is reported as soon as it is seen, so that a person
/// who types with LF hears of it, and dropped whole up to the next CRLF, so that nothing behind the bare one is ever run as a command of its own.
/// </summary>
/// <remarks>Holds no octets: what is not consumed stays with the caller, who must not keep more than the limit: a line that long is dropped as it comes.</remarks>
public struct LineFramer(int maxLength)
{
    private long _scanned;
    private bool _dropping;

    /// <summary>Longest line, octets with CRLF.</summary>
    public readonly int MaxLength => maxLength;

    /// <summary>
    /// Looks for a line at the front of <paramref name="buffer"/> and moves the front past what was consumed. Call again with the same front and more octets
    /// after <see cref="LineStatus.NeedMore"/>.
    /// </summary>
    public LineStatus Read(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> line)
    {
        while (true)
        {
            if (_dropping)
            {
                line = default;
                if (!Drop(ref buffer))
                {
                    return LineStatus.NeedMore;
                }
            }

            // The common case: the whole line lies in the first segment.
            var first = buffer.FirstSpan;
            var at = first.IndexOfAny((byte)'\r', (byte)'\n');
            if (at >= 0 && at + 1 < first.Length)
            {
                if (first[at] == '\r' && first[at + 1] == '\n' && at + 2 <= maxLength)
                {
                    line = buffer.Slice(0, at);
                    buffer = buffer.Slice(at + 2);
                    _scanned = 0;
                    return LineStatus.Line;
                }
            }

            return ReadSlow(ref buffer, out line);
        }
    }

    private LineStatus ReadSlow(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> line)
    {
        line = default;
        var reader = new SequenceReader<byte>(buffer);
        reader.Advance(Math.Min(_scanned, buffer.Length));
        if (reader.TryAdvanceToAny("\r\n"u8, advancePastDelimiter: false))
        {
            var at = reader.Consumed;
            if (at + 2 > maxLength)
            {
                return StartDropping(LineStatus.TooLong);
            }

            reader.TryRead(out var end);
            if (end == '\n')
            {
                return StartDropping(LineStatus.BareLineEnd);
            }

            if (!reader.TryRead(out var next))
            {
                _scanned = at;
                return LineStatus.NeedMore;
            }

            if (next != '\n')
            {
                return StartDropping(LineStatus.BareLineEnd);
            }

            line = buffer.Slice(0, at);
            buffer = buffer.Slice(reader.Position);
            _scanned = 0;
            return LineStatus.Line;
        }

        _scanned = buffer.Length;
        return _scanned + 2 > maxLength ? StartDropping(LineStatus.TooLong) : LineStatus.NeedMore;
    }

    private LineStatus StartDropping(LineStatus why)
    {
        _dropping = true;
        _scanned = 0;
        return why;
    }

    // Consumes up to and with the next CRLF; keeps a CR at the end, which may be half of one.
    private bool Drop(ref ReadOnlySequence<byte> buffer)
    {
        var reader = new SequenceReader<byte>(buffer);
        if (reader.TryReadTo(out ReadOnlySequence<byte> _, "\r\n"u8))
        {
            buffer = buffer.Slice(reader.Position);
            _dropping = false;
            return true;
        }

        if (!buffer.IsEmpty)
        {
            var last = buffer.Slice(buffer.Length - 1);
            // Not FirstSpan: a slice may begin with the empty end of a segment.
            buffer = new SequenceReader<byte>(last).TryPeek(out var octet) && octet == '\r' ? last : buffer.Slice(buffer.End);
        }

        return false;
    }
}
