using System.Buffers;

namespace MailAdmin.Protocol.Pop3;

/// <summary>
/// Encodes a message as a multi-line response (RFC 1939 §3): a dot is put before a line that begins with one, and every line ends with CRLF.
/// </summary>
/// <remarks>
/// A bare LF in the content becomes CRLF: clients that take LF for a line end would otherwise see ".LF" in a message as the end of the
/// response and the rest of it as replies. With a line count (TOP) it stops after so many lines of the body.
/// </remarks>
public struct MultilineEncoder
{
    private int _linesLeft;
    private bool _counting;
    private bool _inHeader;
    private bool _lineStart;
    private bool _afterCr;
    private bool _lineEmpty;

    /// <summary>An encoder for a whole message.</summary>
    public static MultilineEncoder ForMessage() => new() { _lineStart = true, _lineEmpty = true };

    /// <summary>An encoder for the header, the empty line, and so many lines of the body. RFC 1939 §7.</summary>
    public static MultilineEncoder ForTop(int lines) => new() { _lineStart = true, _lineEmpty = true, _counting = true, _inHeader = true, _linesLeft = lines };

    /// <summary>The lines asked for have been passed; the rest of the message is not wanted.</summary>
    public bool IsDone { get; private set; }

    /// <summary>
    /// Looks whether octets need no change, and takes them as passed on if so. Not for TOP. Lets a message be read straight into the output.
    /// </summary>
    public bool TryPassUnchanged(ReadOnlySpan<byte> octets)
    {
        if (octets.IsEmpty)
        {
            return true;
        }

        if ((_lineStart && octets[0] == '.') || (octets[0] == '\n' && !_afterCr))
        {
            return false;
        }

        // Line by line; lines are short, so one search per line beats two passes over all.
        for (var at = 0; ;)
        {
            var length = octets[at..].IndexOf((byte)'\n');
            if (length < 0)
            {
                break;
            }

            at += length;
            if (at > 0 && octets[at - 1] != '\r')
            {
                return false;
            }

            at++;
            if (at == octets.Length)
            {
                break;
            }

            if (octets[at] == '.')
            {
                return false;
            }
        }

        _lineStart = octets[^1] == '\n';
        _afterCr = octets[^1] == '\r';
        return true;
    }

    /// <summary>Writes octets encoded.</summary>
    public void Encode(ReadOnlySpan<byte> octets, IBufferWriter<byte> output)
    {
        while (!octets.IsEmpty && !IsDone)
        {
            if (_lineStart && octets[0] == '.')
            {
                output.Write("."u8);
            }

            var length = octets.IndexOf((byte)'\n');
            if (length < 0)
            {
                output.Write(octets);
                _lineEmpty &= _lineStart && octets is [(byte)'\r'];
                _lineStart = false;
                _afterCr = octets[^1] == '\r';
                return;
            }

            var hasCr = length > 0 ? octets[length - 1] == '\r' : _afterCr;
            var content = hasCr && length > 0 ? length - 1 : length;
            _lineEmpty &= content == 0;
            output.Write(octets[..content]);
            output.Write(hasCr && length == 0 ? "\n"u8 : "\r\n"u8);
            octets = octets[(length + 1)..];
            EndLine();
        }
    }

    /// <summary>Writes the end: a line end where the content has none, and the line with the dot.</summary>
    public void Complete(IBufferWriter<byte> output)
    {
        if (!_lineStart && !IsDone)
        {
            output.Write(_afterCr ? "\n"u8 : "\r\n"u8);
        }

        output.Write(".\r\n"u8);
    }

    private void EndLine()
    {
        if (_counting)
        {
            if (_inHeader)
            {
                _inHeader = !_lineEmpty;
                IsDone = !_inHeader && _linesLeft == 0;
            }
            else
            {
                IsDone = --_linesLeft <= 0;
            }
        }

        _lineStart = true;
        _lineEmpty = true;
        _afterCr = false;
    }
}
