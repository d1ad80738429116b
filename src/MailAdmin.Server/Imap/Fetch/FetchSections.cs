using System.Buffers;
using MailAdmin.Errors;
using MailAdmin.Protocol.Imap.Fetch;
using MailAdmin.Store;
using MailAdmin.Store.Summaries;

namespace MailAdmin.Server.Imap.Fetch;

/// <summary>
/// Sections of a message: found by the summary's part table, sent straight from the content. No body is ever held; a header is, while its fields are picked.
/// </summary>
internal sealed class FetchSections(ImapSession session)
{
    /// <summary>Octets of a header whose fields can be picked; beyond it they are not looked for. Real headers stay under 100 KiB.</summary>
    private const int MaxPickedHeader = 4 * 1024 * 1024;
    /// <summary>Octets written before the output is given the chance to go out.</summary>
    private const int Piece = 64 * 1024;

    /// <summary>Sent for NUL where only a literal is allowed, and that must not hold one (RFC 9051 §4.3); BINARY sends it as it is.</summary>
    private const byte NulStandIn = 0x80;

    private readonly ArrayBufferWriter<byte> _picked = new(1024);

    /// <summary>True where the summary alone may answer it: fields that it keeps.</summary>
    public static bool IsKept(FetchItem item)
    {
        if (item.Kind != FetchKind.Section || item.Section is not { Text: SectionText.HeaderFields, Part.Length: 0 } section)
        {
            return false;
        }

        foreach (var name in section.Fields)
        {
            if (!ListedFields.Contains(name))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Answers HEADER.FIELDS from the summary.</summary>
    public void Kept(FetchItem item, MessageSummary summary)
    {
        _picked.ResetWrittenCount();
        Pick(item.Section!, summary.ListedFieldOctets);
        if (summary.HasEmptyLine)
        {
            _picked.Write("\r\n"u8);
        }

        Octets(item, _picked.WrittenSpan);
    }

    /// <summary>False where the part is encoded in a way nobody knows. RFC 3516 §4.3.</summary>
    public static bool CanDecode(FetchItem item, MessageSummary? summary) =>
        item.Section!.Text != SectionText.None || summary?.Root.Find(item.Section.Part) is not { Encoding: TransferEncoding.Unknown };

    /// <summary>Answers a section from the content.</summary>
    public async ValueTask TellAsync(FetchItem item, MessageSummary? summary, MessageContent content)
    {
        var section = item.Section!;
        if (section == Section.Whole)
        {
            await RangeAsync(item, content, 0, content.Length);
            return;
        }

        var root = summary!.Root;
        if (section.Text is SectionText.HeaderFields or SectionText.HeaderFieldsNot)
        {
            if (section.Part.Length == 0 && summary.HasAllListedFields && IsKept(item))
            {
                Kept(item, summary);
            }
            else if (Locate(root, section) is { } header)
            {
                PickFrom(item, content, header.Offset, header.Length);
            }
            else
            {
                Missing(item);
            }
        }
        else if (item.Kind != FetchKind.Section && section.Text == SectionText.None && root.Find(section.Part) is { Encoding: TransferEncoding.Base64 or TransferEncoding.QuotedPrintable } part
            && part.Kind is MimePartKind.Text or MimePartKind.Other)
        {
            await DecodedAsync(item, content, part);
        }
        else if (Locate(root, section) is { } range)
        {
            await RangeAsync(item, content, range.Offset, range.Length);
        }
        else
        {
            Missing(item);
        }
    }

    /// <summary>Where a section lies; null where there is none. RFC 9051 §6.4.5.1.</summary>
    internal static (long Offset, long Length)? Locate(MimePart root, Section section)
    {
        if (root.Find(section.Part) is not { } part)
        {
            return null;
        }

        if (section.Text is SectionText.None or SectionText.Mime)
        {
            return section.Text == SectionText.Mime ? (part.HeaderOffset, part.HeaderLength) : (part.BodyOffset, part.BodyLength);
        }

        // HEADER and TEXT are of the message itself or of an embedded one; other parts have none.
        var message = section.Part.Length == 0 ? part : part.Kind == MimePartKind.Message ? part.Children[0] : null;
        return message is null ? null
            : section.Text == SectionText.Text ? (message.BodyOffset, message.BodyLength) : (message.HeaderOffset, message.HeaderLength);
    }

    private void Missing(FetchItem item)
    {
        var encoder = session.Encode();
        encoder.Raw(item.Label.Span);
        encoder.Raw(item.Kind == FetchKind.BinarySize ? " 0"u8 : " NIL"u8);
        encoder.Commit();
    }

    private void Octets(FetchItem item, ReadOnlySpan<byte> octets)
    {
        var encoder = session.Encode();
        encoder.Raw(item.Label.Span);
        encoder.Space();
        if (item.Kind == FetchKind.BinarySize)
        {
            encoder.Number(octets.Length);
        }
        else
        {
            var start = (int)Math.Min(item.PartialStart ?? 0, octets.Length);
            encoder.Literal(octets.Slice(start, (int)Math.Min(item.PartialCount, octets.Length - start)));
        }

        encoder.Commit();
    }

    /// <summary>Sends octets of the content as they are.</summary>
    private async ValueTask RangeAsync(FetchItem item, MessageContent content, long offset, long length)
    {
        var start = Math.Min(item.PartialStart ?? 0, length);
        var count = Math.Min(item.PartialCount, length - start);
        if (!Announce(item, length, count, isBinary: item.Kind == FetchKind.Binary && HasNul(content, offset + start, count)))
        {
            return;
        }

        offset += start;
        try
        {
            while (count > 0)
            {
                var piece = (int)Math.Min(count, Piece);
                content.CopyTo(session.Output, offset, piece, item.Kind == FetchKind.Section ? NulStandIn : (byte)0);
                offset += piece;
                count -= piece;
                await session.FlushIfFullAsync();
            }
        }
        catch (Exception fault) when (fault is EndOfStreamException or MailAdminException)
        {
            Break(fault);
        }
    }

    /// <summary>Writes what stands before the octets; false where that is all.</summary>
    private bool Announce(FetchItem item, long length, long count, bool isBinary)
    {
        var encoder = session.Encode();
        encoder.Raw(item.Label.Span);
        encoder.Space();
        if (item.Kind == FetchKind.BinarySize)
        {
            encoder.Number(length);
            encoder.Commit();
            return false;
        }

        if (isBinary)
        {
            encoder.BinaryLiteralHeader(count);
        }
        else
        {
            encoder.LiteralHeader(count);
        }

        encoder.Commit();
        return true;
    }

    private void PickFrom(FetchItem item, MessageContent content, long offset, long length)
    {
        var count = (int)Math.Min(length, MaxPickedHeader);
        var header = ArrayPool<byte>.Shared.Rent(count);
        try
        {
            var filled = 0;
            while (filled < count && content.Read(offset + filled, header.AsSpan(filled, count - filled)) is > 0 and var read)
            {
                filled += read;
            }

            var octets = header.AsSpan(0, filled);
            _picked.ResetWrittenCount();
            Pick(item.Section!, octets);
            // RFC 9051 §6.4.5.1: the empty line comes along, where the message has one.
            if (octets.EndsWith("\n\r\n"u8) || octets.EndsWith("\n\n"u8) || octets is [(byte)'\r', (byte)'\n'] or [(byte)'\n'])
            {
                _picked.Write("\r\n"u8);
            }

            Octets(item, _picked.WrittenSpan);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(header);
        }
    }

    private void Pick(Section section, ReadOnlySpan<byte> header)
    {
        var wanted = section.Text == SectionText.HeaderFields;
        foreach (var field in new HeaderFields(header))
        {
            if (section.Names(field.Name) == wanted)
            {
                var room = _picked.GetSpan(field.Octets.Length)[..field.Octets.Length];
                field.Octets.CopyTo(room);
                room.Replace((byte)0, NulStandIn);
                _picked.Advance(room.Length);
            }
        }
    }

    /// <summary>Sends a part without its transfer encoding: once through to know its length, once more to send it.</summary>
    private async ValueTask DecodedAsync(FetchItem item, MessageContent content, MimePart part)
    {
        long length = 0;
        var hasNul = false;
        using var decoded = new DecodedBody(content, part);
        var first = item.PartialStart ?? 0;
        while (decoded.Next() is { IsEmpty: false } piece)
        {
            hasNul |= piece.Span.Contains((byte)0);
            length += piece.Length;
        }

        var start = Math.Min(first, length);
        var count = Math.Min(item.PartialCount, length - start);
        // literal8 only where it must be: not every client that asks for BINARY reads it.
        if (!Announce(item, length, count, hasNul))
        {
            return;
        }

        decoded.Restart();
        long at = 0;
        try
        {
            while (count > 0 && decoded.Next() is { IsEmpty: false } piece)
            {
                var skip = (int)Math.Clamp(start - at, 0, piece.Length);
                at += piece.Length;
                var wanted = piece[skip..];
                wanted = wanted.Length > count ? wanted[..(int)count] : wanted;
                session.Output.Write(wanted.Span);
                count -= wanted.Length;
                await session.FlushIfFullAsync();
            }
        }
        catch (Exception fault) when (fault is EndOfStreamException or MailAdminException)
        {
            Break(fault);
        }
    }

    private static bool HasNul(MessageContent content, long offset, long count)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            while (count > 0 && content.Read(offset, buffer.AsSpan(0, (int)Math.Min(buffer.Length, count))) is > 0 and var read)
            {
                if (buffer.AsSpan(0, read).Contains((byte)0))
                {
                    return true;
                }

                offset += read;
                count -= read;
            }

            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Octets that were announced cannot be sent: nothing said after them would be understood, so the connection ends.</summary>
    private void Break(Exception fault)
    {
        session.Connection.Abort();
        throw new IOException("A message could not be read to its end.", fault);
    }
}
