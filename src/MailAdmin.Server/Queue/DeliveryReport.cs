using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using MimeKit;
using MimeKit.Utils;

namespace MailAdmin.Server.Queue;

/// <summary>
/// A delivery status notification: what a person reads, what a program reads, and the header of the message it is about. RFC 3462, RFC 3464, RFC 6522.
/// </summary>
/// <remarks>
/// The body is not returned: its sender has it, and a forged sender need not get it. The report's own sender is null (RFC 3464 §2), so that nothing answers it. Whatever a peer
/// or the message's sender put in, its octets are ASCII in lines that SMTP takes, so that any next hop takes it; only the address of an internationalised sender is UTF-8.
/// </remarks>
internal static partial class DeliveryReport
{
    /// <summary>RFC 5321 §4.5.3.1.6, without CRLF.</summary>
    private const int MaxLine = 998;

    /// <summary>Makes the report, octets as they are stored; null, and logged, where that fails.</summary>
    /// <param name="subject">What it is about.</param>
    /// <param name="header">Header of the message, as far as it is returned.</param>
    /// <param name="hostName">Ours.</param>
    /// <param name="now">Its date.</param>
    /// <param name="log">Where a failure is told.</param>
    public static byte[]? TryMake(ReportSubject subject, byte[] header, string hostName, DateTimeOffset now, ILogger log)
    {
        try
        {
            return Make(subject, header, hostName, now);
        }
#pragma warning disable CA1031 // A header or a reply of which no report can be made must not keep its message in the queue for ever, nor a delivery from ending.
        catch (Exception e)
#pragma warning restore CA1031
        {
            NotReported(log, e, subject.Sender);
            return null;
        }
    }

    private static byte[] Make(ReportSubject subject, byte[] header, string hostName, DateTimeOffset now)
    {
        var isFailure = subject.Kind == ReportKind.Failed;
        using var message = new MimeMessage();
        message.From.Add(new MimeKit.MailboxAddress("Mail Delivery System", "MAILER-DAEMON@" + hostName));
        message.Headers.Add(HeaderId.To, subject.Sender);
        message.Subject = isFailure ? "Undelivered mail returned to sender" : "Delayed mail (still being tried)";
        message.Date = now;
        message.MessageId = MimeUtils.GenerateMessageId(hostName);
        // RFC 3834 §5.
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-replied");

        var text = Explain(subject, isFailure, hostName);
        message.Body = new MultipartReport("delivery-status")
        {
            new TextPart("plain") { Text = text, ContentTransferEncoding = Ascii.IsValid(text) ? ContentEncoding.SevenBit : ContentEncoding.QuotedPrintable },
            Status(subject, isFailure, hostName, now),
            // RFC 6522 §4 wants seven bits, by quoted-printable where there are more.
            new MimePart("text", "rfc822-headers")
            {
                Content = new MimeContent(new MemoryStream(header)),
                ContentTransferEncoding = Ascii.IsValid(header) && IsShort(header) ? ContentEncoding.SevenBit : ContentEncoding.QuotedPrintable,
            },
        };

        using var octets = new MemoryStream();
        // At the head, where reception puts it and relaying takes it off.
        octets.Write("Return-Path: <>\r\n"u8);
        var format = FormatOptions.Default.Clone();
        format.NewLineFormat = NewLineFormat.Dos;
        format.International = !Ascii.IsValid(subject.Sender);
        message.WriteTo(format, octets, CancellationToken.None);
        return octets.ToArray();
    }

    /// <summary>The header of a message, up to a bound, without our Return-Path; in lines that end with CRLF and hold neither CR, LF nor NUL.</summary>
    public static async Task<byte[]> HeaderOfAsync(Stream content, int limit)
    {
        var octets = new byte[Math.Min(content.Length, limit)];
        var length = await content.ReadAtLeastAsync(octets, octets.Length, throwOnEndOfStream: false);
        var end = octets.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
        // Cut between two lines.
        end = end >= 0 ? end : octets.AsSpan(0, length).LastIndexOf("\r\n"u8);
        var header = end < 0 ? [] : octets[ReturnPath.LengthIn(octets.AsSpan(0, length))..(end + 2)];
        for (var i = 0; i < header.Length; i++)
        {
            // Binary content (RFC 3030) may have them anywhere; sent on by DATA they would be ends of lines to some and not to others.
            var isLone = header[i] switch
            {
                (byte)'\r' => i + 1 == header.Length || header[i + 1] != '\n',
                (byte)'\n' => i == 0 || header[i - 1] != '\r',
                _ => header[i] == 0,
            };
            header[i] = isLone ? (byte)' ' : header[i];
        }

        return header;
    }

    private static string Explain(ReportSubject subject, bool isFailure, string hostName)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"This is the mail system of {hostName}.");
        text.AppendLine();
        text.AppendLine(isFailure
            ? "Your message could not be delivered to the recipients below and is not tried again."
            : "Your message has not been delivered to the recipients below yet. It is still being");
        text.AppendLine(isFailure ? "Its header follows." : string.Create(CultureInfo.InvariantCulture, $"tried, until {subject.ExpiresAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC; you need not send it again."));
        foreach (var (recipient, result) in subject.About)
        {
            text.AppendLine();
            text.AppendLine(CultureInfo.InvariantCulture, $"<{recipient.Address}>");
            text.AppendLine(CultureInfo.InvariantCulture, $"    {result.Reply}");
        }

        return text.ToString();
    }

    // RFC 3464 §2.2, §2.3.
    private static MessageDeliveryStatus Status(ReportSubject subject, bool isFailure, string hostName, DateTimeOffset now)
    {
        var status = new MessageDeliveryStatus();
        var groups = status.StatusGroups;
        groups.Add(new HeaderList { { "Reporting-MTA", "dns; " + hostName }, { "Arrival-Date", DateUtils.FormatDate(subject.ReceivedAt) } });
        foreach (var (recipient, result) in subject.About)
        {
            var group = new HeaderList
            {
                { "Final-Recipient", Ascii.IsValid(recipient.Address) ? "rfc822; " + recipient.Address : "utf-8; " + Embed(recipient.Address, @"\+=") },
                { "Action", isFailure ? "failed" : "delayed" },
                { "Status", result.Status },
            };
            if (result.Reply.Length > 4 && result.Reply[..3].All(char.IsAsciiDigit))
            {
                if (subject.Host is not null)
                {
                    group.Add("Remote-MTA", "dns; " + subject.Host);
                }

                group.Add("Diagnostic-Code", "smtp; " + Embed(result.Reply, ""));
            }

            group.Add("Last-Attempt-Date", DateUtils.FormatDate(now));
            if (!isFailure)
            {
                group.Add("Will-Retry-Until", DateUtils.FormatDate(subject.ExpiresAt));
            }

            groups.Add(group);
        }

        return status;
    }

    /// <summary>Text in ASCII, its other characters by their numbers. RFC 6533 §3, utf-8-addr-xtext.</summary>
    private static string Embed(string text, string also) => Ascii.IsValid(text) && also.Length == 0
        ? text
        : string.Concat(text.EnumerateRunes().Select(r => r.IsAscii && !also.Contains((char)r.Value, StringComparison.Ordinal) ? r.ToString() : string.Create(CultureInfo.InvariantCulture, $"\\x{{{r.Value:X}}}")));

    [LoggerMessage(EventId = 7004, Level = LogLevel.Error, Message = "No report could be made for {Sender}, who is not told")]
    private static partial void NotReported(ILogger logger, Exception cause, string sender);

    private static bool IsShort(ReadOnlySpan<byte> header)
    {
        foreach (var line in header.Split((byte)'\n'))
        {
            if (line.End.Value - line.Start.Value > MaxLine + 1)
            {
                return false;
            }
        }

        return true;
    }
}
