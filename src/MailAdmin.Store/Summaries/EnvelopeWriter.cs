using System.Buffers;

namespace MailAdmin.Store.Summaries;

/// <summary>ENVELOPE of a header. RFC 9051 §7.5.2: date, subject, from, sender, reply-to, to, cc, bcc, in-reply-to, message-id.</summary>
internal static class EnvelopeWriter
{
    public static void Write(ArrayBufferWriter<byte> to, ReadOnlySpan<byte> header)
    {
        byte[]? date = null, subject = null, inReplyTo = null, messageId = null;
        List<ParsedAddress>? from = null, sender = null, replyTo = null, toField = null, cc = null, bcc = null;
        foreach (var field in new HeaderFields(header))
        {
            // A field that stands there more than once: the first one counts, but address fields add up (RFC 9051 leaves it open; readers see all of them).
            switch (field.Name.Length)
            {
                case 2 when field.Is("To"u8): Add(ref toField, field.Value); break;
                case 2 when field.Is("Cc"u8): Add(ref cc, field.Value); break;
                case 3 when field.Is("Bcc"u8): Add(ref bcc, field.Value); break;
                case 4 when field.Is("From"u8): Add(ref from, field.Value); break;
                case 4 when field.Is("Date"u8): date ??= HeaderFields.Unfold(field.Value); break;
                case 6 when field.Is("Sender"u8): Add(ref sender, field.Value); break;
                case 7 when field.Is("Subject"u8): subject ??= HeaderFields.Unfold(field.Value); break;
                case 8 when field.Is("Reply-To"u8): Add(ref replyTo, field.Value); break;
                case 10 when field.Is("Message-ID"u8): messageId ??= HeaderFields.Unfold(field.Value); break;
                case 11 when field.Is("In-Reply-To"u8): inReplyTo ??= HeaderFields.Unfold(field.Value); break;
            }
        }

        to.Write("("u8);
        ImapText.NString(to, date);
        to.Write(" "u8);
        ImapText.NString(to, subject);
        to.Write(" "u8);
        var fromStart = to.WrittenCount;
        Addresses(to, from);
        var fromText = to.WrittenSpan[fromStart..].ToArray();
        foreach (var defaulted in (ReadOnlySpan<List<ParsedAddress>?>)[sender, replyTo])
        {
            // Absent or empty: From stands in. RFC 9051 §7.5.2.
            to.Write(" "u8);
            if (defaulted is not { Count: > 0 })
            {
                to.Write(fromText);
            }
            else
            {
                Addresses(to, defaulted);
            }
        }

        foreach (var list in (ReadOnlySpan<List<ParsedAddress>?>)[toField, cc, bcc])
        {
            to.Write(" "u8);
            Addresses(to, list);
        }

        to.Write(" "u8);
        ImapText.NString(to, inReplyTo);
        to.Write(" "u8);
        ImapText.NString(to, messageId);
        to.Write(")"u8);
    }

    private static void Add(ref List<ParsedAddress>? list, ReadOnlySpan<byte> value) => AddressList.Parse(HeaderFields.Unfold(value), list ??= []);

    private static void Addresses(ArrayBufferWriter<byte> to, List<ParsedAddress>? addresses)
    {
        if (addresses is not { Count: > 0 })
        {
            to.Write("NIL"u8);
            return;
        }

        to.Write("("u8);
        foreach (var address in addresses)
        {
            to.Write("("u8);
            switch (address.Kind)
            {
                case AddressKind.GroupStart:
                    to.Write("NIL NIL "u8);
                    ImapText.String(to, address.Name);
                    to.Write(" NIL"u8);
                    break;
                case AddressKind.GroupEnd:
                    to.Write("NIL NIL NIL NIL"u8);
                    break;
                default:
                    ImapText.NString(to, address.Name);
                    to.Write(" "u8);
                    ImapText.NString(to, address.Route);
                    to.Write(" "u8);
                    ImapText.String(to, address.Mailbox);
                    to.Write(" "u8);
                    ImapText.String(to, address.Host);
                    break;
            }

            to.Write(")"u8);
        }

        to.Write(")"u8);
    }
}
