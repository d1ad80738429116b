using MailAdmin.Addresses;
using MailAdmin.Errors;

namespace MailAdmin.Store;

/// <summary>The store's failures that a person can act on, each with its remedy; one place, so that ids stay stable.</summary>
internal static class StoreErrors
{
    public static MailAdminException MailboxNotFound(object target) => new(
        "MailboxNotFound", MailErrorCategory.ObjectNotFound, $"There is no mailbox '{target}'.", target, "Get-Mailbox lists the mailboxes.");

    public static MailAdminException MailboxExists(MailboxAddress address) => new(
        "MailboxExists", MailErrorCategory.ResourceExists, $"There is already a mailbox '{address}'.", address.ToString(), "Choose another address, or change the existing mailbox with Set-Mailbox.");

    public static MailAdminException AddressInUse(MailboxAddress address, string by) => new(
        "AddressInUse", MailErrorCategory.ResourceExists, $"The address '{address}' belongs to {by}.", address.ToString(), "Choose another address, or remove what holds it first.");

    public static MailAdminException DomainNotFound(string name) => new(
        "DomainNotFound", MailErrorCategory.ObjectNotFound, $"There is no domain '{name}'.", name, "Make it with New-MailDomain.");

    public static MailAdminException DomainExists(string name) => new(
        "DomainExists", MailErrorCategory.ResourceExists, $"There is already a domain '{name}'.", name, "Get-MailDomain shows it; Set-MailDomain -CatchAll says where the mail of its unknown recipients goes.");

    public static MailAdminException DomainNotEmpty(string name) => new(
        "DomainNotEmpty", MailErrorCategory.InvalidOperation, $"The domain '{name}' still has mailboxes or aliases.", name, "Remove its mailboxes and aliases first.");

    public static MailAdminException AliasExists(MailboxAddress address) => new(
        "AliasExists", MailErrorCategory.ResourceExists, $"There is already an alias '{address}'.", address.ToString(), "Change it with Set-MailAlias.");

    public static MailAdminException AliasNotFound(MailboxAddress address) => new(
        "AliasNotFound", MailErrorCategory.ObjectNotFound, $"There is no alias '{address}'.", address.ToString(), "Get-MailAlias lists the aliases.");

    public static MailAdminException FolderNotFound(object target) => new(
        "FolderNotFound", MailErrorCategory.ObjectNotFound, $"There is no folder '{target}'.", target, "Get-MailboxFolder lists the folders of a mailbox.");

    public static MailAdminException FolderExists(string name) => new(
        "FolderExists", MailErrorCategory.ResourceExists, $"There is already a folder '{name}'.", name, "Choose another name.");

    public static MailAdminException InvalidFolderName(string name) => new(
        "InvalidFolderName", MailErrorCategory.InvalidArgument, $"'{name}' cannot be the name of a folder.", name,
        $"Use levels of printable characters separated by '{FolderName.Separator}', at most {FolderName.MaxLevels} levels and {FolderName.MaxOctets} octets.");

    public static MailAdminException InboxCannotBeDeleted() => new(
        "InboxCannotBeDeleted", MailErrorCategory.InvalidOperation, "INBOX cannot be deleted.", FolderName.Inbox, "Delete its messages instead.");

    public static MailAdminException SpecialUseExists(SpecialUse use, string name) => new(
        "SpecialUseExists", MailErrorCategory.ResourceExists, $"The mailbox already has a folder for {use}: '{name}'.", use.ToString(), "Use that folder, or make this one without the special use.");

    public static MailAdminException TooManyFolders(int limit) => new(
        "TooManyFolders", MailErrorCategory.QuotaExceeded, $"The mailbox already has {limit} folders, as many as it may.", limit, "Delete folders that are no longer needed.");

    public static MailAdminException TooManyKeywords(string keyword) => new(
        "TooManyKeywords", MailErrorCategory.QuotaExceeded, $"The folder already has {FolderKeywords.MaxKeywords} keywords; '{keyword}' would be one too many.", keyword, "Use one of the folder's keywords.");

    public static MailAdminException QuotaExceeded(string mailbox) => new(
        "QuotaExceeded", MailErrorCategory.QuotaExceeded, $"The mailbox '{mailbox}' is over its quota.", mailbox, "Delete messages, or raise the quota with Set-Mailbox -Quota.");

    public static MailAdminException FolderFull(string folder) => new(
        "FolderFull", MailErrorCategory.QuotaExceeded, $"The folder '{folder}' has given out every UID there is.", folder, "Move its messages to a new folder.");

    public static MailAdminException MessageTooLarge(long octets) => new(
        "MessageTooLarge", MailErrorCategory.QuotaExceeded, $"A message of {octets} octets is larger than the store keeps.", octets, "Send it in parts.");

    public static MailAdminException MessageNotFound(object target) => new(
        "MessageNotFound", MailErrorCategory.ObjectNotFound, "The message was removed meanwhile.", target, "Read the folder again.");

    public static MailAdminException QueueFull(int limit) => new(
        "QueueFull", MailErrorCategory.QuotaExceeded, $"The queue already has {limit} messages, as many as it may.", limit,
        "See with Get-MailQueue which destination does not take its mail; remove what will not be sent any more.");

    public static MailAdminException QueueMessageNotFound(QueueId id) => new(
        "QueueMessageNotFound", MailErrorCategory.ObjectNotFound, $"There is no message '{id}' in the queue.", id.ToString(), "It may have been sent meanwhile; Get-MailQueueMessage lists those that wait.");

    public static MailAdminException ContentCorrupt(string place, Exception? cause = null) => new(
        "ContentCorrupt", MailErrorCategory.InvalidData, $"The content of a message is damaged on disk ({place}).", place, "Run Test-MailStore; restore the message from a backup.", cause);

    public static MailAdminException StoreCorrupt(string path, string what, Exception? cause = null) => new(
        "StoreCorrupt", MailErrorCategory.InvalidData, $"The store '{path}' is damaged: {what}", path, "Run Repair-MailStore; it rebuilds the index from the content.", cause);

    public static MailAdminException StoreInUse(string path, string holder, Exception? cause = null) => new(
        "StoreInUse", MailErrorCategory.ResourceBusy, $"The store '{path}' is in use by {holder}.", path, "Stop that server or program, or administer the store through it.", cause);

    public static MailAdminException StoreClosed(string path) => new(
        "StoreClosed", MailErrorCategory.ResourceUnavailable, $"The store '{path}' is closed.", path, "Start the server again.");

    public static MailAdminException StoreFaulted(string path, Exception? cause) => new(
        "StoreFaulted", MailErrorCategory.ResourceUnavailable, $"The store '{path}' takes no changes: a write to its disk could neither be done nor undone.", path,
        "Check the disk. The store tries again with each change; if it stays so, restart the server.", cause);

    public static MailAdminException FailedInside(string path, Exception cause) => new(
        "StoreFailedInside", MailErrorCategory.NotSpecified, $"The store '{path}' could not do this one operation, and nothing was changed: {cause.GetType().Name}: {cause.Message}", path,
        "Run Test-MailStore. Where it finds nothing this is a defect of MailAdmin.", cause);

    /// <summary>What the file system or SQLite reported, or damage that was met, as the error a person can act on.</summary>
    public static MailAdminException From(Exception cause, string path)
    {
        if (cause is MailAdminException known)
        {
            return known;
        }

        return cause switch
        {
            InvalidDataException or Sqlite.IndexException { IsCorrupt: true } => StoreCorrupt(path, cause.Message, cause),
            _ when IsDiskFull(cause) => new MailAdminException(
                "StoreDiskFull", MailErrorCategory.ResourceUnavailable, $"The disk of the store '{path}' is full.", path, "Free space on the disk; nothing was changed.", cause),
            UnauthorizedAccessException => new MailAdminException(
                "StoreAccessDenied", MailErrorCategory.PermissionDenied, $"This account may not use the store '{path}': {cause.Message}", path, "Run the command as the account that owns the store.", cause),
            _ => new MailAdminException(
                "StoreIOError", MailErrorCategory.ResourceUnavailable, $"The disk of the store '{path}' failed: {cause.Message}", path, "Check the disk and the permissions of the store's directory.", cause),
        };
    }

    private static bool IsDiskFull(Exception cause) => cause is IOException io && ((io.HResult & 0xFFFF) is DiskFullWindows or HandleDiskFullWindows || io.HResult is DiskFullUnix or QuotaUnix or QuotaMac)
        || cause is Sqlite.IndexException { IsDiskFull: true } || cause.InnerException is { } inner && IsDiskFull(inner);

    // ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL; ENOSPC and EDQUOT come as raw errno.
    private const int DiskFullWindows = 112;
    private const int HandleDiskFullWindows = 39;
    private const int DiskFullUnix = 28;
    private const int QuotaUnix = 122;
    private const int QuotaMac = 69;
}
