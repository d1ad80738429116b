using System.Text;
using System.Text.Unicode;

namespace MailAdmin.Protocol.Smtp;

/// <summary>A parameter of MAIL or RCPT: keyword in capitals, value or null. RFC 5321 §4.1.2.</summary>
public readonly record struct SmtpParameter(string Keyword, string? Value);

/// <summary>Parameters of MAIL and RCPT.</summary>
public static class SmtpParameters
{
    /// <summary>More on one command are not sent by anybody.</summary>
    public const int Max = 32;

    /// <summary>Reads <c>*( SP keyword [ "=" value ] )</c>. False where it is not that, or a keyword comes twice.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out IReadOnlyList<SmtpParameter> parameters)
    {
        parameters = [];
        if (text.IsEmpty)
        {
            return true;
        }

        if (text[0] != ' ')
        {
            return false;
        }

        var list = new List<SmtpParameter>(4);
        foreach (var range in text.Split((byte)' '))
        {
            var item = text[range];
            if (item.IsEmpty)
            {
                continue;
            }

            var equals = item.IndexOf((byte)'=');
            var keyword = equals < 0 ? item : item[..equals];
            if (list.Count == Max || !IsKeyword(keyword))
            {
                return false;
            }

            string? value = null;
            if (equals >= 0)
            {
                var octets = item[(equals + 1)..];
                if (octets.IsEmpty || octets.Contains((byte)'=') && !Ascii.EqualsIgnoreCase(keyword, "AUTH"u8) || octets.IndexOfAnyInRange((byte)0, (byte)31) >= 0
                    || octets.Contains((byte)127) || !Utf8.IsValid(octets))
                {
                    return false;
                }

                value = Encoding.UTF8.GetString(octets);
            }

            var name = Encoding.ASCII.GetString(keyword).ToUpperInvariant();
            if (list.Exists(p => p.Keyword == name))
            {
                return false;
            }

            list.Add(new SmtpParameter(name, value));
        }

        parameters = list;
        return true;
    }

    /// <summary>True for xtext: printable, "+" followed by two capital hexadecimal digits. RFC 3461 §4.</summary>
    public static bool IsXtext(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is < '!' or > '~' or '=')
            {
                return false;
            }

            if (text[i] == '+')
            {
                if (i + 2 >= text.Length || !char.IsAsciiHexDigitUpper(text[i + 1]) || !char.IsAsciiHexDigitUpper(text[i + 2]))
                {
                    return false;
                }

                i += 2;
            }
        }

        return true;
    }

    // esmtp-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-")
    private static bool IsKeyword(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text[0] == '-')
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit((char)c) && c != '-')
            {
                return false;
            }
        }

        return true;
    }
}
