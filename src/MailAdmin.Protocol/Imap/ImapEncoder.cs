using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;

namespace MailAdmin.Protocol.Imap;

/// <summary>
/// Writes responses straight into an output's buffer; allocates nothing. Lives within one synchronous stretch: make it, write, <see cref="Commit"/>,
/// then await. Pass it on by <c>ref</c> only.
/// </summary>
/// <param name="output">A PipeWriter, or any buffer writer.</param>
public ref struct ImapEncoder(IBufferWriter<byte> output)
{
    private const int BlockOctets = 512;

    private static ReadOnlySpan<byte> Months => "JanFebMarAprMayJunJulAugSepOctNovDec"u8;

    private Span<byte> _span;
    private int _used;

    /// <summary>Hands what was written to the output (without flushing it).</summary>
    public void Commit()
    {
        if (_used > 0)
        {
            output.Advance(_used);
        }

        _used = 0;
        _span = default;
    }

    /// <summary>Room for at least so many octets, for callers that format themselves; then <see cref="Advance"/>.</summary>
    public Span<byte> Room(int octets)
    {
        if (_span.Length - _used < octets)
        {
            if (_used > 0)
            {
                output.Advance(_used);
            }

            _span = output.GetSpan(Math.Max(octets, BlockOctets));
            _used = 0;
        }

        return _span[_used..];
    }

    /// <summary>Counts octets written into <see cref="Room"/>.</summary>
    public void Advance(int octets) => _used += octets;

    /// <summary>Octets as they are.</summary>
    public void Raw(scoped ReadOnlySpan<byte> octets)
    {
        if (octets.Length <= BlockOctets)
        {
            octets.CopyTo(Room(octets.Length));
            _used += octets.Length;
            return;
        }

        Commit();
        output.Write(octets);
    }

    /// <summary>One octet.</summary>
    public void Octet(byte octet)
    {
        Room(1)[0] = octet;
        _used++;
    }

    /// <summary>SP</summary>
    public void Space() => Octet((byte)' ');
    /// <summary><c>(</c></summary>
    public void Open() => Octet((byte)'(');
    /// <summary><c>)</c></summary>
    public void Close() => Octet((byte)')');
    /// <summary>NIL</summary>
    public void Nil() => Raw("NIL"u8);
    /// <summary>CRLF</summary>
    public void Crlf() => Raw("\r\n"u8);

    /// <summary>A number.</summary>
    public void Number(ulong number)
    {
        Utf8Formatter.TryFormat(number, Room(20), out var written);
        _used += written;
    }

    /// <summary>A number.</summary>
    public void Number(uint number)
    {
        Utf8Formatter.TryFormat(number, Room(10), out var written);
        _used += written;
    }

    /// <summary>A number that is not negative.</summary>
    public void Number(long number) => Number((ulong)number);

    /// <summary>A number that is not negative.</summary>
    public void Number(int number) => Number((uint)number);

    /// <summary><c>first:last</c>, or one number where they are the same.</summary>
    public void Range(uint first, uint last)
    {
        Number(first);
        if (last != first)
        {
            Octet((byte)':');
            Number(last);
        }
    }

    /// <summary>ASCII text as it is: atoms, response texts of our own.</summary>
    public void Text(string ascii)
    {
        if (ascii.Length <= BlockOctets)
        {
            // Room may begin a new span and set _used back: it comes first, never within the addition.
            var room = Room(ascii.Length * 3);
            _used += Encoding.UTF8.GetBytes(ascii, room);
            return;
        }

        Raw(Encoding.UTF8.GetBytes(ascii));
    }

    /// <summary>A string in the shortest form it can have: quoted, or a literal where an octet forbids quotes.</summary>
    public void String(scoped ReadOnlySpan<byte> octets)
    {
        if (octets.Length > 1024 || octets.IndexOfAnyExcept(ImapCharacters.QuotedPlain) is >= 0 and var at && !Escapable(octets[at..]))
        {
            Literal(octets);
            return;
        }

        Quoted(octets);
    }

    /// <summary>A string; non-ASCII text becomes a literal of UTF-8, or with <paramref name="utf8"/> a quoted string (RFC 9051 §4.3).</summary>
    public void String(string text, bool utf8 = false)
    {
        var octets = Encoding.UTF8.GetBytes(text);
        if (utf8 && octets.AsSpan().IndexOfAny((byte)0, (byte)'\r', (byte)'\n') < 0)
        {
            Quoted(octets);
            return;
        }

        String(octets);
    }

    /// <summary>A string or NIL.</summary>
    public void NString(string? text, bool utf8 = false)
    {
        if (text is null)
        {
            Nil();
            return;
        }

        String(text, utf8);
    }

    /// <summary>A quoted string; the octets must not be CR, LF or NUL.</summary>
    public void Quoted(scoped ReadOnlySpan<byte> octets)
    {
        Octet((byte)'"');
        while (octets.IndexOfAny((byte)'"', (byte)'\\') is >= 0 and var at)
        {
            Raw(octets[..at]);
            Octet((byte)'\\');
            Octet(octets[at]);
            octets = octets[(at + 1)..];
        }

        Raw(octets);
        Octet((byte)'"');
    }

    /// <summary>A literal, whole.</summary>
    public void Literal(scoped ReadOnlySpan<byte> octets)
    {
        LiteralHeader(octets.Length);
        Raw(octets);
    }

    /// <summary><c>{n}</c> CRLF; the caller writes the n octets next.</summary>
    public void LiteralHeader(long octets)
    {
        Octet((byte)'{');
        Number(octets);
        Raw("}\r\n"u8);
    }

    /// <summary><c>~{n}</c> CRLF (RFC 3516); the caller writes the n octets next.</summary>
    public void BinaryLiteralHeader(long octets)
    {
        Octet((byte)'~');
        LiteralHeader(octets);
    }

    /// <summary>A mailbox name: an atom where it can be, else a string; modified UTF-7 unless <paramref name="utf8"/>.</summary>
    public void Mailbox(string name, bool utf8)
    {
        var octets = utf8 ? Encoding.UTF8.GetBytes(name) : ModifiedUtf7.Encode(name);
        if (octets.Length > 0 && octets.AsSpan().IndexOfAnyExcept(ImapCharacters.Atom) < 0 && !Ascii.EqualsIgnoreCase(octets, "NIL"u8))
        {
            Raw(octets);
            return;
        }

        // Names hold no control characters, so quotes always do.
        Quoted(octets);
    }

    /// <summary>date-time in quotes, in the offset it has: <c>" 1-Feb-2026 10:11:12 +0100"</c>.</summary>
    public void DateTime(DateTimeOffset value)
    {
        var room = Room(28);
        room[0] = (byte)'"';
        room[1] = value.Day < 10 ? (byte)' ' : (byte)('0' + value.Day / 10);
        room[2] = (byte)('0' + value.Day % 10);
        room[3] = (byte)'-';
        Months.Slice((value.Month - 1) * 3, 3).CopyTo(room[4..]);
        room[7] = (byte)'-';
        Two(room[8..], value.Year / 100);
        Two(room[10..], value.Year % 100);
        room[12] = (byte)' ';
        Two(room[13..], value.Hour);
        room[15] = (byte)':';
        Two(room[16..], value.Minute);
        room[18] = (byte)':';
        Two(room[19..], value.Second);
        room[21] = (byte)' ';
        var minutes = (int)value.Offset.TotalMinutes;
        room[22] = minutes < 0 ? (byte)'-' : (byte)'+';
        minutes = Math.Abs(minutes);
        Two(room[23..], minutes / 60);
        Two(room[25..], minutes % 60);
        room[27] = (byte)'"';
        _used += 28;
    }

    private static void Two(Span<byte> room, int number) =>
        BinaryPrimitives.WriteUInt16LittleEndian(room, (ushort)('0' + number / 10 | '0' + number % 10 << 8));

    private static bool Escapable(scoped ReadOnlySpan<byte> octets)
    {
        foreach (var octet in octets)
        {
            if (octet is 0 or (byte)'\r' or (byte)'\n' or > 127)
            {
                return false;
            }
        }

        return true;
    }
}
