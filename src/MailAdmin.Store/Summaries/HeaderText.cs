using System.Text;
using MimeKit;
using MimeKit.Utils;

namespace MailAdmin.Store.Summaries;

/// <summary>Octets of header fields as text: encoded words (RFC 2047), UTF-8 (RFC 6532), and what old mailers left as 8-bit.</summary>
public static class HeaderText
{
    /// <summary>Decodes an unfolded value. Plain ASCII without encoded words, the common case, is copied.</summary>
    public static string Decode(ReadOnlySpan<byte> value)
    {
        if (Ascii.IsValid(value))
        {
            return value.IndexOf("=?"u8) < 0 ? Encoding.ASCII.GetString(value) : Rfc2047.DecodeText(Options, value.ToArray());
        }

        // With both 8-bit and encoded words the latter are decoded and the former read as UTF-8, else as Latin-1.
        return value.IndexOf("=?"u8) < 0 ? TextDecoding.Utf8OrLatin1(value) : Rfc2047.DecodeText(Options, value.ToArray());
    }

    private static readonly ParserOptions Options = new();
}
