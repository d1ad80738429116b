using System.Text;

namespace MailAdmin.Store.Summaries;

/// <summary>Charsets by their MIME names. An unknown one is read as UTF-8 where that holds, else as Latin-1, so that nothing is lost from search.</summary>
public static class TextDecoding
{
    static TextDecoding() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>Reads octets as UTF-8 where they are, else as Latin-1.</summary>
    public static string Utf8OrLatin1(ReadOnlySpan<byte> octets)
    {
        if (System.Text.Unicode.Utf8.IsValid(octets))
        {
            return Encoding.UTF8.GetString(octets);
        }

        return Encoding.Latin1.GetString(octets);
    }

    /// <summary>The encoding of a MIME charset name; null for one that is not known here.</summary>
    public static Encoding? Find(string? charset)
    {
        if (string.IsNullOrEmpty(charset))
        {
            return null;
        }

        if (charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || charset.Equals("utf8", StringComparison.OrdinalIgnoreCase))
        {
            return Encoding.UTF8;
        }

        if (charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase) || charset.Equals("ascii", StringComparison.OrdinalIgnoreCase))
        {
            return Encoding.ASCII;
        }

        try
        {
            return Encoding.GetEncoding(charset);
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException)
        {
            // NotSupportedException: UTF-7, which .NET refuses for its safety.
            return null;
        }
    }
}
