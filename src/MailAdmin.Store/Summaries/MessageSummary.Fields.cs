using System.Buffers;
using System.Text;

namespace MailAdmin.Store.Summaries;

public sealed partial class MessageSummary
{
    /// <summary>Longest sort key that is kept, characters; <see cref="SummaryCache"/> counts with it.</summary>
    internal const int MaxKeptSubject = 64;

    private string? _baseSubject;
    private bool _isReply;

    /// <summary>Subject, decoded; null where there is none.</summary>
    public string? Subject => Text("Subject"u8);
    /// <summary>
    /// The base subject as SORT and THREAD compare it (RFC 5256 §2.1); kept once it was asked for, unless it is long.
    /// <paramref name="isReplyOrForward"/>: something like "Re:" was taken off.
    /// </summary>
    public string SubjectKey(out bool isReplyOrForward)
    {
        if (Volatile.Read(ref _baseSubject) is { } kept)
        {
            isReplyOrForward = _isReply;
            return kept;
        }

        var key = UnicodeCaseMap.Key(BaseSubject.Extract(Subject ?? string.Empty, out isReplyOrForward));
        if (key.Length <= MaxKeptSubject)
        {
            _isReply = isReplyOrForward;
            Volatile.Write(ref _baseSubject, key);
        }

        return key;
    }

    /// <summary>From, decoded, as it is written there.</summary>
    public string? From => Text("From"u8);
    /// <summary>To, decoded.</summary>
    public string? To => Text("To"u8);
    /// <summary>Cc, decoded.</summary>
    public string? Cc => Text("Cc"u8);
    /// <summary>Bcc, decoded.</summary>
    public string? Bcc => Text("Bcc"u8);
    /// <summary>Message-ID with its angle brackets; null where there is none.</summary>
    public string? MessageId => FirstId("Message-ID"u8);
    /// <summary>First message id of In-Reply-To.</summary>
    public string? InReplyTo => FirstId("In-Reply-To"u8);
    /// <summary>Message ids of References, oldest first.</summary>
    public IReadOnlyList<string> References => Raw("References"u8) is { } value ? MessageIds.Find(value) : [];

    /// <summary>A listed field's values, unfolded; address fields that stand there more than once are joined. Null where there is none.</summary>
    public byte[]? Raw(ReadOnlySpan<byte> name)
    {
        byte[]? first = null;
        ArrayBufferWriter<byte>? all = null;
        foreach (var field in new HeaderFields(ListedFieldOctets))
        {
            if (!field.Is(name))
            {
                continue;
            }

            var value = HeaderFields.Unfold(field.Value);
            if (!IsAddressField(name))
            {
                return value;
            }

            if (first is null)
            {
                first = value;
                continue;
            }

            if (all is null)
            {
                all = new ArrayBufferWriter<byte>(ListedFieldOctets.Length);
                all.Write(first);
            }

            all.Write(", "u8);
            all.Write(value);
        }

        return all?.WrittenSpan.ToArray() ?? first;
    }

    /// <summary>A listed field, decoded.</summary>
    public string? Text(ReadOnlySpan<byte> name) => Raw(name) is { } value ? HeaderText.Decode(value) : null;

    /// <summary>Local part of the first address of From, To or Cc, empty where there is none: the sort key of RFC 5256 §3.</summary>
    public string FirstMailbox(ReadOnlySpan<byte> name) => First(name) is { } address ? TextDecoding.Utf8OrLatin1(address.Mailbox) : string.Empty;

    /// <summary>Display name of the first address of From or To, else its address: the sort key of RFC 5957 §3.</summary>
    public string FirstDisplay(ReadOnlySpan<byte> name)
    {
        if (First(name) is not { } address)
        {
            return string.Empty;
        }

        return address.Name is { Length: > 0 } display ? HeaderText.Decode(display) : Plain(address);
    }

    /// <summary>All addresses of a field without names, comments and white space: what an address search looks at beside the field's text.</summary>
    public IEnumerable<string> Addresses(ReadOnlySpan<byte> name)
    {
        var addresses = Raw(name) is { } value ? AddressList.Parse(value) : [];
        return addresses.Where(a => a.Kind == AddressKind.Mailbox).Select(Plain);
    }

    /// <summary>The same of an address field's value as it stands in a header.</summary>
    public static IEnumerable<string> PlainAddresses(ReadOnlySpan<byte> value) =>
        AddressList.Parse(HeaderFields.Unfold(value)).Where(a => a.Kind == AddressKind.Mailbox).Select(Plain);

    private static string Plain(ParsedAddress address) =>
        TextDecoding.Utf8OrLatin1(address.Mailbox) + (address.Host.Length > 0 ? "@" + TextDecoding.Utf8OrLatin1(address.Host) : string.Empty);

    private ParsedAddress? First(ReadOnlySpan<byte> name)
    {
        if (Raw(name) is { } value)
        {
            foreach (var address in AddressList.Parse(value))
            {
                // A group's name stands in for its members where it comes first. RFC 5256 §3: "the first … address".
                if (address.Kind == AddressKind.Mailbox)
                {
                    return address;
                }

                if (address.Kind == AddressKind.GroupStart)
                {
                    return address with { Mailbox = address.Name ?? [] };
                }
            }
        }

        return null;
    }

    private string? FirstId(ReadOnlySpan<byte> name) => Raw(name) is { } value && MessageIds.Find(value) is [var first, ..] ? first : null;

    private static bool IsAddressField(ReadOnlySpan<byte> name) =>
        Ascii.EqualsIgnoreCase(name, "From"u8) || Ascii.EqualsIgnoreCase(name, "To"u8) || Ascii.EqualsIgnoreCase(name, "Cc"u8) || Ascii.EqualsIgnoreCase(name, "Bcc"u8)
        || Ascii.EqualsIgnoreCase(name, "Sender"u8) || Ascii.EqualsIgnoreCase(name, "Reply-To"u8);
}

/// <summary>Message ids in a field, canonical: quoting within them gone. RFC 5256 §3 THREAD, RFC 5322 §3.6.4.</summary>
public static class MessageIds
{
    /// <summary>Ids in the order they stand, with angle brackets; what is no id is passed over.</summary>
    public static IReadOnlyList<string> Find(ReadOnlySpan<byte> unfolded)
    {
        List<string>? found = null;
        while (unfolded.IndexOf((byte)'<') is >= 0 and var start)
        {
            unfolded = unfolded[start..];
            var end = unfolded.IndexOf((byte)'>');
            if (end < 0)
            {
                break;
            }

            var id = unfolded[..(end + 1)];
            unfolded = unfolded[(end + 1)..];
            if (id.Contains((byte)'@'))
            {
                (found ??= []).Add(Canonical(id));
            }
        }

        return found ?? (IReadOnlyList<string>)[];
    }

    private static string Canonical(ReadOnlySpan<byte> id)
    {
        var text = TextDecoding.Utf8OrLatin1(id);
        if (!text.AsSpan().ContainsAny(" \t\"\\"))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
            {
                result.Append(text[++i]);
            }
            else if (text[i] is not ('"' or ' ' or '\t'))
            {
                result.Append(text[i]);
            }
        }

        return result.ToString();
    }
}
