using System.Buffers;
using System.Collections.Frozen;
using System.Text;

namespace MailAdmin.Store.Summaries;

/// <summary>
/// The fields that mail clients list folders with: kept in the summary as they stand in the message, so that HEADER.FIELDS of them, SORT, THREAD and
/// SEARCH of them open no content.
/// </summary>
public static class ListedFields
{
    private static readonly FrozenSet<string> Names = new[]
    {
        "Date", "From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Subject", "Message-ID", "In-Reply-To", "References", "Content-Type", "Content-Description",
        "Priority", "X-Priority", "Importance", "Newsgroups", "Lines", "List-Id", "List-Post", "List-Unsubscribe", "X-Label", "Followup-To",
        "Disposition-Notification-To", "Return-Receipt-To", "X-Uniform-Type-Identifier", "X-Universally-Unique-Identifier", "X-Mailer", "User-Agent",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Lookup = Names.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly int Longest = Names.Max(n => n.Length);

    /// <summary>True where the field is one of them.</summary>
    public static bool Contains(ReadOnlySpan<byte> name)
    {
        if (name.Length > Longest || name.IsEmpty || !Ascii.IsValid(name))
        {
            return false;
        }

        Span<char> text = stackalloc char[name.Length];
        _ = Encoding.ASCII.GetChars(name, text);
        return Lookup.Contains(text);
    }

    /// <summary>Collects them; false where they are more than is kept.</summary>
    internal static bool Collect(ReadOnlySpan<byte> header, ArrayBufferWriter<byte> to)
    {
        foreach (var field in new HeaderFields(header))
        {
            if (!Contains(field.Name))
            {
                continue;
            }

            if (to.WrittenCount + field.Octets.Length > SummaryLimits.ListedFieldOctets)
            {
                return false;
            }

            to.Write(field.Octets);
        }

        return true;
    }
}
