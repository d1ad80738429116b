namespace MailAdmin.Store.Sqlite;

/// <summary>What the index knows about itself: how far in the log it is, and the counters that never go back.</summary>
internal sealed record IndexPosition(
    Guid Store, long Sequence, long Segment, long Offset, long NextMailbox, long NextFolder, long NextContent, long UidValidity,
    long Mailboxes, long Messages, long ContentBytes, bool Clean);

internal sealed record MailboxRow(
    long Row, string Address, string Domain, string? DisplayName, bool IsEnabled, long? Quota, byte[] Salt, int Iterations, byte[] StoredKey, byte[] ServerKey,
    long Created, long? LastLogin, long Used, long Count);

internal sealed record FolderRow(long Row, long Mailbox, string Name, SpecialUse Use, uint UidValidity, long Created);

internal sealed record SegmentRow(long Id, long Used, long Live, long Journal);
