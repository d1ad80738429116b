namespace MailAdmin.Module.Messages;

/// <summary>Tells a message from another file by its beginning, as a person would.</summary>
internal static class HeaderStart
{
    /// <summary>The most octets looked at: a line of the greatest length, twice (RFC 5322 §2.1.1).</summary>
    private const int Most = 2000;

    /// <summary>Whether a header field begins the content (RFC 5322 §2.2), perhaps behind a byte order mark or the "From " line of an mbox.</summary>
    public static async Task<bool> IsAtAsync(Stream content, CancellationToken cancellationToken)
    {
        var octets = new byte[Most];
        return IsAt(octets.AsSpan(0, await content.ReadAtLeastAsync(octets, Most, throwOnEndOfStream: false, cancellationToken)));
    }

    /// <summary>The same of octets.</summary>
    public static bool IsAt(ReadOnlySpan<byte> octets)
    {
        octets = octets.StartsWith("\uFEFF"u8) ? octets[3..] : octets;
        if (octets.StartsWith("From "u8))
        {
            octets = octets[(octets.IndexOf((byte)'\n') + 1)..];
        }

        // A name is printable ASCII without a colon, and old mail may have spaces behind it. RFC 5322 §3.6.8, §4.5.8.
        var name = octets.IndexOfAnyExceptInRange((byte)'!', (byte)'~') is var end and >= 0 ? octets[..end] : octets;
        return name.IndexOf((byte)':') is var colon && (colon > 0 || (colon < 0 && name.Length > 0 && octets[name.Length..].TrimStart(" \t"u8).StartsWith(":"u8)));
    }
}
