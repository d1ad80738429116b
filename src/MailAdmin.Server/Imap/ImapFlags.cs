using MailAdmin.Protocol.Imap;
using MailAdmin.Store;

namespace MailAdmin.Server.Imap;

/// <summary>Flags on the wire.</summary>
internal static class ImapFlags
{
    /// <summary>Writes <c>(\Seen $Forwarded)</c>.</summary>
    public static void Write(ref ImapEncoder encoder, MessageFlags flags, FolderKeywords keywords, bool recent)
    {
        var bits = flags.Bits;
        if (bits == 0 && !recent)
        {
            encoder.Raw("()"u8);
            return;
        }

        encoder.Open();
        var separator = false;
        if ((bits & 31) != 0)
        {
            Add(ref encoder, bits, 2, "\\Answered"u8, ref separator);
            Add(ref encoder, bits, 4, "\\Flagged"u8, ref separator);
            Add(ref encoder, bits, 8, "\\Deleted"u8, ref separator);
            Add(ref encoder, bits, 1, "\\Seen"u8, ref separator);
            Add(ref encoder, bits, 16, "\\Draft"u8, ref separator);
        }

        if (recent)
        {
            Add(ref encoder, 1, 1, "\\Recent"u8, ref separator);
        }

        bits >>= MessageFlags.FirstKeywordBit;
        for (var number = 0; bits != 0 && number < keywords.Count; number++, bits >>= 1)
        {
            if ((bits & 1) != 0)
            {
                if (separator)
                {
                    encoder.Space();
                }

                separator = true;
                encoder.Text(keywords[number]);
            }
        }

        encoder.Close();
    }

    /// <summary>Writes what FLAGS and PERMANENTFLAGS list.</summary>
    public static void WriteAll(ref ImapEncoder encoder, FolderKeywords keywords, bool permanent)
    {
        encoder.Raw("(\\Answered \\Flagged \\Deleted \\Seen \\Draft"u8);
        foreach (var keyword in keywords.Names)
        {
            encoder.Space();
            encoder.Text(keyword);
        }

        // RFC 9051 §7.1: \* where new keywords can be made.
        encoder.Raw(permanent && keywords.Count < FolderKeywords.MaxKeywords ? " \\*)"u8 : ")"u8);
    }

    /// <summary>The store's system flags for the protocol's; the bits are the same.</summary>
    public static MessageFlags ToMessageFlags(this ImapSystemFlags flags) => new((ulong)flags);

    private static void Add(ref ImapEncoder encoder, ulong bits, ulong bit, ReadOnlySpan<byte> name, ref bool separator)
    {
        if ((bits & bit) == 0)
        {
            return;
        }

        if (separator)
        {
            encoder.Space();
        }

        separator = true;
        encoder.Raw(name);
    }
}
