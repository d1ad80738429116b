using System.Text;

namespace MailAdmin.Store.Summaries;

/// <summary>A MIME field of the form value *(";" attribute "=" value): Content-Type, Content-Disposition. RFC 2045 §5.1, RFC 2183, RFC 2231.</summary>
internal sealed class MimeParameters
{
    /// <summary>What stands before the first parameter, without comments and white space.</summary>
    public byte[] Value { get; private init; } = [];
    /// <summary>Parameters in the order they came, continuations joined (RFC 2231 §6 asks IMAP servers for that).</summary>
    public List<(string Name, byte[] Value)> Parameters { get; } = [];

    public byte[]? this[string name]
    {
        get
        {
            foreach (var (n, value) in Parameters)
            {
                if (n.Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return value;
                }
            }

            return null;
        }
    }

    /// <summary>A parameter as text: plain, or with charset and percent encoding (name*), or, as many mailers have it, with encoded words.</summary>
    public string? GetText(string name)
    {
        if (this[name + "*"] is { } extended)
        {
            return DecodeExtended(extended);
        }

        return this[name] is { } plain ? HeaderText.Decode(plain) : null;
    }

    public static MimeParameters Parse(ReadOnlySpan<byte> unfolded)
    {
        var at = 0;
        var result = new MimeParameters { Value = ReadMainValue(unfolded, ref at) };
        List<(string Base, int Index, bool Extended, byte[] Value)>? pieces = null;
        // Those without a name or a value count as well.
        for (var count = 0; at < unfolded.Length && count < SummaryLimits.Parameters; count++)
        {
            at++;
            var name = ReadName(unfolded, ref at);
            if (at >= unfolded.Length || unfolded[at] != '=')
            {
                SkipToSemicolon(unfolded, ref at);
                continue;
            }

            at++;
            var parameter = ReadValue(unfolded, ref at);
            SkipToSemicolon(unfolded, ref at);
            if (name.Length == 0)
            {
                continue;
            }

            if (IsPiece(name, out var stem, out var index, out var extended))
            {
                (pieces ??= []).Add((stem, index, extended, parameter));
            }
            else
            {
                result.Parameters.Add((name, parameter));
            }
        }

        if (pieces is not null)
        {
            result.Join(pieces);
        }

        return result;
    }

    /// <summary>name*0, name*0*, name*1 … are pieces; name* alone is a whole value.</summary>
    private static bool IsPiece(string name, out string stem, out int index, out bool extended)
    {
        extended = name.EndsWith('*');
        var body = extended ? name[..^1] : name;
        var star = body.LastIndexOf('*');
        stem = star > 0 ? body[..star] : body;
        index = 0;
        return star > 0 && int.TryParse(body.AsSpan(star + 1), System.Globalization.NumberStyles.None, null, out index);
    }

    private void Join(List<(string Base, int Index, bool Extended, byte[] Value)> pieces)
    {
        foreach (var group in pieces.GroupBy(p => p.Base, StringComparer.OrdinalIgnoreCase))
        {
            var ordered = group.OrderBy(p => p.Index).ToList();
            var extended = ordered.Exists(p => p.Extended);
            using var joined = new MemoryStream();
            if (extended && !ordered[0].Extended)
            {
                joined.Write("''"u8);
            }

            foreach (var piece in ordered)
            {
                if (!extended || piece.Extended)
                {
                    joined.Write(piece.Value);
                    continue;
                }

                // A plain piece among encoded ones: its percent signs mean themselves.
                foreach (var octet in piece.Value)
                {
                    if (octet == '%')
                    {
                        joined.Write("%25"u8);
                    }
                    else
                    {
                        joined.WriteByte(octet);
                    }
                }
            }

            Parameters.Add((extended ? group.Key + "*" : group.Key, joined.ToArray()));
        }
    }

    private static string DecodeExtended(byte[] value)
    {
        var text = Encoding.Latin1.GetString(value);
        var first = text.IndexOf('\'', StringComparison.Ordinal);
        var second = first < 0 ? -1 : text.IndexOf('\'', first + 1);
        var charset = second < 0 ? null : text[..first];
        var body = text[(second + 1)..];
        var octets = new List<byte>(body.Length);
        for (var i = 0; i < body.Length; i++)
        {
            if (body[i] == '%' && i + 2 < body.Length && byte.TryParse(body.AsSpan(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var octet))
            {
                octets.Add(octet);
                i += 2;
            }
            else
            {
                octets.Add((byte)body[i]);
            }
        }

        var decoded = octets.ToArray();
        return TextDecoding.Find(charset)?.GetString(decoded) ?? TextDecoding.Utf8OrLatin1(decoded);
    }

    /// <summary>What stands before the first semicolon outside quotes and comments, without comments, quoted strings and white space.</summary>
    private static byte[] ReadMainValue(ReadOnlySpan<byte> text, ref int at)
    {
        Span<byte> kept = stackalloc byte[SummaryLimits.MainValueOctets];
        var length = 0;
        PassQuote(text, ref at);
        while (at < text.Length && text[at] != ';')
        {
            if (TrySkip(text, ref at))
            {
                continue;
            }

            if (text[at] is not ((byte)' ' or (byte)'\t') && length < kept.Length)
            {
                kept[length++] = text[at];
            }

            at++;
        }

        return kept[..length].ToArray();
    }

    private static void SkipToSemicolon(ReadOnlySpan<byte> text, ref int at)
    {
        PassQuote(text, ref at);
        while (at < text.Length && text[at] != ';')
        {
            if (!TrySkip(text, ref at))
            {
                at++;
            }
        }
    }

    /// <summary>Passes a quote that begins no string: before a value, or one too many behind it, as some mailers have it.</summary>
    private static void PassQuote(ReadOnlySpan<byte> text, ref int at)
    {
        if (at < text.Length && text[at] == '"')
        {
            at++;
        }
    }

    /// <summary>Passes a comment or a quoted string, where one begins here.</summary>
    private static bool TrySkip(ReadOnlySpan<byte> text, ref int at)
    {
        switch (text[at])
        {
            case (byte)'(':
                SkipComment(text, ref at);
                return true;
            case (byte)'"':
                SkipQuoted(text, ref at);
                return true;
            default:
                return false;
        }
    }

    private static string ReadName(ReadOnlySpan<byte> text, ref int at)
    {
        SkipSpace(text, ref at);
        var start = at;
        while (at < text.Length && text[at] is not ((byte)'=' or (byte)';' or (byte)' ' or (byte)'\t' or (byte)'('))
        {
            at++;
        }

        var name = Encoding.Latin1.GetString(text[start..at]);
        SkipSpace(text, ref at);
        return name;
    }

    private static byte[] ReadValue(ReadOnlySpan<byte> text, ref int at)
    {
        SkipSpace(text, ref at);
        if (at < text.Length && text[at] == '"')
        {
            return ReadQuoted(text, ref at);
        }

        // Many mailers forget the quotes around a file name with spaces: the value goes on to the semicolon.
        var start = at;
        while (at < text.Length && text[at] is not ((byte)';' or (byte)'('))
        {
            at++;
        }

        return text[start..at].TrimEnd(" \t"u8).ToArray();
    }

    private static byte[] ReadQuoted(ReadOnlySpan<byte> text, ref int at)
    {
        var start = at + 1;
        var end = SkipQuoted(text, ref at);
        var quoted = text[start..end].ToArray();
        var length = 0;
        for (var i = 0; i < quoted.Length; i++)
        {
            if (quoted[i] == '\\' && i + 1 < quoted.Length)
            {
                i++;
            }

            quoted[length++] = quoted[i];
        }

        return length == quoted.Length ? quoted : quoted[..length];
    }

    /// <summary>Passes a quoted string; returns where its closing quote stands, or should. RFC 2045 §5.1, RFC 5322 §3.2.4.</summary>
    internal static int SkipQuoted(ReadOnlySpan<byte> text, ref int at)
    {
        at++;
        while (at < text.Length && text[at] != '"')
        {
            at += text[at] == '\\' ? 2 : 1;
        }

        var end = Math.Min(at, text.Length);
        at = Math.Min(at + 1, text.Length);
        return end;
    }

    private static void SkipSpace(ReadOnlySpan<byte> text, ref int at)
    {
        while (at < text.Length)
        {
            if (text[at] is (byte)' ' or (byte)'\t')
            {
                at++;
            }
            else if (text[at] == '(')
            {
                SkipComment(text, ref at);
            }
            else
            {
                return;
            }
        }
    }

    internal static void SkipComment(ReadOnlySpan<byte> text, ref int at)
    {
        var depth = 0;
        for (; at < text.Length; at++)
        {
            switch (text[at])
            {
                case (byte)'\\': at++; break;
                case (byte)'(': depth++; break;
                case (byte)')' when --depth == 0: at++; return;
            }
        }

        at = text.Length;
    }
}
