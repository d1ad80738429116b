using System.Buffers;
using System.Text;

namespace MailAdmin.Protocol.Smtp;

/// <summary>
/// Passes the header of a message through while it arrives, without holding more than the start of a line: counts Received fields, notes what is missing and
/// leaves out the fields that must not stay. The body never comes here.
/// </summary>
/// <param name="removeBcc">Leave out Bcc and Resent-Bcc: the message comes from its author (RFC 6409 §8.7 with RFC 5322 §3.6.3).</param>
/// <remarks>
/// Return-Path is always left out: this is the final delivery, which writes its own (RFC 5321 §4.4). A line that is no field ends the header.
/// </remarks>
public sealed class HeaderFilter(bool removeBcc)
{
    private readonly byte[] _name = new byte[16];
    private int _nameLength;
    private bool _spaceInName;
    private bool _dropping;
    private bool _any;
    private State _state;

    private enum State
    {
        LineStart, Name, Line, EndCr, Body,
    }

    /// <summary>The header is over; what follows is body.</summary>
    public bool InBody => _state == State.Body;

    /// <summary>The header ended with an empty line, which was consumed and not passed on: who adds fields adds them now, and the empty line after them.</summary>
    public bool HasEmptyLine { get; private set; }

    /// <summary>Octets already taken from the line that ended the header by being no field; they belong in front of the body.</summary>
    public ReadOnlySpan<byte> Held => _name.AsSpan(0, _nameLength);

    /// <summary>What was passed on ends within a field: whoever adds fields ends its line first.</summary>
    public bool IsInField => _state == State.Line && !_dropping;

    /// <summary>Received fields seen. RFC 5321 §6.3.</summary>
    public int ReceivedCount { get; private set; }
    /// <summary>A Date field was seen.</summary>
    public bool HasDate { get; private set; }
    /// <summary>A Message-ID field was seen.</summary>
    public bool HasMessageId { get; private set; }

    /// <summary>Takes octets from the front of a run, writes what stays, and returns how many were taken: all, or those up to the end of the header.</summary>
    public int Consume(ReadOnlySpan<byte> run, IBufferWriter<byte> output)
    {
        var at = 0;
        while (at < run.Length && _state != State.Body)
        {
            switch (_state)
            {
                case State.LineStart:
                    at += BeginLine(run[at]);
                    break;
                case State.EndCr:
                    // A CR that is not followed by LF is refused elsewhere; here the header is over in any case.
                    at += run[at] == '\n' ? 1 : 0;
                    End(emptyLine: true);
                    break;
                case State.Name:
                    at += CollectName(run[at], output);
                    break;
                default:
                    var end = run[at..].IndexOf((byte)'\n');
                    var length = end < 0 ? run.Length - at : end + 1;
                    if (!_dropping)
                    {
                        output.Write(run.Slice(at, length));
                    }

                    at += length;
                    _state = end < 0 ? State.Line : State.LineStart;
                    break;
            }
        }

        return at;
    }

    /// <summary>Nothing more comes: the start of a line that has not become a field is none.</summary>
    public void Complete()
    {
        if (_state == State.Name)
        {
            End(emptyLine: false);
        }
    }

    private int BeginLine(byte first)
    {
        _nameLength = 0;
        _spaceInName = false;
        switch (first)
        {
            case (byte)'\r':
                _state = State.EndCr;
                return 1;
            case (byte)'\n':
                End(emptyLine: true);
                return 1;
            case (byte)' ' or (byte)'\t' when _any:
                // A folded line goes the way of its field.
                _state = State.Line;
                return 0;
            default:
                _dropping = false;
                _state = State.Name;
                return 0;
        }
    }

    // Returns how many octets were taken of the one given.
    private int CollectName(byte c, IBufferWriter<byte> output)
    {
        var isSpace = c is (byte)' ' or (byte)'\t';
        if (c == ':' && _nameLength > 0)
        {
            _any = true;
            _dropping = Note(Held.TrimEnd(" \t"u8));
        }
        else if (c is < 33 or > 126 && !isSpace || (_spaceInName && !isSpace) || (isSpace && _nameLength == 0))
        {
            // Neither a field nor a folded line.
            End(emptyLine: false);
            return 0;
        }
        else
        {
            _spaceInName |= isSpace;
            _name[_nameLength++] = c;
            if (_nameLength < _name.Length)
            {
                return 1;
            }

            // Longer than every name that matters.
            _any = true;
        }

        if (!_dropping)
        {
            output.Write(Held);
            if (c == ':')
            {
                output.Write(":"u8);
            }
        }

        _nameLength = 0;
        _state = State.Line;
        return 1;
    }

    // True where the field is to be left out.
    private bool Note(ReadOnlySpan<byte> name)
    {
        switch (name.Length)
        {
            case 3 when removeBcc:
                return Ascii.EqualsIgnoreCase(name, "Bcc"u8);
            case 4:
                HasDate |= Ascii.EqualsIgnoreCase(name, "Date"u8);
                return false;
            case 8:
                ReceivedCount += Ascii.EqualsIgnoreCase(name, "Received"u8) ? 1 : 0;
                return false;
            case 10:
                HasMessageId |= Ascii.EqualsIgnoreCase(name, "Message-ID"u8);
                return removeBcc && Ascii.EqualsIgnoreCase(name, "Resent-Bcc"u8);
            case 11:
                return Ascii.EqualsIgnoreCase(name, "Return-Path"u8);
            default:
                return false;
        }
    }

    private void End(bool emptyLine)
    {
        HasEmptyLine = emptyLine;
        _state = State.Body;
    }
}
