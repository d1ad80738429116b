using System.Globalization;
using System.Text;

namespace MailAdmin.Protocol.Imap;

/// <summary>System flags that a client may set; the bits are those of the store.</summary>
[Flags]
public enum ImapSystemFlags
{
    None = 0, Seen = 1, Answered = 2, Flagged = 4, Deleted = 8, Draft = 16,
}

/// <summary>Flags as a client gave them.</summary>
public sealed record ImapFlagList(ImapSystemFlags System, IReadOnlyList<string> Keywords)
{
    /// <summary>No flag.</summary>
    public static readonly ImapFlagList Empty = new(ImapSystemFlags.None, []);
}

public sealed partial class ImapDecoder
{
    /// <summary>Longest keyword that is taken, octets.</summary>
    public const int MaxKeywordOctets = 200;

    private static readonly string[] DateTimeFormats = ["d-MMM-yyyy HH:mm:ss zzz"];

    /// <summary>Demands a mailbox name and decodes it as the session's names are written. INBOX and NFC are the store's concern.</summary>
    public ImapDecoder Mailbox(out string name)
    {
        AString(out ReadOnlyMemory<byte> octets);
        name = Name(octets.Span);
        return this;
    }

    /// <summary>Demands a mailbox pattern: as a name, but wildcards need no quotes.</summary>
    public ImapDecoder ListMailbox(out string pattern)
    {
        ReadOnlyMemory<byte> octets;
        if (Peek() is '"' or '{')
        {
            String(out octets);
        }
        else
        {
            var start = Position;
            Demand(ImapCharacters.ListMailbox, "Mailbox pattern expected", out var run);
            octets = _text.Slice(start, run.Length);
        }

        pattern = Name(octets.Span);
        return this;
    }

    /// <summary>Demands a sequence set, or <c>$</c>.</summary>
    public ImapDecoder SequenceSet(out SequenceSet set)
    {
        var text = Take((byte)'$') ? "$"u8 : Run(ImapCharacters.SequenceSet);
        set = (Failed ? null : Imap.SequenceSet.Parse(text)) ?? Imap.SequenceSet.Saved;
        return Failed || !set.IsSaved || text.SequenceEqual("$"u8) ? this : Fail("Message set expected");
    }

    /// <summary>Demands one flag; adds it to what was read. \Recent is read and left out: a client cannot set it (RFC 3501 §2.3.2).</summary>
    public ImapDecoder Flag(ref ImapSystemFlags system, List<string> keywords)
    {
        var isSystem = Take((byte)'\\');
        Atom(out ReadOnlySpan<byte> atom);
        if (Failed)
        {
            return this;
        }

        if (!isSystem)
        {
            if (atom.Length > MaxKeywordOctets)
            {
                return Fail("Keyword too long");
            }

            keywords.Add(Encoding.ASCII.GetString(atom));
            return this;
        }

        var flag =
            Ascii.EqualsIgnoreCase(atom, "Seen"u8) ? ImapSystemFlags.Seen :
            Ascii.EqualsIgnoreCase(atom, "Answered"u8) ? ImapSystemFlags.Answered :
            Ascii.EqualsIgnoreCase(atom, "Flagged"u8) ? ImapSystemFlags.Flagged :
            Ascii.EqualsIgnoreCase(atom, "Deleted"u8) ? ImapSystemFlags.Deleted :
            Ascii.EqualsIgnoreCase(atom, "Draft"u8) ? ImapSystemFlags.Draft : ImapSystemFlags.None;
        system |= flag;
        return flag != ImapSystemFlags.None || Ascii.EqualsIgnoreCase(atom, "Recent"u8) ? this : Fail("Unknown system flag");
    }

    /// <summary>Demands flags in parentheses.</summary>
    public ImapDecoder FlagList(out ImapFlagList flags)
    {
        Open();
        Flags(list: true, out flags);
        return this;
    }

    /// <summary>Demands flags, in parentheses or not (STORE).</summary>
    public ImapDecoder StoreFlags(out ImapFlagList flags)
    {
        Flags(TryOpen(), out flags);
        return this;
    }

    /// <summary>Demands a quoted date-time: <c>" 1-Feb-2026 10:11:12 +0100"</c>.</summary>
    public ImapDecoder DateTime(out DateTimeOffset value)
    {
        value = default;
        String(out string text);
        if (!Failed && (text.Length != 26 || !DateTimeOffset.TryParseExact(text.AsSpan().TrimStart(' '), DateTimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out value)))
        {
            // zzz wants a colon in .NET, so the zone is read by hand.
            if (text.Length == 26 && DateTimeOffset.TryParseExact(
                $"{text.AsSpan(0, 24).TrimStart(' ')}:{text.AsSpan(24)}", DateTimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out value))
            {
                return this;
            }

            Fail("Date and time expected");
        }

        return this;
    }

    /// <summary>Demands a date, quoted or not: <c>1-Feb-2026</c>.</summary>
    public ImapDecoder Date(out DateOnly date)
    {
        AString(out string text);
        if (!DateOnly.TryParseExact(text, "d-MMM-yyyy", CultureInfo.InvariantCulture, DateTimeStyles.None, out date))
        {
            Fail("Date expected");
        }

        return this;
    }

    private void Flags(bool list, out ImapFlagList flags)
    {
        var system = ImapSystemFlags.None;
        List<string> keywords = [];
        if (!list || !TryClose())
        {
            Flag(ref system, keywords);
            while (!Failed && Take((byte)' '))
            {
                Flag(ref system, keywords);
            }

            if (list)
            {
                Close();
            }
        }

        flags = new ImapFlagList(system, keywords);
    }

    private string Name(ReadOnlySpan<byte> octets)
    {
        if (Failed)
        {
            return string.Empty;
        }

        if (Utf8Names)
        {
            return Utf8Text(octets);
        }

        if (!ModifiedUtf7.TryDecode(octets, out var name))
        {
            Fail("Mailbox name is not modified UTF-7");
        }

        return name;
    }
}
