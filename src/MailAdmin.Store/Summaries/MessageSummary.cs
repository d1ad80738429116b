using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using MimeKit.Utils;

namespace MailAdmin.Store.Summaries;

/// <summary>
/// What is computed once per content and kept in the index, so that listing, sorting and searching need not open it. The index keeps it as one
/// versioned blob; another version of the layout is recomputed on demand.
/// </summary>
/// <remarks>
/// The object is a view of the blob: ENVELOPE and BODYSTRUCTURE are slices of it in the form RFC 9051 §7.5.2 gives them, so that a fetch of them copies octets;
/// what is asked for more rarely is decoded when it is asked for. Layout: version, flags, date (ticks, minutes east), six lengths, then the six sections.
/// </remarks>
public sealed partial class MessageSummary
{
    /// <summary>Version of the layout and of what is computed; the first octet of every blob.</summary>
    public const byte LayoutVersion = 1;

    private const int FixedLength = 12 + (Sections * 4);
    private const int Sections = 6;
    private const int EnvelopeSection = 0, StructureSection = 1, ExtensionSection = 2, PartSection = 3, FieldSection = 4, PreviewSection = 5;

    private readonly ReadOnlyMemory<byte> _blob;
    private MimePart? _root;

    private MessageSummary(ReadOnlyMemory<byte> blob) => _blob = blob;

    [Flags]
    private enum Flags : byte
    {
        None = 0,
        HasAttachments = 1,
        AllListedFields = 2,
        HasDate = 4,
        HasEmptyLine = 8,
    }

    /// <summary>Reads a message once, front to back, and says what it is. Never refuses one, whatever it holds.</summary>
    public static MessageSummary Compute(MessageContent content)
    {
        var root = MimeScanner.Scan(content);
        var part = root.ToPart();
        var structure = new BodyStructureWriter();
        structure.Write(root);
        var envelope = new ArrayBufferWriter<byte>(512);
        EnvelopeWriter.Write(envelope, root.Header);
        var extensions = new ArrayBufferWriter<byte>(32);
        foreach (var (start, length) in structure.Extensions.Order())
        {
            PartTable.Number(extensions, start);
            PartTable.Number(extensions, length);
        }

        var parts = new ArrayBufferWriter<byte>(128);
        PartTable.Write(parts, part);
        var fields = new ArrayBufferWriter<byte>(512);
        var all = ListedFields.Collect(root.Header, fields) && !root.HeaderIsCut;
        var preview = Encoding.UTF8.GetBytes(Summaries.Preview.Make(part, content));

        var flags = (HasAttachment(part) ? Flags.HasAttachments : 0) | (all ? Flags.AllListedFields : 0);
        flags |= part.BodyLength > 0 || EndsWithEmptyLine(content, part.HeaderLength) ? Flags.HasEmptyLine : 0;
        var date = HeaderFields.Find(root.Header, "Date"u8);
        DateTimeOffset sent = default;
        if (date is not null && DateUtils.TryParse(date, out sent))
        {
            flags |= Flags.HasDate;
        }

        var blob = new byte[FixedLength + envelope.WrittenCount + structure.Written.Length + extensions.WrittenCount + parts.WrittenCount + fields.WrittenCount + preview.Length];
        blob[0] = LayoutVersion;
        blob[1] = (byte)flags;
        BinaryPrimitives.WriteInt64LittleEndian(blob.AsSpan(2), sent.UtcTicks);
        BinaryPrimitives.WriteInt16LittleEndian(blob.AsSpan(10), (short)sent.Offset.TotalMinutes);
        var at = FixedLength;
        var section = 0;
        Put(envelope.WrittenSpan);
        Put(structure.Written);
        Put(extensions.WrittenSpan);
        Put(parts.WrittenSpan);
        Put(fields.WrittenSpan);
        Put(preview);
        return new MessageSummary(blob) { _root = part };

        void Put(ReadOnlySpan<byte> octets)
        {
            BinaryPrimitives.WriteInt32LittleEndian(blob.AsSpan(12 + (4 * section++)), octets.Length);
            octets.CopyTo(blob.AsSpan(at));
            at += octets.Length;
        }
    }

    /// <summary>The blob to keep. It is the summary's own memory: do not change it.</summary>
    public ReadOnlyMemory<byte> Encode() => _blob;

    /// <summary>A view of a kept blob.</summary>
    /// <exception cref="InvalidDataException">The blob has another version or is damaged; compute it again.</exception>
    public static MessageSummary Decode(ReadOnlyMemory<byte> blob) =>
        TryDecode(blob) ?? throw new InvalidDataException("The summary has another version or is damaged.");

    /// <summary>A view of a kept blob; null where it has another version or is damaged.</summary>
    public static MessageSummary? TryDecode(ReadOnlyMemory<byte> blob)
    {
        var span = blob.Span;
        if (span.Length < FixedLength || span[0] != LayoutVersion)
        {
            return null;
        }

        long length = FixedLength;
        for (var i = 0; i < Sections; i++)
        {
            var section = BinaryPrimitives.ReadInt32LittleEndian(span[(12 + (4 * i))..]);
            if (section < 0)
            {
                return null;
            }

            length += section;
        }

        return length == span.Length ? new MessageSummary(blob) : null;
    }

    /// <summary>ENVELOPE, ready to send.</summary>
    public ReadOnlySpan<byte> Envelope => Section(EnvelopeSection);
    /// <summary>BODYSTRUCTURE, ready to send.</summary>
    public ReadOnlySpan<byte> BodyStructure => Section(StructureSection);

    /// <summary>Writes BODY: BODYSTRUCTURE without extension data.</summary>
    public void WriteBody(IBufferWriter<byte> to)
    {
        var structure = BodyStructure;
        var extensions = Section(ExtensionSection);
        var at = 0;
        while (!extensions.IsEmpty)
        {
            var start = (int)PartTable.Number(ref extensions);
            var length = (int)PartTable.Number(ref extensions);
            to.Write(structure[at..start]);
            at = start + length;
        }

        to.Write(structure[at..]);
    }

    /// <summary>The message's parts; made at the first use.</summary>
    public MimePart Root => _root ??= PartTable.Read(Section(PartSection));
    /// <summary>Octets of the header with the empty line, and of the body.</summary>
    public (long HeaderLength, long BodyLength) Lengths => PartTable.ReadRoot(Section(PartSection));
    /// <summary>Fields of <see cref="Summaries.ListedFields"/> as they stand in the message, in its order.</summary>
    public ReadOnlySpan<byte> ListedFieldOctets => Section(FieldSection);
    /// <summary>False where the header was too large to keep all listed fields; they are to be read from the content then.</summary>
    public bool HasAllListedFields => Has(Flags.AllListedFields);
    /// <summary>An empty line ends the header; without it there is no body either.</summary>
    public bool HasEmptyLine => Has(Flags.HasEmptyLine);
    /// <summary>A part is an attachment.</summary>
    public bool HasAttachments => Has(Flags.HasAttachments);
    /// <summary>First words of its text. RFC 8970.</summary>
    public string Preview => Encoding.UTF8.GetString(PreviewOctets);
    /// <summary>The same in UTF-8.</summary>
    public ReadOnlySpan<byte> PreviewOctets => Section(PreviewSection);

    /// <summary>Date field; null where there is none or it cannot be read.</summary>
    public DateTimeOffset? Date
    {
        get
        {
            if (!Has(Flags.HasDate))
            {
                return null;
            }

            var offset = TimeSpan.FromMinutes(BinaryPrimitives.ReadInt16LittleEndian(_blob.Span[10..]));
            var ticks = BinaryPrimitives.ReadInt64LittleEndian(_blob.Span[2..]);
            return new DateTimeOffset(ticks, TimeSpan.Zero).ToOffset(offset);
        }
    }

    private bool Has(Flags flag) => ((Flags)_blob.Span[1] & flag) != 0;

    private ReadOnlySpan<byte> Section(int number)
    {
        var span = _blob.Span;
        var start = FixedLength;
        for (var i = 0; i < number; i++)
        {
            start += BinaryPrimitives.ReadInt32LittleEndian(span[(12 + (4 * i))..]);
        }

        return span.Slice(start, BinaryPrimitives.ReadInt32LittleEndian(span[(12 + (4 * number))..]));
    }

    private static bool EndsWithEmptyLine(MessageContent content, long headerLength)
    {
        Span<byte> end = stackalloc byte[3];
        var count = (int)Math.Min(end.Length, headerLength);
        end = end[..count];
        for (var filled = 0; filled < count;)
        {
            var read = content.Read(headerLength - count + filled, end[filled..]);
            if (read <= 0)
            {
                return false;
            }

            filled += read;
        }

        return end is [(byte)'\n'] or [(byte)'\r', (byte)'\n'] or [.., (byte)'\n', (byte)'\n'] or [(byte)'\n', (byte)'\r', (byte)'\n'];
    }

    private static bool HasAttachment(MimePart root)
    {
        foreach (var part in root.Walk())
        {
            if (part.IsAttachment || part.Kind == MimePartKind.Message && part != root || part.Kind == MimePartKind.Other && part.FileName is not null)
            {
                return true;
            }
        }

        return false;
    }
}
