using MailAdmin.Errors;

namespace MailAdmin.Server.Imap;

/// <summary>Failures of the store as IMAP says them: a response code and a text without its private cause. RFC 5530, RFC 9051 §7.1.</summary>
internal static class ImapErrors
{
    /// <summary>What an EXPUNGEISSUED says. Clients older than RFC 5530 know it by "no longer exist" after FETCH, "have been deleted" after STORE.</summary>
    public const string Gone = "Some of the messages no longer exist, they have been deleted";

    private static readonly Dictionary<string, (string Code, string Text)> Known = new(StringComparer.Ordinal)
    {
        ["MessageNotFound"] = ("EXPUNGEISSUED", Gone),
        ["FolderNotFound"] = ("NONEXISTENT", "No such mailbox"),
        ["FolderExists"] = ("ALREADYEXISTS", "Mailbox exists already"),
        ["InvalidFolderName"] = ("CANNOT", "Mailbox name is not allowed"),
        ["SpecialUseExists"] = ("USEATTR", "Another mailbox has this special use"),
        ["TooManyFolders"] = ("LIMIT", "Too many mailboxes"),
        ["InboxCannotBeDeleted"] = ("CANNOT", "INBOX cannot be deleted"),
        ["FolderFull"] = ("LIMIT", "Mailbox is full"),
        ["QuotaExceeded"] = ("OVERQUOTA", "Quota exceeded"),
        ["MessageTooLarge"] = ("TOOBIG", "Message is too large"),
        ["TooManyKeywords"] = ("LIMIT", "Too many keywords in this mailbox"),
        ["StoreDiskFull"] = ("UNAVAILABLE", "No space left on the server"),
        ["StoreClosed"] = ("UNAVAILABLE", "Server is shutting down"),
        ["StoreIOError"] = ("UNAVAILABLE", "Storage failed"),
        ["StoreFaulted"] = ("UNAVAILABLE", "Storage failed"),
        ["StoreAccessDenied"] = ("UNAVAILABLE", "Storage failed"),
        ["ContentCorrupt"] = ("SERVERBUG", "Message is damaged"),
        ["MailboxNotFound"] = ("UNAVAILABLE", "Account is no longer there"),
    };

    /// <summary>The disk is full, failed, or not ours to use: what was asked for could not be written, or one content not be read; the rest may go well.</summary>
    public static bool IsOfStorage(MailAdminException failure) => failure.ErrorId is "StoreDiskFull" or "StoreIOError" or "StoreFaulted" or "StoreAccessDenied";

    /// <summary>Somebody should look at it: storage that fails, content that is damaged, a fault of ours; not what a client asks for and cannot have.</summary>
    public static bool IsOurs(MailAdminException failure) =>
        IsOfStorage(failure) || failure.ErrorId == "ContentCorrupt"
        || (!Known.ContainsKey(failure.ErrorId) && failure.Category is not (MailErrorCategory.InvalidArgument or MailErrorCategory.InvalidOperation or MailErrorCategory.QuotaExceeded));

    /// <summary>NO with the code that fits.</summary>
    public static ImapResult ToResult(MailAdminException failure)
    {
        if (Known.TryGetValue(failure.ErrorId, out var known))
        {
            return ImapResult.No(known.Text, known.Code);
        }

        return failure.Category switch
        {
            MailErrorCategory.InvalidArgument or MailErrorCategory.InvalidOperation => ImapResult.No("Not possible", "CANNOT"),
            MailErrorCategory.QuotaExceeded => ImapResult.No("A limit is reached", "LIMIT"),
            _ => ImapResult.No("Internal failure; see the server's log", "SERVERBUG"),
        };
    }
}
