using System.Buffers;

namespace MailAdmin.Protocol.Imap;

/// <summary>The character classes of RFC 9051 §9.</summary>
public static class ImapCharacters
{
    private const string AtomText =
        "!#$&'+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[^_`abcdefghijklmnopqrstuvwxyz|}~";

    /// <summary>ATOM-CHAR.</summary>
    public static readonly SearchValues<byte> Atom = SearchValues.Create(Bytes(AtomText));
    /// <summary>ASTRING-CHAR: atom characters and <c>]</c>.</summary>
    public static readonly SearchValues<byte> AString = SearchValues.Create(Bytes(AtomText + "]"));
    /// <summary>list-char: astring characters and the wildcards.</summary>
    public static readonly SearchValues<byte> ListMailbox = SearchValues.Create(Bytes(AtomText + "]%*"));
    /// <summary>Characters of a tag: astring characters but <c>+</c>.</summary>
    public static readonly SearchValues<byte> Tag = SearchValues.Create(Bytes(AtomText.Replace("+", "", StringComparison.Ordinal) + "]"));
    /// <summary>Names of commands, items and keys: letters, digits, <c>.</c>, <c>-</c> and <c>=</c>.</summary>
    public static readonly SearchValues<byte> Word = SearchValues.Create("-.0123456789=ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);
    /// <summary>Characters of a sequence set with <c>*</c>.</summary>
    public static readonly SearchValues<byte> SequenceSet = SearchValues.Create("*,0123456789:"u8);
    /// <summary>Digits.</summary>
    public static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789"u8);
    /// <summary>What a quoted string holds without an escape: not <c>"</c>, <c>\</c>, CR, LF or NUL, and only 7 bits.</summary>
    public static readonly SearchValues<byte> QuotedPlain =
        SearchValues.Create([.. Enumerable.Range(1, 127).Select(i => (byte)i).Where(b => b is not ((byte)'"' or (byte)'\\' or (byte)'\r' or (byte)'\n'))]);

    private static byte[] Bytes(string text) => System.Text.Encoding.ASCII.GetBytes(text);
}
