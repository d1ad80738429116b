using System.Buffers;
using System.Text;
using MailAdmin.Store;
using MailAdmin.Store.Summaries;

namespace MailAdmin.Server.Imap.Search;

/// <summary>Text in header fields, without regard to case, decoded (RFC 2047). RFC 9051 §6.4.4.</summary>
internal static class FieldSearch
{
    /// <summary>Octets of a header that are looked at. Real headers stay under 100 KiB.</summary>
    public const int MaxHeader = 1024 * 1024;
    private const int OnStack = 512;

    /// <summary>Summaries keep the field.</summary>
    public static bool IsListed(byte[] field) => ListedFields.Contains(field);

    public static bool InSummary(MessageSummary summary, ReadOnlySpan<byte> field, string text) => InFields(summary.ListedFieldOctets, field, text);

    public static bool InContent(MessageContent content, MessageSummary summary, ReadOnlySpan<byte> field, string text)
    {
        var root = summary.Root;
        using var header = HeaderOctets.Read(content, root.HeaderOffset, root.HeaderLength);
        return InFields(header.Span, field, text);
    }

    private static bool InFields(ReadOnlySpan<byte> header, ReadOnlySpan<byte> name, string text)
    {
        foreach (var field in new HeaderFields(header))
        {
            if (field.Is(name) && (text.Length == 0 || ValueContains(field.Value, text) || IsAddress(name) && AddressesContain(field.Value, text)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Text in a value as it stands in a header. Plain ASCII on one line, the common case, is not decoded and nothing is allocated.</summary>
    public static bool ValueContains(ReadOnlySpan<byte> value, string text)
    {
        if (value.Length <= OnStack && value.IndexOf((byte)'\n') < 0 && Ascii.IsValid(value) && value.IndexOf("=?"u8) < 0)
        {
            Span<char> plain = stackalloc char[OnStack];
            var length = Encoding.ASCII.GetChars(value, plain);
            return MemoryExtensions.Contains(plain[..length], text, StringComparison.OrdinalIgnoreCase);
        }

        return HeaderText.Decode(HeaderFields.Unfold(value)).Contains(text, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// Addresses by themselves: comments, quotes and white space may stand between local part and domain. Only asked where such are.
    /// </summary>
    private static bool AddressesContain(ReadOnlySpan<byte> value, string text)
    {
        if (value.IndexOfAny((byte)'(', (byte)'\\') < 0 && value.IndexOf("\"@"u8) < 0 && value.IndexOf(" @"u8) < 0 && value.IndexOf("@ "u8) < 0)
        {
            return false;
        }

        foreach (var address in MessageSummary.PlainAddresses(value))
        {
            if (address.Contains(text, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsAddress(ReadOnlySpan<byte> name) =>
        Ascii.EqualsIgnoreCase(name, "From"u8) || Ascii.EqualsIgnoreCase(name, "To"u8) || Ascii.EqualsIgnoreCase(name, "Cc"u8) || Ascii.EqualsIgnoreCase(name, "Bcc"u8);
}

/// <summary>A header held while it is searched, in a rented buffer.</summary>
internal readonly struct HeaderOctets : IDisposable
{
    private readonly byte[] _rented;
    private readonly int _length;

    private HeaderOctets(byte[] rented, int length) => (_rented, _length) = (rented, length);

    public ReadOnlySpan<byte> Span => _rented.AsSpan(0, _length);

    public static HeaderOctets Read(MessageContent content, long offset, long length)
    {
        var count = (int)Math.Min(length, FieldSearch.MaxHeader);
        var rented = ArrayPool<byte>.Shared.Rent(Math.Max(1, count));
        var filled = 0;
        while (filled < count && content.Read(offset + filled, rented.AsSpan(filled, count - filled)) is > 0 and var read)
        {
            filled += read;
        }

        return new HeaderOctets(rented, filled);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_rented);
}
