using System.Globalization;
using System.Text;
using MailAdmin.Errors;
using MailAdmin.Store;
using MimeKit;
using MimeKit.Utils;

namespace MailAdmin.Server.Queue;

/// <summary>
/// A delivery status notification: what a person reads, what a program reads, and the header of the message it is about. RFC 3462, RFC 3464, RFC 6522.
/// </summary>
/// <remarks>The body is not returned: its sender has it, and a forged sender need not get it. The report's own sender is null (RFC 3464 §2), so that nothing answers it.</remarks>
internal static class DeliveryReport
{
    /// <summary>Makes the report of an outcome, octets as they are stored.</summary>
    public static async Task<byte[]> MakeAsync(QueueParts parts, Outcome outcome, CancellationToken cancellationToken)
    {
        var header = await HeaderAsync(parts, outcome.Entry, cancellationToken);
        return Make(outcome, header, parts.HostName(), parts.Time.GetUtcNow());
    }

    /// <summary>Makes the report.</summary>
    /// <param name="outcome">What it is about.</param>
    /// <param name="header">Header of the message, as far as it is returned.</param>
    /// <param name="hostName">Ours.</param>
    /// <param name="now">Its date.</param>
    public static byte[] Make(Outcome outcome, byte[] header, string hostName, DateTimeOffset now)
    {
        var (entry, isFailure) = (outcome.Entry, outcome.Report == ReportKind.Failed);
        var about = isFailure ? outcome.Failed : outcome.Deferred;
        using var message = new MimeMessage();
        message.From.Add(new MimeKit.MailboxAddress("Mail Delivery System", "MAILER-DAEMON@" + hostName));
        message.Headers.Add(HeaderId.To, entry.Sender);
        message.Subject = isFailure ? "Undelivered mail returned to sender" : "Delayed mail (still being tried)";
        message.Date = now;
        message.MessageId = MimeUtils.GenerateMessageId(hostName);
        // RFC 3834 §5.
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-replied");

        var report = new MultipartReport("delivery-status")
        {
            new TextPart("plain") { Text = Explain(entry, about, isFailure, hostName) },
            Status(entry, about, isFailure, outcome.Host, hostName, now),
        };
        var returned = new MimePart("text", "rfc822-headers")
        {
            Content = new MimeContent(new MemoryStream(header)),
            ContentTransferEncoding = Ascii.IsValid(header) ? ContentEncoding.SevenBit : ContentEncoding.EightBit,
        };
        report.Add(returned);
        message.Body = report;

        using var octets = new MemoryStream();
        // At the head, where reception puts it and relaying takes it off.
        octets.Write("Return-Path: <>\r\n"u8);
        var format = FormatOptions.Default.Clone();
        format.NewLineFormat = NewLineFormat.Dos;
        format.International = !Ascii.IsValid(entry.Sender) || about.Any(r => !Ascii.IsValid(r.Recipient.Address));
        message.WriteTo(format, octets, CancellationToken.None);
        return octets.ToArray();
    }

    private static string Explain(QueueEntry entry, IReadOnlyList<(QueueRecipient Recipient, RecipientResult Result)> about, bool isFailure, string hostName)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"This is the mail system of {hostName}.");
        text.AppendLine();
        text.AppendLine(isFailure
            ? "Your message could not be delivered to the recipients below and is not tried again."
            : "Your message has not been delivered to the recipients below yet. It is still being");
        text.AppendLine(isFailure ? "Its header follows." : string.Create(CultureInfo.InvariantCulture, $"tried, until {entry.ExpiresAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC; you need not send it again."));
        foreach (var (recipient, result) in about)
        {
            text.AppendLine();
            text.AppendLine(CultureInfo.InvariantCulture, $"<{recipient.Address}>");
            text.AppendLine(CultureInfo.InvariantCulture, $"    {result.Reply}");
        }

        return text.ToString();
    }

    // RFC 3464 §2.2, §2.3.
    private static MessageDeliveryStatus Status(
        QueueEntry entry, IReadOnlyList<(QueueRecipient Recipient, RecipientResult Result)> about, bool isFailure, string? host, string hostName, DateTimeOffset now)
    {
        var status = new MessageDeliveryStatus();
        var groups = status.StatusGroups;
        groups.Add(new HeaderList { { "Reporting-MTA", "dns; " + hostName }, { "Arrival-Date", DateUtils.FormatDate(entry.ReceivedAt) } });
        foreach (var (recipient, result) in about)
        {
            var group = new HeaderList
            {
                // RFC 6533 §3 for what is not ASCII.
                { "Final-Recipient", (Ascii.IsValid(recipient.Address) ? "rfc822; " : "utf-8; ") + recipient.Address },
                { "Action", isFailure ? "failed" : "delayed" },
                { "Status", result.Status },
            };
            if (result.Reply.Length > 4 && result.Reply[..3].All(char.IsAsciiDigit))
            {
                if (host is not null)
                {
                    group.Add("Remote-MTA", "dns; " + host);
                }

                group.Add("Diagnostic-Code", "smtp; " + result.Reply);
            }

            group.Add("Last-Attempt-Date", DateUtils.FormatDate(now));
            if (!isFailure)
            {
                group.Add("Will-Retry-Until", DateUtils.FormatDate(entry.ExpiresAt));
            }

            groups.Add(group);
        }

        return status;
    }

    /// <summary>The header of the message, up to a bound; empty where the content is damaged.</summary>
    private static async Task<byte[]> HeaderAsync(QueueParts parts, QueueEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            using var content = await parts.Store.Queue.OpenAsync(entry, cancellationToken);
            var octets = new byte[Math.Min(content.Length, parts.Options.ReportedHeader)];
            var length = content.Read(0, octets);
            var end = octets.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            // Cut between two lines.
            end = end >= 0 ? end + 2 : octets.AsSpan(0, length).LastIndexOf((byte)'\n') + 1;
            return octets[ReturnPath.LengthIn(content)..end];
        }
        catch (MailAdminException e) when (e.ErrorId is "ContentCorrupt" or "MessageNotFound")
        {
            return [];
        }
    }
}
