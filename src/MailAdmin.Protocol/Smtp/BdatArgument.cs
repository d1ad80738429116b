using System.Buffers.Text;
using System.Text;

namespace MailAdmin.Protocol.Smtp;

/// <summary>Argument of BDAT: <c>chunk-size [ SP "LAST" ]</c>. RFC 3030 §2.</summary>
public static class BdatArgument
{
    /// <summary>Reads it; false where it is not one, and then nobody can know where the next command begins.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long size, out bool last)
    {
        last = false;
        if (text.IsEmpty || !char.IsAsciiDigit((char)text[0]) || !Utf8Parser.TryParse(text, out size, out var used) || size < 0)
        {
            size = 0;
            return false;
        }

        var rest = text[used..];
        if (rest.IsEmpty)
        {
            return true;
        }

        last = rest[0] == ' ' && Ascii.EqualsIgnoreCase(rest.Trim((byte)' '), "LAST"u8);
        return last;
    }
}
