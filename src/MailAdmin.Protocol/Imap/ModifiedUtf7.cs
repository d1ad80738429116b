using System.Buffers.Text;
using System.Text;

namespace MailAdmin.Protocol.Imap;

/// <summary>Mailbox names of IMAP4rev1: modified UTF-7. RFC 3501 §5.1.3.</summary>
public static class ModifiedUtf7
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, true);

    /// <summary>Encodes a name.</summary>
    public static byte[] Encode(string name)
    {
        var output = new List<byte>(name.Length + 16);
        var shifted = new List<byte>();
        foreach (var c in name)
        {
            if (c is >= ' ' and <= '~')
            {
                Unshift(output, shifted);
                output.Add((byte)c);
                if (c == '&')
                {
                    output.Add((byte)'-');
                }
            }
            else
            {
                shifted.Add((byte)(c >> 8));
                shifted.Add((byte)c);
            }
        }

        Unshift(output, shifted);
        return [.. output];
    }

    /// <summary>
    /// Decodes a name. Only the one right spelling of a name is taken (no superfluous shifts, no encoded printable ASCII), so that a name comes
    /// back as it went in. Octets above 127, which older clients send raw, are read as UTF-8.
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<byte> octets, out string name)
    {
        name = string.Empty;
        if (!Ascii.IsValid(octets))
        {
            try
            {
                name = StrictUtf8.GetString(octets);
                return true;
            }
            catch (DecoderFallbackException)
            {
                return false;
            }
        }

        if (!octets.Contains((byte)'&'))
        {
            name = Encoding.ASCII.GetString(octets);
            return true;
        }

        var text = new StringBuilder(octets.Length);
        for (var i = 0; i < octets.Length; i++)
        {
            if (octets[i] != (byte)'&')
            {
                text.Append((char)octets[i]);
                continue;
            }

            var length = octets[(i + 1)..].IndexOf((byte)'-');
            if (length < 0 || length > 0 && !Append(text, octets.Slice(i + 1, length)))
            {
                return false;
            }

            if (length == 0)
            {
                text.Append('&');
            }

            i += length + 1;
        }

        var decoded = text.ToString();
        if (!IsWellFormed(decoded) || !octets.SequenceEqual(Encode(decoded)))
        {
            return false;
        }

        name = decoded;
        return true;
    }

    private static void Unshift(List<byte> output, List<byte> shifted)
    {
        if (shifted.Count == 0)
        {
            return;
        }

        output.Add((byte)'&');
        foreach (var c in Convert.ToBase64String([.. shifted]).AsSpan().TrimEnd('='))
        {
            output.Add(c == '/' ? (byte)',' : (byte)c);
        }

        output.Add((byte)'-');
        shifted.Clear();
    }

    private static bool Append(StringBuilder text, ReadOnlySpan<byte> base64)
    {
        var padded = new byte[(base64.Length + 3) / 4 * 4];
        padded.AsSpan().Fill((byte)'=');
        for (var i = 0; i < base64.Length; i++)
        {
            if (base64[i] == (byte)'/' || base64[i] == (byte)'=')
            {
                return false;
            }

            padded[i] = base64[i] == (byte)',' ? (byte)'/' : base64[i];
        }

        var units = new byte[padded.Length];
        if (!Base64.IsValid(padded) || Base64.DecodeFromUtf8(padded, units, out _, out var written) != System.Buffers.OperationStatus.Done || written == 0 || written % 2 != 0)
        {
            return false;
        }

        text.Append(Encoding.BigEndianUnicode.GetString(units.AsSpan(0, written)));
        return true;
    }

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                return false;
            }
        }

        return true;
    }
}
