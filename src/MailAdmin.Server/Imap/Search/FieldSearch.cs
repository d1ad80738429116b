using System.Text;
using MailAdmin.Store;
using MailAdmin.Store.Search;
using MailAdmin.Store.Summaries;

namespace MailAdmin.Server.Imap.Search;

/// <summary>Text in header fields, without regard to case, decoded (RFC 2047). RFC 9051 §6.4.4.</summary>
internal static class FieldSearch
{
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
        var finder = new TextFinder(text);
        foreach (var field in new HeaderFields(header))
        {
            if (field.Is(name) && (text.Length == 0 || MessageText.VisitField(field.Value, ref finder) || IsAddress(name) && AddressesContain(field.Value, text)))
            {
                return true;
            }
        }

        return false;
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
