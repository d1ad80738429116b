using System.Buffers.Text;

namespace MailAdmin.Protocol.Imap;

/// <summary>The announcement of a literal: <c>{n}</c>, <c>{n+}</c> (RFC 7888), <c>~{n}</c> (RFC 3516).</summary>
/// <param name="Length">Octets announced.</param>
/// <param name="IsSynchronizing">The client waits for <c>+</c> before it sends.</param>
/// <param name="IsBinary">literal8: may hold NUL.</param>
public readonly record struct ImapLiteral(long Length, bool IsSynchronizing, bool IsBinary)
{
    /// <summary>Longest announcement: <c>~{</c>, 19 digits, <c>+}</c>.</summary>
    public const int MaxOctets = 23;

    /// <summary>Reads an announcement that is the whole of <paramref name="text"/>. A number too large is read as the largest.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out ImapLiteral literal)
    {
        literal = default;
        var binary = text.Length > 0 && text[0] == (byte)'~';
        if (binary)
        {
            text = text[1..];
        }

        if (text.Length < 3 || text[0] != (byte)'{' || text[^1] != (byte)'}')
        {
            return false;
        }

        var digits = text[1..^1];
        var synchronizing = digits[^1] != (byte)'+';
        if (!synchronizing)
        {
            digits = digits[..^1];
        }

        if (digits.IsEmpty || digits.IndexOfAnyExcept(ImapCharacters.Digits) >= 0)
        {
            return false;
        }

        if (!Utf8Parser.TryParse(digits, out long length, out var used) || used != digits.Length)
        {
            length = long.MaxValue;
        }

        literal = new ImapLiteral(length, synchronizing, binary);
        return true;
    }

    /// <summary>Finds the announcement that a line ends with, CRLF not included.</summary>
    public static bool TryFindAtEnd(ReadOnlySpan<byte> line, out ImapLiteral literal, out int start)
    {
        literal = default;
        start = line.Length;
        if (line.Length < 3 || line[^1] != (byte)'}')
        {
            return false;
        }

        start = line.LastIndexOf((byte)'{');
        if (start < 0)
        {
            return false;
        }

        if (start > 0 && line[start - 1] == (byte)'~')
        {
            start--;
        }

        return TryParse(line[start..], out literal);
    }
}
