using System.Globalization;
using MailAdmin.Client.Connecting;
using MailAdmin.Client.Transcripts;
using MailKit;
using MailKit.Net.Smtp;
using MimeKit;

namespace MailAdmin.Client.Sending;

/// <summary>
/// MailKit's SMTP client, which remembers what became of each recipient instead of giving up at the first refusal. With PIPELINING the recipients were sent before
/// the sender's reply was read: where <see cref="SenderRefusal"/> is there, what was said to them means nothing. RFC 2920 §3.1.
/// </summary>
internal sealed class RecordingSmtpClient(TranscriptLogger logger, DeliveryStatusNotification? notify) : SmtpClient(logger)
{
    /// <summary>Per recipient of the envelope.</summary>
    public List<MailRecipientResult> Recipients { get; } = [];

    /// <summary>The reply that refused the sender; null where none did.</summary>
    public string? SenderRefusal { get; private set; }

    /// <summary>Octets of the message as it was announced; negative where they were not counted.</summary>
    public long MessageSize { get; private set; } = -1;

    /// <inheritdoc/>
    protected override long GetSize(FormatOptions options, MimeMessage message, CancellationToken cancellationToken) =>
        MessageSize = base.GetSize(options, message, cancellationToken);

    /// <inheritdoc/>
    protected override void OnSenderNotAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response)
    {
        SenderRefusal = Text(response);
        base.OnSenderNotAccepted(message, mailbox, response);
    }

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
