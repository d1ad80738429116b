using System.Text;

namespace MailAdmin.Protocol.Smtp;

/// <summary>SMTP's commands. RFC 5321 §4.1.1, RFC 3030, RFC 3207, RFC 4954.</summary>
public enum SmtpVerb
{
    Unknown, Helo, Ehlo, Mail, Rcpt, Data, Bdat, Rset, Noop, Vrfy, Expn, Help, Quit, StartTls, Auth,
}

/// <summary>A command line cut into verb and argument.</summary>
public static class SmtpCommandLine
{
    /// <summary>The verb and the rest behind the space; trailing spaces are no part of it (RFC 5321 §4.1.1 asks for tolerance).</summary>
    public static SmtpVerb Parse(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> argument)
    {
        line = line.TrimEnd((byte)' ');
        var space = line.IndexOf((byte)' ');
        var word = space < 0 ? line : line[..space];
        argument = space < 0 ? [] : line[(space + 1)..].TrimStart((byte)' ');
        return word.Length switch
        {
            4 => Four(word),
            8 when Ascii.EqualsIgnoreCase(word, "STARTTLS"u8) => SmtpVerb.StartTls,
            _ => SmtpVerb.Unknown,
        };
    }

    private static SmtpVerb Four(ReadOnlySpan<byte> word) => ((uint)(word[0] & 0xDF) << 24 | (uint)(word[1] & 0xDF) << 16 | (uint)(word[2] & 0xDF) << 8 | (uint)(word[3] & 0xDF)) switch
    {
        0x48454C4F => Check(word, "HELO"u8, SmtpVerb.Helo),
        0x45484C4F => Check(word, "EHLO"u8, SmtpVerb.Ehlo),
        0x4D41494C => Check(word, "MAIL"u8, SmtpVerb.Mail),
        0x52435054 => Check(word, "RCPT"u8, SmtpVerb.Rcpt),
        0x44415441 => Check(word, "DATA"u8, SmtpVerb.Data),
        0x42444154 => Check(word, "BDAT"u8, SmtpVerb.Bdat),
        0x52534554 => Check(word, "RSET"u8, SmtpVerb.Rset),
        0x4E4F4F50 => Check(word, "NOOP"u8, SmtpVerb.Noop),
        0x56524659 => Check(word, "VRFY"u8, SmtpVerb.Vrfy),
        0x4558504E => Check(word, "EXPN"u8, SmtpVerb.Expn),
        0x48454C50 => Check(word, "HELP"u8, SmtpVerb.Help),
        0x51554954 => Check(word, "QUIT"u8, SmtpVerb.Quit),
        0x41555448 => Check(word, "AUTH"u8, SmtpVerb.Auth),
        _ => SmtpVerb.Unknown,
    };

    // Masking with 0xDF maps some octets that are no letters onto letters; the comparison settles it.
    private static SmtpVerb Check(ReadOnlySpan<byte> word, ReadOnlySpan<byte> name, SmtpVerb verb) =>
        Ascii.EqualsIgnoreCase(word, name) ? verb : SmtpVerb.Unknown;
}
