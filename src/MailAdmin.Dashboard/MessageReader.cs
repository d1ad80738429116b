namespace MailAdmin.Dashboard;

/// <summary>Takes a message apart: text, HTML, headers, attachments. The module gives the dashboard its own parser, so that no room has two.</summary>
/// <param name="administration">Where its content is read.</param>
/// <param name="message">Which.</param>
/// <param name="cancellationToken">Gives up.</param>
public delegate Task<MailMessageContent> MessageReader(IMailAdministration administration, MailboxMessage message, CancellationToken cancellationToken);
