using MailAdmin.Errors;

namespace MailAdmin.Module.Base;

/// <summary>Errors for names that lead nowhere, worded once.</summary>
internal static class NotFound
{
    public static MailAdminException Mailbox(string identity) => Make(
        "MailboxNotFound", $"There is no mailbox '{identity}'.", identity,
        identity.Contains('@', StringComparison.Ordinal)
            ? "List the mailboxes with Get-Mailbox, or make it with New-Mailbox."
            : $"Write the whole address; Get-Mailbox {identity}@* lists those that begin so.");

    public static MailAdminException Domain(string name) => Make("DomainNotFound", $"There is no domain '{name}'.", name, "List the domains with Get-MailDomain, or make it with New-MailDomain.");

    public static MailAdminException Alias(string address) => Make("AliasNotFound", $"There is no alias '{address}'.", address, "List the aliases with Get-MailAlias, or make it with New-MailAlias.");

    public static MailAdminException Folder(string mailbox, string name) => Make("FolderNotFound", $"Mailbox '{mailbox}' has no folder '{name}'.", name, $"List its folders with Get-MailboxFolder {mailbox}.");

    public static MailAdminException Message(string mailbox, string folder, uint uid) => Make("MessageNotFound", $"Folder '{folder}' of '{mailbox}' has no message with UID {uid}.", uid, $"List its messages with Get-MailboxMessage {mailbox} {folder}.");

    public static MailAdminException Session(string id) => Make("SessionNotFound", $"There is no open session '{id}'.", id, "List the open sessions with Get-MailSession.");

    public static MailAdminException QueueMessage(string id) => Make("QueueMessageNotFound", $"There is no message '{id}' in the queue.", id, "It may have been sent. List the queue with Get-MailQueueMessage.");

    public static MailAdminException WaitingMessage(string id) => Make("QueueMessageNotFound", $"No message '{id}' waits in the queue.", id, "It may have been sent, or is being sent this moment. List the queue with Get-MailQueueMessage.");

    public static MailAdminException Route(string name) => Make("RouteNotFound", $"There is no route '{name}'.", name, "List the routes with Get-MailRoute, or make it with New-MailRoute.");

    public static MailAdminException Block(string address) => Make("BlockNotFound", $"Nothing blocks '{address}'.", address, "List the blocks with Get-MailBlock.");

    public static MailAdminException Server(string name) => Make("ServerNotFound", $"No mail server named '{name}' is running.", name, "List the running servers with Get-MailServer, or start it with Start-MailServer.");

    private static MailAdminException Make(string id, string message, object target, string action) => new(id, MailErrorCategory.ObjectNotFound, message, target, action);
}
