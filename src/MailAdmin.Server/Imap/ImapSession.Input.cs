using System.Buffers;
using MailAdmin.Protocol.Imap;

namespace MailAdmin.Server.Imap;

/// <summary>Input: frames, lines, and the octets of a message, all from the connection's own buffer.</summary>
internal sealed partial class ImapSession
{
    private ImapFramer _framer;
    private ReadOnlySequence<byte> _buffer;
    private bool _holdsBuffer;
    private bool _inputEnded;
    private byte[]? _rented;
    private ImapLiteral? _message;

    private TimeSpan ReadTimeout => Mailbox is null ? Connection.Limits.LoginTimeout : Connection.Limits.ImapIdleTimeout;

    private async ValueTask<ImapFrame> NextFrameAsync()
    {
        while (true)
        {
            if (_holdsBuffer)
            {
                var frame = _framer.Read(_buffer);
                if (frame.Kind == ImapFrameKind.Dropped)
                {
                    Consume(frame.Length);
                    continue;
                }

                if (frame.Kind != ImapFrameKind.NeedMore)
                {
                    return frame;
                }

                if (_inputEnded)
                {
                    return default;
                }

                ReleaseBehind(frame.Length);
            }

            if (_inputEnded)
            {
                return default;
            }

            await ReadMoreAsync(CancellationToken.None);
        }
    }

    /// <summary>Flushes what is to be said and waits for more input, on top of what is held. False at the client's end.</summary>
    private async ValueTask<bool> ReadMoreAsync(CancellationToken cancellationToken, bool inContent = false)
    {
        if (_holdsBuffer)
        {
            ReleaseBehind(0);
        }

        await FlushAsync();
        var result = await (inContent ? Connection.ReadContentAsync(ReadTimeout) : Connection.ReadAsync(ReadTimeout, cancellationToken));
        _buffer = result.Buffer;
        _holdsBuffer = true;
        _inputEnded = result.IsCompleted;
        return !_inputEnded;
    }

    /// <summary>
    /// A line of its own within a command (AUTHENTICATE, APPEND), without its CRLF; null at the client's end or where it is too long, and then
    /// the session is over, and where it has a bare LF: then it was answered, and the command with it. The command's arguments are gone.
    /// </summary>
    /// <param name="maxOctets">Longest line taken.</param>
    /// <param name="inContent">The line belongs to a message that is on its way.</param>
    public async ValueTask<byte[]?> ReadLineAsync(int maxOctets, bool inContent = false)
    {
        byte[]? line;
        while (!TryTakeLine(maxOctets, out line))
        {
            await ReadMoreAsync(CancellationToken.None, inContent);
        }

        return line;
    }

    /// <summary>As <see cref="ReadLineAsync"/> of what is here already; false where more must come first.</summary>
    private bool TryTakeLine(int maxOctets, out byte[]? line)
    {
        line = null;
        if (_holdsBuffer && _buffer.PositionOf((byte)'\n') is { } position)
        {
            var text = _buffer.Slice(0, position);
            if (text.Length <= maxOctets)
            {
                var octets = text.ToArray();
                if (octets is [.., (byte)'\r'])
                {
                    _buffer = _buffer.Slice(_buffer.GetPosition(1, position));
                    line = octets[..^1];
                }
                else
                {
                    _framer.DropLine();
                    Bad(_tag, BareLineFeed);
                }

                return true;
            }
        }
        else if (_inputEnded)
        {
            _ended = true;
            return true;
        }
        else if (!_holdsBuffer || _buffer.Length <= maxOctets)
        {
            return false;
        }

        End("Line is too long");
        return true;
    }

    /// <summary>Octets that are here already, so that they need no wait.</summary>
    public bool HasInput => _holdsBuffer && !_buffer.IsEmpty;

    private ReadOnlyMemory<byte> TakeText(int length)
    {
        var text = _buffer.Slice(0, length);
        if (text.IsSingleSegment)
        {
            return text.First;
        }

        _rented = ArrayPool<byte>.Shared.Rent(length);
        text.CopyTo(_rented);
        return _rented.AsMemory(0, length);
    }

    private void ReturnText()
    {
        if (_rented is { } rented)
        {
            _rented = null;
            ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        }
    }

    private void Consume(int octets) => _buffer = _buffer.Slice(octets);

    private void ReleaseBehind(int octets)
    {
        Connection.AdvanceTo(_buffer.GetPosition(octets), _buffer.End);
        _buffer = default;
        _holdsBuffer = false;
    }

    private void Release()
    {
        ReturnText();
        if (_holdsBuffer)
        {
            Connection.AdvanceTo(_buffer.Start);
            _holdsBuffer = false;
            _buffer = default;
        }
    }

    /// <summary>A message that the command does not take: it is read past, never run as commands.</summary>
    private async ValueTask RefuseMessageAsync()
    {
        if (_message is not { } literal)
        {
            return;
        }

        _message = null;
        _framer.Refuse(literal, _tag);
        if (!_framer.IsDiscarding)
        {
            return;
        }

        while (true)
        {
            var frame = await NextFrameAsync();
            if (frame.Kind == ImapFrameKind.TooLong)
            {
                Consume(frame.Length);
                return;
            }

            if (frame.Kind == ImapFrameKind.Hopeless)
            {
                End("[TOOBIG] Message is too large");
                return;
            }

            _ended = true;
            return;
        }
    }
}
