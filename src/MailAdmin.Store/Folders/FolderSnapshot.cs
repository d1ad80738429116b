namespace MailAdmin.Store;

/// <summary>
/// A folder at one commit: UID, flags, mod-sequence, size and date of every message, ascending by UID. Immutable, shared by all sessions.
/// Sequence numbers are index + 1.
/// </summary>
/// <remarks>
/// Kept in chunks; a commit copies the chunks it touches and shares the others, so that the cost of a change does not grow with the folder,
/// and two snapshots are compared by walking only the chunks they do not share. At most 32 octets a message.
/// </remarks>
public abstract class FolderSnapshot
{
    public abstract FolderId Folder { get; }
    /// <summary>Never 0; changes only when the folder is made anew.</summary>
    public abstract uint UidValidity { get; }
    /// <summary>The next UID; above every UID ever given.</summary>
    public abstract uint UidNext { get; }
    /// <summary>Never 0. RFC 7162 §3.1.2.1.</summary>
    public abstract ulong HighestModSeq { get; }
    /// <summary>Messages.</summary>
    public abstract int Count { get; }
    /// <summary>Messages without \Seen; kept, not counted.</summary>
    public abstract int UnseenCount { get; }
    /// <summary>Messages with \Deleted; kept, not counted. RFC 9051 STATUS DELETED.</summary>
    public abstract int DeletedCount { get; }
    /// <summary>Octets of all messages. RFC 8438.</summary>
    public abstract long TotalSize { get; }
    public abstract FolderKeywords Keywords { get; }
    /// <summary>The message at an index from 0.</summary>
    public abstract MessageState this[int index] { get; }
    /// <summary>Index of a UID, or the complement of the index of the next higher one, as Array.BinarySearch.</summary>
    public abstract int IndexOf(uint uid);
    /// <summary>Messages from an index on, without an index computation for each.</summary>
    public abstract IEnumerable<MessageState> Enumerate(int fromIndex = 0);
    /// <summary>Index of the first message without \Seen, -1 for none. RFC 3501 §7.1 UNSEEN.</summary>
    public abstract int FirstUnseen();
    /// <summary>
    /// Reports how <paramref name="newer"/> differs: messages gone, messages whose flags or mod-sequence changed, messages come. UIDs ascend.
    /// </summary>
    public abstract SnapshotDifference Compare(FolderSnapshot newer);
}

/// <summary>A message's state in a snapshot.</summary>
/// <param name="Uid">RFC 9051 §2.3.1.1.</param>
/// <param name="Size">Octets.</param>
/// <param name="Flags">See <see cref="MessageFlags"/>.</param>
/// <param name="ModSeq">RFC 7162.</param>
/// <param name="ReceivedSeconds">INTERNALDATE, seconds since 1970 UTC.</param>
/// <param name="ReceivedZone">The zone it was given in, minutes east of UTC.</param>
public readonly record struct MessageState(uint Uid, uint Size, MessageFlags Flags, ulong ModSeq, uint ReceivedSeconds, short ReceivedZone = 0)
{
    /// <summary>INTERNALDATE as it was given.</summary>
    public DateTimeOffset ReceivedAt => DateTimeOffset.FromUnixTimeSeconds(ReceivedSeconds).ToOffset(TimeSpan.FromMinutes(ReceivedZone));
}

/// <summary>Difference of two snapshots of a folder.</summary>
public sealed record SnapshotDifference(UidSet Expunged, UidSet Changed, UidSet Added)
{
    public static readonly SnapshotDifference None = new(UidSet.Empty, UidSet.Empty, UidSet.Empty);
}
