using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace MailAdmin.Protocol.Imap;

/// <summary>
/// Reads one complete command: its text with the literals in place, as the framer hands it over. Calls chain; the first failure sticks, later
/// calls do nothing, so a command parses to its end and then asks <see cref="Failed"/> once.
/// </summary>
/// <remarks>Octets it gives out lie in the connection's buffer: valid until the command reads from the connection or ends.</remarks>
public sealed partial class ImapDecoder
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, true);

    private ReadOnlyMemory<byte> _text;
    private int _position;
    private int _depth;

    /// <summary>Deepest nesting of parentheses that is read.</summary>
    public int MaxNesting { get; set; } = 50;

    /// <summary>Mailbox names are UTF-8 (IMAP4rev2 or UTF8=ACCEPT), not modified UTF-7.</summary>
    public bool Utf8Names { get; set; }

    /// <summary>What was wrong first, for the BAD reply; null where nothing was.</summary>
    public string? Error { get; private set; }

    /// <summary>Something was wrong.</summary>
    public bool Failed => Error is not null;

    /// <summary>Everything was read.</summary>
    public bool AtEnd => _position >= _text.Length;

    /// <summary>Octets read so far.</summary>
    public int Position => _position;

    /// <summary>Begins anew with a command's text, without its CRLF.</summary>
    public void Reset(ReadOnlyMemory<byte> text)
    {
        _text = text;
        _position = 0;
        _depth = 0;
        Error = null;
    }

    /// <summary>What is still to be read, at most so many octets, as Latin-1 with the controls replaced; for logs.</summary>
    public string Preview(int octets)
    {
        var rest = _text.Span[Math.Min(_position, _text.Length)..];
        return string.Create(Math.Min(rest.Length, octets), rest[..Math.Min(rest.Length, octets)], static (chars, from) =>
        {
            for (var i = 0; i < chars.Length; i++)
            {
                chars[i] = from[i] is < 32 or 127 ? '.' : (char)from[i];
            }
        });
    }

    /// <summary>Forgets the text, so that its buffer can go.</summary>
    public void Clear() => Reset(default);

    /// <summary>Notes a failure; the first one stays.</summary>
    public ImapDecoder Fail(string error)
    {
        Error ??= error;
        return this;
    }

    /// <summary>The next octet, -1 at the end or after a failure.</summary>
    public int Peek() => Failed || AtEnd ? -1 : _text.Span[_position];

    /// <summary>Takes the octet if it is next.</summary>
    public bool Take(byte octet)
    {
        if (Peek() != octet)
        {
            return false;
        }

        _position++;
        return true;
    }

    /// <summary>Demands an octet.</summary>
    public ImapDecoder Expect(byte octet) => Take(octet) || Failed ? this : Fail($"'{(char)octet}' expected");

    /// <summary>Demands one space.</summary>
    public ImapDecoder Space() => Take((byte)' ') || Failed ? this : Fail(AtEnd ? "Argument missing" : "Space expected");

    /// <summary>Demands the end.</summary>
    public ImapDecoder End() => AtEnd || Failed ? this : Fail("Unexpected characters at the end");

    /// <summary>Demands <c>(</c>; nesting is bounded.</summary>
    public ImapDecoder Open()
    {
        if (!Failed && !TryOpen())
        {
            Fail("'(' expected");
        }

        return this;
    }

    /// <summary>Takes <c>(</c> if it is next; nesting is bounded.</summary>
    public bool TryOpen()
    {
        if (!Take((byte)'('))
        {
            return false;
        }

        if (++_depth > MaxNesting)
        {
            Fail("Nested too deeply");
            return false;
        }

        return true;
    }

    /// <summary>Demands <c>)</c>.</summary>
    public ImapDecoder Close()
    {
        if (!Failed && !TryClose())
        {
            Fail("')' expected");
        }

        return this;
    }

    /// <summary>Takes <c>)</c> if it is next.</summary>
    public bool TryClose()
    {
        if (!Take((byte)')'))
        {
            return false;
        }

        _depth--;
        return true;
    }

    /// <summary>Octets of a class, as many as follow; may be none.</summary>
    public ReadOnlySpan<byte> Run(SearchValues<byte> allowed)
    {
        if (Failed)
        {
            return default;
        }

        var rest = _text.Span[_position..];
        var length = rest.IndexOfAnyExcept(allowed);
        var run = length < 0 ? rest : rest[..length];
        _position += run.Length;
        return run;
    }

    /// <summary>Looks at the octets of a class that follow, without taking them.</summary>
    public ReadOnlySpan<byte> PeekRun(SearchValues<byte> allowed)
    {
        var start = _position;
        var run = Run(allowed);
        _position = start;
        return run;
    }

    /// <summary>Takes a word (see <see cref="ImapCharacters.Word"/>) if it is exactly this one, in any case.</summary>
    public bool TakeWord(ReadOnlySpan<byte> word)
    {
        if (Failed || !Ascii.EqualsIgnoreCase(PeekRun(ImapCharacters.Word), word))
        {
            return false;
        }

        _position += word.Length;
        return true;
    }

    /// <summary>Demands a word.</summary>
    public ImapDecoder Word(out ReadOnlySpan<byte> word) => Demand(ImapCharacters.Word, "Name expected", out word);

    /// <summary>Demands an atom.</summary>
    public ImapDecoder Atom(out ReadOnlySpan<byte> atom) => Demand(ImapCharacters.Atom, "Atom expected", out atom);

    /// <summary>Demands an atom.</summary>
    public ImapDecoder Atom(out string atom)
    {
        Atom(out ReadOnlySpan<byte> octets);
        atom = Encoding.ASCII.GetString(octets);
        return this;
    }

    /// <summary>Demands a number of 32 bits.</summary>
    public ImapDecoder Number(out uint number)
    {
        Number64(out var value);
        if (value > uint.MaxValue)
        {
            Fail("Number too large");
        }

        number = (uint)value;
        return this;
    }

    /// <summary>Demands a number of 32 bits above 0.</summary>
    public ImapDecoder NonZero(out uint number)
    {
        Number(out number);
        return number == 0 && !Failed ? Fail("Number above 0 expected") : this;
    }

    /// <summary>Demands a number of 63 bits (mod-sequences, sizes). RFC 9051 §9 number64.</summary>
    public ImapDecoder Number64(out ulong number)
    {
        var digits = Run(ImapCharacters.Digits);
        number = 0;
        if (!Failed && (!Utf8Parser.TryParse(digits, out number, out var used) || used != digits.Length || number > long.MaxValue))
        {
            number = 0;
            Fail(digits.IsEmpty ? "Number expected" : "Number too large");
        }

        return this;
    }

    /// <summary>Demands an astring: atom, quoted string or literal.</summary>
    public ImapDecoder AString(out ReadOnlyMemory<byte> octets)
    {
        if (Peek() is '"' or '{')
        {
            return String(out octets);
        }

        var start = _position;
        Demand(ImapCharacters.AString, AtEnd ? "Argument missing" : "String expected", out var run);
        octets = _text.Slice(start, run.Length);
        return this;
    }

    /// <summary>Demands an astring and reads it as UTF-8.</summary>
    public ImapDecoder AString(out string text)
    {
        AString(out ReadOnlyMemory<byte> octets);
        text = Utf8Text(octets.Span);
        return this;
    }

    /// <summary>Demands a string: quoted or literal.</summary>
    public ImapDecoder String(out ReadOnlyMemory<byte> octets)
    {
        octets = default;
        switch (Peek())
        {
            case '"':
                Quoted(out octets);
                break;
            case '{':
                Literal(out octets);
                break;
            default:
                Fail("String expected");
                break;
        }

        return this;
    }

    /// <summary>Demands a string and reads it as UTF-8.</summary>
    public ImapDecoder String(out string text)
    {
        String(out ReadOnlyMemory<byte> octets);
        text = Utf8Text(octets.Span);
        return this;
    }

    /// <summary>Demands a string or NIL.</summary>
    public ImapDecoder NString(out string? text)
    {
        if (TakeWord("NIL"u8))
        {
            text = null;
            return this;
        }

        String(out string value);
        text = value;
        return this;
    }

    private ImapDecoder Demand(SearchValues<byte> allowed, string error, out ReadOnlySpan<byte> run)
    {
        run = Run(allowed);
        return run.IsEmpty ? Fail(error) : this;
    }

    private void Quoted(out ReadOnlyMemory<byte> octets)
    {
        octets = default;
        var start = ++_position;
        var rest = _text.Span[start..];
        var end = rest.IndexOfAny((byte)'"', (byte)'\\');
        if (end >= 0 && rest[end] == (byte)'"' && rest[..end].IndexOfAny((byte)0, (byte)'\r', (byte)'\n') < 0)
        {
            octets = _text.Slice(start, end);
            _position = start + end + 1;
            return;
        }

        var unescaped = new byte[rest.Length];
        var length = 0;
        for (var i = 0; i < rest.Length; i++)
        {
            var octet = rest[i];
            switch (octet)
            {
                case (byte)'"':
                    octets = unescaped.AsMemory(0, length);
                    _position = start + i + 1;
                    return;
                // RFC 9051 §9: only the quote and the backslash are escaped.
                case (byte)'\\' when i + 1 < rest.Length && rest[i + 1] is (byte)'"' or (byte)'\\':
                    unescaped[length++] = rest[++i];
                    break;
                case (byte)'\\' or (byte)'\r' or (byte)'\n' or 0:
                    Fail("Bad character in a quoted string");
                    return;
                default:
                    unescaped[length++] = octet;
                    break;
            }
        }

        Fail("Quoted string does not end");
    }

    private void Literal(out ReadOnlyMemory<byte> octets)
    {
        octets = default;
        var rest = _text.Span[_position..];
        var end = rest.IndexOf((byte)'}');
        if (end < 0 || !ImapLiteral.TryParse(rest[..(end + 1)], out var literal) || literal.IsBinary
            || !rest[(end + 1)..].StartsWith("\r\n"u8) || rest.Length - end - 3 < literal.Length)
        {
            Fail("Bad literal");
            return;
        }

        octets = _text.Slice(_position + end + 3, (int)literal.Length);
        _position += end + 3 + (int)literal.Length;
        if (octets.Span.Contains((byte)0))
        {
            // RFC 9051 §4.3: NUL only in literal8.
            Fail("NUL in a literal");
        }
    }

    private string Utf8Text(ReadOnlySpan<byte> octets)
    {
        try
        {
            return StrictUtf8.GetString(octets);
        }
        catch (DecoderFallbackException)
        {
            Fail("Not UTF-8");
            return string.Empty;
        }
    }
}
