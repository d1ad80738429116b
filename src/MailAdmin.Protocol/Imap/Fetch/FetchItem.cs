namespace MailAdmin.Protocol.Imap.Fetch;

/// <summary>What a client can ask of a message. RFC 9051 §6.4.5, and the extensions named at each.</summary>
public enum FetchKind
{
    /// <summary>FLAGS</summary>
    Flags,
    /// <summary>UID</summary>
    Uid,
    /// <summary>MODSEQ, RFC 7162.</summary>
    ModSeq,
    /// <summary>INTERNALDATE</summary>
    InternalDate,
    /// <summary>RFC822.SIZE</summary>
    Size,
    /// <summary>ENVELOPE</summary>
    Envelope,
    /// <summary>BODY without a section: the structure without extension data.</summary>
    Body,
    /// <summary>BODYSTRUCTURE</summary>
    BodyStructure,
    /// <summary>BODY[…], BODY.PEEK[…], RFC822, RFC822.HEADER, RFC822.TEXT: octets as they are.</summary>
    Section,
    /// <summary>BINARY[…], BINARY.PEEK[…]: octets without their transfer encoding. RFC 3516.</summary>
    Binary,
    /// <summary>BINARY.SIZE[…]</summary>
    BinarySize,
    /// <summary>EMAILID, RFC 8474.</summary>
    EmailId,
    /// <summary>THREADID, RFC 8474.</summary>
    ThreadId,
    /// <summary>SAVEDATE, RFC 8514.</summary>
    SaveDate,
    /// <summary>PREVIEW, RFC 8970.</summary>
    Preview,
}

/// <summary>One item of a FETCH.</summary>
public sealed record FetchItem(FetchKind Kind)
{
    /// <summary>The section of <see cref="FetchKind.Section"/>, <see cref="FetchKind.Binary"/> and <see cref="FetchKind.BinarySize"/>.</summary>
    public Section? Section { get; init; }
    /// <summary>It sets \Seen.</summary>
    public bool SetsSeen { get; init; }
    /// <summary>First octet asked for; null for all of them.</summary>
    public long? PartialStart { get; init; }
    /// <summary>Octets asked for from there.</summary>
    public long PartialCount { get; init; } = long.MaxValue;
    /// <summary>How the response names it, ready to send.</summary>
    public required ReadOnlyMemory<byte> Label { get; init; }
}

/// <summary>Which text of a part is meant.</summary>
public enum SectionText
{
    /// <summary>The part's body, or the whole message.</summary>
    None,
    /// <summary>HEADER</summary>
    Header,
    /// <summary>HEADER.FIELDS</summary>
    HeaderFields,
    /// <summary>HEADER.FIELDS.NOT</summary>
    HeaderFieldsNot,
    /// <summary>TEXT</summary>
    Text,
    /// <summary>MIME</summary>
    Mime,
}

/// <summary>A section specification. RFC 9051 §6.4.5.1, §9 section-spec.</summary>
/// <param name="Part">Part number; empty for the message itself.</param>
/// <param name="Text">Which text of it.</param>
/// <param name="Fields">Names for the two HEADER.FIELDS.</param>
public sealed record Section(int[] Part, SectionText Text, IReadOnlyList<byte[]> Fields)
{
    /// <summary>The whole message.</summary>
    public static readonly Section Whole = new([], SectionText.None, []);

    /// <summary>Names up to which looking at each of them is quicker than hashing the field's: what clients list folders with.</summary>
    private const int Few = 20;

    private readonly HashSet<byte[]>.AlternateLookup<ReadOnlySpan<byte>>? _many =
        Fields.Count > Few ? new HashSet<byte[]>(Fields, FieldNameComparer.Instance).GetAlternateLookup<ReadOnlySpan<byte>>() : null;

    /// <summary>True where a field is among the names, in any case.</summary>
    public bool Names(ReadOnlySpan<byte> field)
    {
        if (_many is { } many)
        {
            return many.Contains(field);
        }

        foreach (var name in Fields)
        {
            if (FieldNameComparer.Instance.Equals(field, name))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>Arguments of FETCH and UID FETCH.</summary>
/// <param name="Set">Messages.</param>
/// <param name="Items">What is asked of each, in the order asked.</param>
/// <param name="ChangedSince">CHANGEDSINCE, RFC 7162 §3.1.4.1; null where not given.</param>
/// <param name="Vanished">VANISHED, RFC 7162 §3.2.6.</param>
public sealed record FetchArguments(SequenceSet Set, IReadOnlyList<FetchItem> Items, ulong? ChangedSince, bool Vanished);
