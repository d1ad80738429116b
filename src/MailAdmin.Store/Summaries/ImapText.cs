using System.Buffers;
using System.Buffers.Text;

namespace MailAdmin.Store.Summaries;

/// <summary>Strings and numbers as IMAP writes them, for what summaries keep ready to send. RFC 9051 §4.3, §9.</summary>
internal static class ImapText
{
    /// <summary>Above this a string goes as a literal: some clients read quoted strings into small buffers.</summary>
    private const int LongestQuoted = 4000;

    private static readonly SearchValues<byte> NotInQuoted = SearchValues.Create([0, (byte)'\r', (byte)'\n', .. Enumerable.Range(128, 128).Select(i => (byte)i)]);
    private static readonly SearchValues<byte> Escaped = SearchValues.Create("\\\""u8);

    public static void NString(ArrayBufferWriter<byte> to, byte[]? value)
    {
        if (value is null)
        {
            to.Write("NIL"u8);
        }
        else
        {
            String(to, value);
        }
    }

    /// <summary>Quoted where that can hold it, else a literal: 8-bit octets may stand in quoted strings only after ENABLE UTF8=ACCEPT.</summary>
    public static void String(ArrayBufferWriter<byte> to, ReadOnlySpan<byte> value)
    {
        if (value.Length > LongestQuoted || value.ContainsAny(NotInQuoted))
        {
            to.Write("{"u8);
            Number(to, value.Length);
            to.Write("}\r\n"u8);
            to.Write(value);
            return;
        }

        to.Write("\""u8);
        while (value.IndexOfAny(Escaped) is >= 0 and var at)
        {
            to.Write(value[..at]);
            to.Write("\\"u8);
            to.Write(value.Slice(at, 1));
            value = value[(at + 1)..];
        }

        to.Write(value);
        to.Write("\""u8);
    }

    public static void Number(ArrayBufferWriter<byte> to, long value)
    {
        var span = to.GetSpan(20);
        _ = Utf8Formatter.TryFormat(value, span, out var written);
        to.Advance(written);
    }
}
