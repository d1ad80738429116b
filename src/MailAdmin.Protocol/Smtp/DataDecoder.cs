namespace MailAdmin.Protocol.Smtp;

/// <summary>What is wrong with a content; only the first fault is kept.</summary>
public enum ContentFault
{
    None,
    /// <summary>A CR without LF, or a LF without CR. RFC 5321 §2.3.8.</summary>
    BareLineEnd,
    /// <summary>A line above the limit. RFC 5321 §4.5.3.1.6.</summary>
    LineTooLong,
}

/// <summary>
/// Decodes what follows DATA (RFC 5321 §4.5.2): takes the stuffed dots out and finds the end, which is CRLF.CRLF and nothing else.
/// </summary>
/// <remarks>
/// Hands out slices of its input, so that a message with no line that begins with a dot is passed on as it came. A bare CR or LF never ends
/// a line here, so that LF.LF, LF.CRLF, CR.CR and the like are content (and a fault): the message is read to its real end and refused.
/// </remarks>
public struct DataDecoder(int maxLine)
{
    private State _state;
    private long _line;

    private enum State : byte
    {
        // At the start of a line, behind its dot, behind dot and CR, inside a line, behind a CR inside a line, over.
        LineStart, Dot, DotCr, Line, Cr, End,
    }

    /// <summary>The end was found.</summary>
    public readonly bool IsEnd => _state == State.End;

    /// <summary>What is wrong with the content so far.</summary>
    public ContentFault Fault { get; private set; }

    /// <summary>
    /// Takes octets from the front of <paramref name="input"/> and gives the next run of content, possibly empty. Call until input is empty or
    /// <see cref="IsEnd"/>; what is then left of input are the commands behind the end.
    /// </summary>
    public ReadOnlyMemory<byte> Decode(ref ReadOnlyMemory<byte> input)
    {
        var octets = input.Span;
        var at = 0;
        if (!PassDot(octets, ref at))
        {
            input = input[at..];
            return default;
        }

        var start = at;
        while (at < octets.Length)
        {
            if (_state == State.LineStart)
            {
                if (octets[at] == '.')
                {
                    // The run ends before the dot, which is no content: either it is stuffing or the end.
                    _state = State.Dot;
                    var run = input[start..at];
                    input = input[(at + 1)..];
                    return run;
                }

                _state = State.Line;
                _line = 0;
            }

            if (_state == State.Cr)
            {
                if (octets[at] == '\n')
                {
                    at++;
                    _state = State.LineStart;
                    continue;
                }

                Report(ContentFault.BareLineEnd);
                _state = State.Line;
            }

            var length = octets[at..].IndexOfAny((byte)'\r', (byte)'\n');
            if (length < 0)
            {
                _line += octets.Length - at;
                at = octets.Length;
                CheckLine();
                break;
            }

            _line += length;
            CheckLine();
            at += length;
            if (octets[at++] == '\r')
            {
                _state = State.Cr;
            }
            else
            {
                Report(ContentFault.BareLineEnd);
            }
        }

        var rest = input[start..at];
        input = input[at..];
        return rest;
    }

    // Behind a dot at the start of a line. False: input is used up, or the end was found.
    private bool PassDot(ReadOnlySpan<byte> octets, ref int at)
    {
        if (_state == State.End)
        {
            return false;
        }

        if (_state == State.Dot && at < octets.Length)
        {
            if (octets[at] == '\r')
            {
                at++;
                _state = State.DotCr;
            }
            else
            {
                // Stuffing, or a dot that a careless client did not double; the dot goes in both cases. RFC 5321 §4.5.2.
                _state = State.Line;
                _line = 0;
            }
        }

        if (_state == State.DotCr && at < octets.Length)
        {
            if (octets[at] == '\n')
            {
                at++;
                _state = State.End;
                return false;
            }

            Report(ContentFault.BareLineEnd);
            _state = octets[at] == '\r' ? State.Cr : State.Line;
            at += octets[at] == '\r' ? 1 : 0;
        }

        return _state is not (State.Dot or State.DotCr);
    }

    private void CheckLine()
    {
        if (_line + 2 > maxLine)
        {
            Report(ContentFault.LineTooLong);
        }
    }

    private void Report(ContentFault fault)
    {
        if (Fault == ContentFault.None)
        {
            Fault = fault;
        }
    }
}

/// <summary>Watches the line ends of a content that comes in chunks (BDAT without BINARYMIME): the rule is the one of DATA.</summary>
public struct LineEndChecker
{
    private bool _afterCr;

    /// <summary>A CR without LF or a LF without CR was seen.</summary>
    public bool HasBareLineEnd { get; private set; }

    /// <summary>Looks at the next octets.</summary>
    public void Check(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty && !HasBareLineEnd)
        {
            if (_afterCr)
            {
                HasBareLineEnd = octets[0] != '\n';
                _afterCr = false;
                octets = octets[1..];
                continue;
            }

            var at = octets.IndexOfAny((byte)'\r', (byte)'\n');
            if (at < 0)
            {
                return;
            }

            HasBareLineEnd = octets[at] == '\n';
            _afterCr = octets[at] == '\r';
            octets = octets[(at + 1)..];
        }
    }

    /// <summary>The content is over: a CR at its end is bare.</summary>
    public void Complete() => HasBareLineEnd |= _afterCr;
}
