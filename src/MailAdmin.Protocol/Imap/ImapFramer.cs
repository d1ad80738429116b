using System.Buffers;
using System.Text;

namespace MailAdmin.Protocol.Imap;

/// <summary>What the framer found at the front of the input.</summary>
public enum ImapFrameKind
{
    /// <summary>Nothing whole yet; <see cref="ImapFrame.Length"/> octets can be dropped.</summary>
    NeedMore,
    /// <summary>A synchronizing literal was announced and is welcome: send <c>+</c>, then go on.</summary>
    Continue,
    /// <summary>A whole command, CRLF included in its length.</summary>
    Command,
    /// <summary>A line with a bare LF: answer it with BAD. It is read past up to the next CRLF, literals included, and never run.</summary>
    BareLineFeed,
    /// <summary>What was still to come of a line that was answered with BAD already.</summary>
    Dropped,
    /// <summary>The head of APPEND or REPLACE, up to its message's literal announcement and CRLF; the message follows in the stream.</summary>
    Message,
    /// <summary>A command over the limits, read past to its end; answer it with BAD.</summary>
    TooLong,
    /// <summary>What was announced is too long to read past: end the connection.</summary>
    Hopeless,
}

/// <summary>A frame: what it is, how many octets it takes, and the literal that follows a <see cref="ImapFrameKind.Message"/>.</summary>
public readonly record struct ImapFrame(ImapFrameKind Kind, int Length, ImapLiteral Literal = default);

/// <summary>
/// Cuts the input into commands with their literals. Sans-I/O: it is given everything not yet consumed and says what stands at the front.
/// It remembers how far it has looked, so that input that trickles in costs no more than input that comes at once.
/// </summary>
/// <remarks>
/// Invariants: octets of a literal are never taken for a command line, whether the literal is welcome, too large, or part of a command that
/// is being thrown away. Only CRLF ends a line (RFC 9051 §2.2): what stands behind a bare LF is never taken for one either, for to who looked
/// at the input before us it may have been part of the line.
/// </remarks>
/// <param name="maxLine">Octets of a command without its literals.</param>
/// <param name="maxLiterals">Octets of all its literals, messages apart.</param>
/// <param name="maxSkip">Literal octets that are read past before it is <see cref="ImapFrameKind.Hopeless"/>.</param>
/// <param name="maxUnasked">Octets of a non-synchronizing literal, messages apart; RFC 7888 §5 has 4096 for LITERAL-.</param>
public struct ImapFramer(int maxLine, int maxLiterals, long maxSkip, long maxUnasked = long.MaxValue)
{
    private int _scanned;
    private int _lineStart;
    private int _literals;
    private long _skip;
    private bool _discarding;
    private bool _isAnswered;

    /// <summary>Tag of the command that was <see cref="ImapFrameKind.TooLong"/> or <see cref="ImapFrameKind.BareLineFeed"/>; null where it could not be read.</summary>
    public string? Tag { get; private set; }

    /// <summary>Looks at the front of <paramref name="buffer"/>.</summary>
    public ImapFrame Read(in ReadOnlySequence<byte> buffer)
    {
        while (true)
        {
            if (_discarding)
            {
                return Discard(buffer);
            }

            if (buffer.Length < _scanned)
            {
                // A literal of which part is still to come.
                return new ImapFrame(ImapFrameKind.NeedMore, 0);
            }

            var rest = buffer.Slice(_scanned);
            if (rest.PositionOf((byte)'\n') is not { } position)
            {
                _scanned = (int)buffer.Length;
                if (_scanned - _literals > maxLine)
                {
                    BeginDiscard(buffer);
                    continue;
                }

                return new ImapFrame(ImapFrameKind.NeedMore, 0);
            }

            var end = _scanned + (int)rest.Slice(0, position).Length + 1;
            if (end - _literals > maxLine)
            {
                BeginDiscard(buffer);
                continue;
            }

            if (!EndsWithCrlf(buffer, _lineStart, end))
            {
                // Told as soon as it is seen, so that a person who types with LF hears of it.
                BeginDiscard(buffer);
                _isAnswered = true;
                return new ImapFrame(ImapFrameKind.BareLineFeed, 0);
            }

            if (!FindLiteral(buffer, _lineStart, end - 2, out var literal, out var literalStart))
            {
                Reset();
                return new ImapFrame(ImapFrameKind.Command, end);
            }

            if (IsMessage(buffer, literalStart))
            {
                Reset();
                return new ImapFrame(ImapFrameKind.Message, end, literal);
            }

            if (literal.Length > maxLiterals - _literals || !literal.IsSynchronizing && literal.Length > maxUnasked)
            {
                BeginDiscard(buffer);
                continue;
            }

            _literals += (int)literal.Length;
            _lineStart = _scanned = end + (int)literal.Length;
            if (literal.IsSynchronizing)
            {
                return new ImapFrame(ImapFrameKind.Continue, 0);
            }
        }
    }

    /// <summary>Reads past the rest of a command of which <paramref name="literal"/> was announced but is not wanted.</summary>
    public void Refuse(ImapLiteral literal, string? tag)
    {
        Reset();
        if (!literal.IsSynchronizing)
        {
            Tag = tag;
            _discarding = true;
            _skip = literal.Length;
        }
    }

    /// <summary>Reads past a line within a command, with the literals that it announces: it was answered with BAD already.</summary>
    public void DropLine()
    {
        Reset();
        _discarding = _isAnswered = true;
    }

    /// <summary>True while a refused command is still being read past.</summary>
    public readonly bool IsDiscarding => _discarding;

    private void Reset()
    {
        _scanned = _lineStart = _literals = 0;
        _discarding = _isAnswered = false;
        _skip = 0;
    }

    private void BeginDiscard(in ReadOnlySequence<byte> buffer)
    {
        // What was framed so far, literals included, is passed over unread: the line to look at next begins behind it.
        var framed = _lineStart;
        Reset();
        _skip = framed;
        _discarding = true;
        Span<byte> head = stackalloc byte[64];
        var length = (int)Math.Min(buffer.Length, head.Length);
        buffer.Slice(0, length).CopyTo(head);
        var tag = head[..length];
        var space = tag.IndexOf((byte)' ');
        Tag = space > 0 && tag[..space].IndexOfAnyExcept(ImapCharacters.Tag) < 0 ? Encoding.ASCII.GetString(tag[..space]) : null;
    }

    private ImapFrame Discard(in ReadOnlySequence<byte> buffer)
    {
        long consumed = 0;
        while (true)
        {
            if (_skip > maxSkip)
            {
                return new ImapFrame(ImapFrameKind.Hopeless, 0);
            }

            var skipped = Math.Min(_skip, buffer.Length - consumed);
            consumed += skipped;
            _skip -= skipped;
            var rest = buffer.Slice(consumed);
            if (_skip > 0 || rest.PositionOf((byte)'\n') is not { } position)
            {
                // What may be the beginning of a literal's announcement stays.
                var keep = _skip > 0 ? 0 : Math.Min(rest.Length, ImapLiteral.MaxOctets + 2);
                return new ImapFrame(ImapFrameKind.NeedMore, (int)(buffer.Length - keep));
            }

            var end = (int)(consumed + rest.Slice(0, position).Length + 1);
            var isWhole = EndsWithCrlf(buffer, (int)consumed, end);
            var announces = FindLiteral(buffer, (int)consumed, end - (isWhole ? 2 : 1), out var literal, out _) && !literal.IsSynchronizing;
            if (announces || !isWhole)
            {
                consumed = end;
                _skip = announces ? literal.Length : 0;
                continue;
            }

            var kind = _isAnswered ? ImapFrameKind.Dropped : ImapFrameKind.TooLong;
            Reset();
            return new ImapFrame(kind, end);
        }
    }

    private static byte At(in ReadOnlySequence<byte> buffer, int offset) => buffer.Slice(offset, 1).FirstSpan[0];

    private static bool EndsWithCrlf(in ReadOnlySequence<byte> buffer, int lineStart, int end) => end >= lineStart + 2 && At(buffer, end - 2) == (byte)'\r';

    /// <summary>The announcement that a line ends with; <paramref name="end"/> is where its line end stands.</summary>
    private static bool FindLiteral(in ReadOnlySequence<byte> buffer, int lineStart, int end, out ImapLiteral literal, out int start)
    {
        literal = default;
        start = 0;
        if (end - lineStart < 3 || At(buffer, end - 1) != (byte)'}')
        {
            return false;
        }

        Span<byte> tail = stackalloc byte[ImapLiteral.MaxOctets];
        var from = Math.Max(lineStart, end - tail.Length);
        var length = end - from;
        buffer.Slice(from, length).CopyTo(tail);
        if (!ImapLiteral.TryFindAtEnd(tail[..length], out literal, out var offset))
        {
            return false;
        }

        start = from + offset;
        return true;
    }

    /// <summary>
    /// The literal at <paramref name="literalStart"/> is a message: it is the argument of APPEND behind the name, or of REPLACE behind set and name.
    /// </summary>
    private static bool IsMessage(in ReadOnlySequence<byte> buffer, int literalStart)
    {
        Span<byte> head = stackalloc byte[128];
        var length = Math.Min(literalStart, head.Length);
        buffer.Slice(0, length).CopyTo(head);
        var text = head[..length];
        var space = text.IndexOf((byte)' ');
        if (space <= 0)
        {
            return false;
        }

        text = text[(space + 1)..];
        if (StartsWith(text, "APPEND "u8))
        {
            return text.Length > "APPEND ".Length;
        }

        if (StartsWith(text, "UID "u8))
        {
            text = text["UID ".Length..];
        }

        if (!StartsWith(text, "REPLACE "u8))
        {
            return false;
        }

        text = text["REPLACE ".Length..];
        space = text.IndexOf((byte)' ');
        return space >= 0 && space < text.Length - 1;
    }

    private static bool StartsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> prefix) =>
        text.Length >= prefix.Length && Ascii.EqualsIgnoreCase(text[..prefix.Length], prefix);
}
