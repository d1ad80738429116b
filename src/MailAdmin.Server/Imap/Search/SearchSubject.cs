using MailAdmin.Store;

namespace MailAdmin.Server.Imap.Search;

/// <summary>How much of a message is at hand while it is tested; what costs more comes later and only for messages that still need it.</summary>
internal enum SearchStage
{
    /// <summary>The snapshot: flags, UID, size, dates, mod-sequence.</summary>
    Snapshot,
    /// <summary>Row and summary.</summary>
    Summary,
    /// <summary>The content.</summary>
    Content,
}

/// <summary>The message being tested. One object serves a whole search.</summary>
internal sealed class SearchSubject
{
    public SearchStage Stage { get; set; }
    public int Index { get; set; }
    public MessageState State { get; set; }
    public StoredMessage? Row { get; set; }
    public MessageContent? Content { get; set; }
    /// <summary>A content had to be read that the text index does not know yet.</summary>
    public bool MissedIndex { get; set; }
}

/// <summary>Answer of a test: a key that needs more than is at hand does not know yet.</summary>
internal enum Verdict
{
    No, Yes, Unknown,
}
