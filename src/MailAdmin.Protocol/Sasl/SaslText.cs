using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace MailAdmin.Protocol.Sasl;

/// <summary>Text of SASL messages: UTF-8 without NUL. Who checks a name or a password prepares it first (RFC 4013).</summary>
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
}
