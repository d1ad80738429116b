using System.Buffers.Binary;

namespace MailAdmin.Store.State;

/// <summary>
/// Identities outward: a UUIDv8 (RFC 9562 §5.8) of 60 random bits of the store, the kind, and the row number inside the store. Unique
/// across stores, and back to the row without a lookup. Row numbers are never given twice.
/// </summary>
internal sealed class IdCodec(Guid store)
{
    private const byte MailboxKind = 1, FolderKind = 2, ContentKind = 3, QueueKind = 4;
    private const byte Variant = 0x80;

    private readonly ulong _prefix = Prefix(store);

    public MailboxId Mailbox(long row) => new(Encode(MailboxKind, row));
    public FolderId Folder(long row) => new(Encode(FolderKind, row));
    public QueueId Queue(long row) => new(Encode(QueueKind, row));
    public ContentId Content(long key) => new(Encode(ContentKind, key));

    /// <summary>Row of an identity of this store; -1 for any other.</summary>
    public long Row(MailboxId id) => Decode(MailboxKind, id.Value);
    /// <inheritdoc cref="Row(MailboxId)"/>
    public long Row(FolderId id) => Decode(FolderKind, id.Value);
    /// <inheritdoc cref="Row(MailboxId)"/>
    public long Row(ContentId id) => Decode(ContentKind, id.Value);

    /// <inheritdoc cref="Row(MailboxId)"/>
    public long Row(QueueId id) => Decode(QueueKind, id.Value);

    private static ulong Prefix(Guid store)
    {
        Span<byte> octets = stackalloc byte[16];
        store.TryWriteBytes(octets, bigEndian: true, out _);
        var random = BinaryPrimitives.ReadUInt64BigEndian(octets[8..]) ^ BinaryPrimitives.ReadUInt64BigEndian(octets);
        return (random & ~0xF000UL) | 0x8000UL;
    }

    private Guid Encode(byte kind, long row)
    {
        Span<byte> octets = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(octets, _prefix);
        BinaryPrimitives.WriteInt64BigEndian(octets[8..], row);
        octets[8] = (byte)(Variant | kind);
        return new Guid(octets, bigEndian: true);
    }

    private long Decode(byte kind, Guid id)
    {
        Span<byte> octets = stackalloc byte[16];
        id.TryWriteBytes(octets, bigEndian: true, out _);
        if (BinaryPrimitives.ReadUInt64BigEndian(octets) != _prefix || octets[8] != (Variant | kind))
        {
            return -1;
        }

        octets[8] = 0;
        return BinaryPrimitives.ReadInt64BigEndian(octets[8..]);
    }
}
