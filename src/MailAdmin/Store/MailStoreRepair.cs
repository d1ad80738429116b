using MailAdmin.Administration;
using MailAdmin.Display;

namespace MailAdmin;

/// <summary>What <c>Repair-MailStore</c> could save.</summary>
public sealed record MailStoreRepair
{
    /// <summary>Directory of the store.</summary>
    public required string StorePath { get; init; }
    /// <summary>Mailboxes in the new index.</summary>
    public required long MailboxCount { get; init; }
    /// <summary>Messages in the new index.</summary>
    public required long MessageCount { get; init; }
    /// <summary>Messages whose content is lost.</summary>
    public required long LostMessages { get; init; }
    /// <summary>Places in the content that cannot be read.</summary>
    public required long DamagedPlaces { get; init; }
    /// <summary>Changes that could not be made again, since what they build on is lost.</summary>
    public required long SkippedRecords { get; init; }
    /// <summary>What the figures do not tell: files that cannot be read, operations that are missing, folders whose owner is lost.</summary>
    public IReadOnlyList<StoreFinding> Findings { get; init => field = Indexable.Array(value); } = [];
}
