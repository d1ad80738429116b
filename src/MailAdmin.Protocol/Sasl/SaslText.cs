using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace MailAdmin.Protocol.Sasl;

/// <summary>Text of SASL messages: UTF-8 without NUL, prepared as RFC 4013 demands.</summary>
internal static class SaslText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Decodes UTF-8; false for broken UTF-8 and for NUL.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> octets, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (octets.Contains((byte)0) || !System.Text.Unicode.Utf8.IsValid(octets))
        {
            return false;
        }

        text = Strict.GetString(octets);
        return true;
    }

    /// <summary>
    /// SASLprep of a user name (RFC 4013 §2): spaces of any kind become U+0020, NFKC, and what is prohibited is refused.
    /// </summary>
    public static bool TryPrepareName(string name, [NotNullWhen(true)] out string? prepared)
    {
        prepared = null;
        if (!Ascii.IsValid(name))
        {
            var builder = new StringBuilder(name.Length);
            foreach (var c in name)
            {
                builder.Append(char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.SpaceSeparator ? ' ' : c);
            }

            name = builder.ToString().Normalize(NormalizationForm.FormKC);
        }

        // RFC 4013 §2.3: control, private use and non-character code points.
        foreach (var c in name)
        {
            if (char.IsControl(c) || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.PrivateUse or System.Globalization.UnicodeCategory.OtherNotAssigned)
            {
                return false;
            }
        }

        prepared = name;
        return name.Length > 0;
    }
}
