using System.Globalization;
using MailAdmin.Client.Connecting;
using MailAdmin.Client.Transcripts;
using MailKit;
using MailKit.Net.Smtp;
using MimeKit;

namespace MailAdmin.Client.Sending;

/// <summary>MailKit's SMTP client, which remembers what became of each recipient instead of giving up at the first refusal.</summary>
internal sealed class RecordingSmtpClient(TranscriptLogger logger, DeliveryStatusNotification? notify) : SmtpClient(logger)
{
    /// <summary>Per recipient of the envelope.</summary>
    public List<MailRecipientResult> Recipients { get; } = [];

    /// <inheritdoc/>
    protected override void OnRecipientAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response) =>
        Recipients.Add(new MailRecipientResult(mailbox.Address, true, Text(response)));

    /// <inheritdoc/>
    protected override void OnRecipientNotAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response) =>
        Recipients.Add(new MailRecipientResult(mailbox.Address, false, Text(response)));

    /// <inheritdoc/>
    protected override DeliveryStatusNotification? GetDeliveryStatusNotifications(MimeMessage message, MailboxAddress mailbox) => notify;

    private static string Text(SmtpResponse response) =>
        string.Create(CultureInfo.InvariantCulture, $"{(int)response.StatusCode} {ServerSession.OneLine(response.Response)}");
}
