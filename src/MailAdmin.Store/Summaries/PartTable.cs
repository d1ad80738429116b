using System.Buffers;
using System.Text;

namespace MailAdmin.Store.Summaries;

/// <summary>The part table in a summary's blob: parts in the order they stand, numbers as base-128, texts with their length before them.</summary>
internal static class PartTable
{
    public static void Write(ArrayBufferWriter<byte> to, MimePart part)
    {
        // Depth is bounded by SummaryLimits.Depth, for the parts come from the scanner.
        Number(to, ((long)part.Kind << 1) | (part.IsAttachment ? 1L : 0));
        Number(to, (long)part.Encoding);
        Text(to, part.MediaType);
        Text(to, part.Charset);
        Text(to, part.FileName);
        Number(to, part.HeaderOffset);
        Number(to, part.HeaderLength);
        Number(to, part.BodyLength);
        Number(to, part.BodyLines);
        Number(to, part.Children.Count);
        foreach (var child in part.Children)
        {
            Write(to, child);
        }
    }

    public static MimePart Read(ReadOnlySpan<byte> table)
    {
        var part = Read(ref table, 0);
        return part;
    }

    /// <summary>Octets of the root's header and body, without making objects.</summary>
    public static (long HeaderLength, long BodyLength) ReadRoot(ReadOnlySpan<byte> table)
    {
        _ = Number(ref table);
        _ = Number(ref table);
        for (var i = 0; i < 3; i++)
        {
            table = table[(int)Math.Max(0, Number(ref table) - 1)..];
        }

        _ = Number(ref table);
        return (Number(ref table), Number(ref table));
    }

    private static MimePart Read(ref ReadOnlySpan<byte> table, int depth)
    {
        if (depth > SummaryLimits.Depth + 2)
        {
            throw new InvalidDataException("A part table is deeper than any that was written.");
        }

        var kind = Number(ref table);
        var encoding = (TransferEncoding)Number(ref table);
        var mediaType = Text(ref table) ?? string.Empty;
        var charset = Text(ref table);
        var fileName = Text(ref table);
        var headerOffset = Number(ref table);
        var headerLength = Number(ref table);
        var bodyLength = Number(ref table);
        var bodyLines = Number(ref table);
        var children = new MimePart[Number(ref table)];
        for (var i = 0; i < children.Length; i++)
        {
            children[i] = Read(ref table, depth + 1);
        }

        return new MimePart
        {
            Kind = (MimePartKind)(kind >> 1), IsAttachment = (kind & 1) != 0, Encoding = encoding, MediaType = mediaType, Charset = charset, FileName = fileName,
            HeaderOffset = headerOffset, HeaderLength = headerLength, BodyLength = bodyLength, BodyLines = bodyLines, Children = children,
        };
    }

    internal static void Number(ArrayBufferWriter<byte> to, long value)
    {
        var rest = (ulong)value;
        while (rest >= 0x80)
        {
            to.Write([(byte)(rest | 0x80)]);
            rest >>= 7;
        }

        to.Write([(byte)rest]);
    }

    internal static long Number(ref ReadOnlySpan<byte> table)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var octet = table[0];
            table = table[1..];
            value |= (ulong)(octet & 0x7f) << shift;
            if (octet < 0x80)
            {
                break;
            }
        }

        return (long)value;
    }

    /// <summary>0 is null, else the length and one.</summary>
    private static void Text(ArrayBufferWriter<byte> to, string? text)
    {
        if (text is null)
        {
            Number(to, 0);
            return;
        }

        var octets = Encoding.UTF8.GetBytes(text);
        Number(to, octets.Length + 1);
        to.Write(octets);
    }

    private static string? Text(ref ReadOnlySpan<byte> table)
    {
        var length = Number(ref table);
        if (length == 0)
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(table[..(int)(length - 1)]);
        table = table[(int)(length - 1)..];
        return text;
    }
}
