using MailAdmin.Errors;

namespace MailAdmin.Server.Administration;

/// <summary>Errors of administration, with their remedies in one place.</summary>
internal static class AdministrationErrors
{
    public static MailAdminException MailboxNotFound(string identity) => new(
        "MailboxNotFound", MailErrorCategory.ObjectNotFound, $"There is no mailbox '{identity}'.", identity,
        identity.Contains('@', StringComparison.Ordinal) ? "Get-Mailbox lists those there are; New-Mailbox makes one." : $"Write the whole address; Get-Mailbox {identity}@* lists those that begin so.");

    public static MailAdminException FolderNotFound(string mailbox, string folder) => new(
        "FolderNotFound", MailErrorCategory.ObjectNotFound, $"Mailbox {mailbox} has no folder '{folder}'.", folder,
        $"Get-MailboxFolder {mailbox} lists its folders; New-MailboxFolder makes one.");

    public static MailAdminException MessageNotFound(string mailbox, string folder, uint uid) => new(
        "MessageNotFound", MailErrorCategory.ObjectNotFound, $"There is no message {uid} in {mailbox}/{folder}.", uid, $"Get-MailboxMessage {mailbox} {folder} lists those there are.");

    public static MailAdminException AliasNotFound(string address) => new(
        "AliasNotFound", MailErrorCategory.ObjectNotFound, $"There is no alias '{address}'.", address, "Get-MailAlias lists those there are.");

    public static MailAdminException AliasLoop(IReadOnlyList<Addresses.MailboxAddress> way) => new(
        way.Count > 2 ? "AliasLoop" : "AliasOfItself", MailErrorCategory.InvalidArgument, $"Alias '{way[0]}' would lead to itself{(way.Count > 2 ? $": {string.Join(" -> ", way)}" : "")}.", way[0].ToString(),
        "Name the mailboxes or other addresses that its mail is to go to.");

    public static MailAdminException QueueMessageNotFound(string id) => new(
        "QueueMessageNotFound", MailErrorCategory.ObjectNotFound, $"There is no message '{id}' in the queue.", id,
        "It may have been sent meanwhile; Get-MailQueueMessage lists those that wait.");

    public static MailAdminException DomainNotFound(string name) => new(
        "DomainNotFound", MailErrorCategory.ObjectNotFound, $"There is no domain '{name}'.", name, "Get-MailDomain lists those there are; New-MailDomain makes one.");

    public static MailAdminException InvalidAddress(string text, string reason) => new(
        "InvalidAddress", MailErrorCategory.InvalidArgument, reason, text, "Write it as name@domain, for example alice@example.com.");

    public static MailAdminException InvalidDomain(string text) => new(
        "InvalidDomain", MailErrorCategory.InvalidArgument, $"'{text}' is not a domain name.", text, "Write it as example.com.");

    public static MailAdminException InvalidFolderName(string text) => new(
        "InvalidFolderName", MailErrorCategory.InvalidArgument, $"'{text}' cannot be a folder's name.", text,
        "Levels are separated by '/', none is empty, and control characters are not allowed.");

    public static MailAdminException InvalidFlag(string text) => new(
        "InvalidFlag", MailErrorCategory.InvalidArgument, $"'{text}' is not a flag.", text,
        "Flags are Seen, Answered, Flagged, Deleted, Draft, or a keyword of letters, digits and -_$.");

    public static MailAdminException InvalidSpecialUse(string text) => new(
        "InvalidSpecialUse", MailErrorCategory.InvalidArgument, $"'{text}' is not a special use.", text,
        "One of All, Archive, Drafts, Flagged, Junk, Sent, Trash, Important (RFC 6154).");

    public static MailAdminException EmptyMessage() => new(
        "EmptyMessage", MailErrorCategory.InvalidArgument, "A message without a single octet cannot be stored.", null, "Give the message's source: its header, an empty line and its body.");

    public static MailAdminException InvalidIpAddress(string text, string reason) => new("InvalidIpAddress", MailErrorCategory.InvalidArgument, reason, text, "Take the address from Get-MailSession, or write the network as the address before its prefix length.");

    public static MailAdminException BlockOfAll(string address) => new(
        "BlockOfAll", MailErrorCategory.InvalidArgument, $"'{address}' is every address there is.", address, "Name a narrower network; Stop-MailServer lets nobody in.");

    public static MailAdminException ReasonTooLong(string address, int most) => new(
        "ReasonTooLong", MailErrorCategory.InvalidArgument, $"The reason for blocking {address} is longer than {most} characters.", address, "Say it in fewer words.");

    public static MailAdminException InvalidDuration(TimeSpan duration) => new(
        "InvalidDuration", MailErrorCategory.InvalidArgument, $"A block cannot last {duration}.", duration, "Give a time above zero and up to 36,500 days, or none for until it is taken off.");

    public static MailAdminException TooManyBlocks(string address) => new(
        "TooManyBlocks", MailErrorCategory.QuotaExceeded, $"{Connections.BlockList.MaxBlocks} addresses are blocked already.", address, "Take some off, or block networks in the firewall.");
}
