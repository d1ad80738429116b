using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Unicode;

namespace MailAdmin.Protocol.Smtp;

/// <summary>A reverse-path or forward-path. RFC 5321 §4.1.2, with UTF-8 where RFC 6531 §3.3 allows it.</summary>
/// <param name="Mailbox"><c>local@domain</c> as written, without the source route; empty for <c>&lt;&gt;</c>; <c>postmaster</c> may stand without a domain.</param>
/// <param name="Domain">The domain or address literal as written; empty where there is none.</param>
/// <param name="HasUtf8">Something in it is not ASCII, so that SMTPUTF8 is needed.</param>
public readonly record struct SmtpPath(string Mailbox, string Domain, bool HasUtf8)
{
    /// <summary>Longest path, octets with its brackets. RFC 5321 §4.5.3.1.3.</summary>
    public const int MaxOctets = 256;
    /// <summary>RFC 5321 §4.5.3.1.1.</summary>
    public const int MaxLocalPartOctets = 64;
    /// <summary>RFC 5321 §4.5.3.1.2.</summary>
    public const int MaxDomainOctets = 255;

    /// <summary>The null reverse-path.</summary>
    public bool IsNull => Mailbox.Length == 0;

    /// <summary>
    /// Reads a path at the front of <paramref name="text"/> and leaves what follows in <paramref name="rest"/>. False where it is not one.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out SmtpPath path, out ReadOnlySpan<byte> rest)
    {
        path = default;
        rest = default;
        if (text.IsEmpty || text[0] != '<')
        {
            return false;
        }

        var at = 1;
        if (at < text.Length && text[at] == '>')
        {
            path = new SmtpPath(string.Empty, string.Empty, false);
            rest = text[2..];
            return true;
        }

        // A source route is read and ignored. RFC 5321 §4.1.1.3, appendix C.
        if (at < text.Length && text[at] == '@' && !TrySkipRoute(text, ref at))
        {
            return false;
        }

        var start = at;
        if (!TrySkipLocalPart(text, ref at) || at - start > MaxLocalPartOctets)
        {
            return false;
        }

        var domain = ReadOnlySpan<byte>.Empty;
        if (at < text.Length && text[at] == '@')
        {
            var domainStart = ++at;
            if (!TrySkipDomain(text, ref at))
            {
                return false;
            }

            domain = text[domainStart..at];
        }

        if (at >= text.Length || text[at] != '>' || at + 1 > MaxOctets + 64)
        {
            return false;
        }

        var mailbox = text[start..at];
        if (domain.IsEmpty && !Ascii.EqualsIgnoreCase(mailbox, "postmaster"u8))
        {
            return false;
        }

        if (!Utf8.IsValid(mailbox))
        {
            return false;
        }

        rest = text[(at + 1)..];
        path = new SmtpPath(Encoding.UTF8.GetString(mailbox), Encoding.UTF8.GetString(domain), !Ascii.IsValid(mailbox));
        return true;
    }

    /// <summary>
    /// True for what EHLO and HELO may say. RFC 5321 §4.1.4 forbids to refuse mail for a name that is not a domain, so that only what could not stand in
    /// a trace field is refused: spaces, controls, the characters that mean something there, and what is not ASCII (RFC 6531 §3.7.1: A-labels).
    /// </summary>
    public static bool IsGreetingName(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text.Length > MaxDomainOctets)
        {
            return false;
        }

        foreach (var c in text)
        {
            if (c is <= 32 or >= 127 || "()<>\"\\,;@"u8.Contains(c))
            {
                return false;
            }
        }

        return true;
    }

    // A-d-l ":" with A-d-l = At-domain *( "," At-domain )
    private static bool TrySkipRoute(ReadOnlySpan<byte> text, ref int at)
    {
        while (at < text.Length && text[at] == '@')
        {
            at++;
            if (!TrySkipDomain(text, ref at) || at >= text.Length)
            {
                return false;
            }

            if (text[at] == ':')
            {
                at++;
                return true;
            }

            if (text[at++] != ',')
            {
                return false;
            }
        }

        return false;
    }

    private static bool TrySkipLocalPart(ReadOnlySpan<byte> text, ref int at)
    {
        var start = at;
        if (at < text.Length && text[at] == '"')
        {
            // Quoted-string: qtextSMTP or a backslash and a printable character.
            for (at++; at < text.Length; at++)
            {
                var c = text[at];
                if (c == '"')
                {
                    at++;
                    return at - start > 2;
                }

                if (c == '\\' && ++at >= text.Length)
                {
                    return false;
                }

                if (text[at] is < 32 or 127)
                {
                    return false;
                }
            }

            return false;
        }

        // Dot-string: atoms with single dots between them.
        while (at < text.Length && (IsAtext(text[at]) || text[at] == '.'))
        {
            if (text[at] == '.' && (at == start || text[at - 1] == '.'))
            {
                return false;
            }

            at++;
        }

        return at > start && text[at - 1] != '.';
    }

    private static bool TrySkipDomain(ReadOnlySpan<byte> text, ref int at)
    {
        var start = at;
        if (at < text.Length && text[at] == '[')
        {
            var length = text[at..].IndexOf((byte)']');
            if (length < 2 || length > 64)
            {
                return false;
            }

            var literal = text[(at + 1)..(at + length)];
            at += length + 1;
            return IsAddressLiteral(literal);
        }

        var labelStart = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit((char)text[at]) || text[at] is (byte)'-' or (byte)'_' or (byte)'.' or >= 128))
        {
            if (text[at] == '.')
            {
                if (at == labelStart || at - labelStart > 63)
                {
                    return false;
                }

                labelStart = at + 1;
            }

            at++;
        }

        // A trailing dot is in the field; more than one is not a domain.
        return at > start && text[start] != '-' && at - labelStart <= 63 && at - start <= MaxDomainOctets && !(at - start == 1 && text[start] == '.');
    }

    private static bool IsAddressLiteral(ReadOnlySpan<byte> literal)
    {
        if (!Ascii.IsValid(literal))
        {
            return false;
        }

        var isV6 = literal.Length > 5 && Ascii.EqualsIgnoreCase(literal[..5], "IPv6:"u8);
        var text = Encoding.ASCII.GetString(isV6 ? literal[5..] : literal);
        return IPAddress.TryParse(text, out var address) && address.AddressFamily == (isV6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork)
            && !text.Contains('%', StringComparison.Ordinal) && (isV6 || text.Count(c => c == '.') == 3);
    }

    private static bool IsAtext(byte c) => char.IsAsciiLetterOrDigit((char)c) || c >= 128 || "!#$%&'*+-/=?^_`{|}~"u8.Contains(c);
}
