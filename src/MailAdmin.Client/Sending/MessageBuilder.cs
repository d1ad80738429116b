using System.Globalization;
using System.Net.Mail;
using System.Text;
using MailAdmin.Clients;
using MailAdmin.Errors;
using MimeKit;
using MimeKit.Utils;
using DirectoryAddress = MailAdmin.Addresses.MailboxAddress;

namespace MailAdmin.Client.Sending;

/// <summary>Makes the message and its envelope from a request. Files are opened here and read while they are sent.</summary>
internal static class MessageBuilder
{
    /// <summary>Builds; the caller disposes the message, which closes the attached files.</summary>
    public static (MimeMessage Message, MimeKit.MailboxAddress From, List<MimeKit.MailboxAddress> Recipients) Build(MailSendRequest request, TimeProvider time)
    {
        var recipients = new[] { (request.To, "To"), (request.Cc, "Cc"), (request.Bcc, "Bcc") }.ToDictionary(l => l.Item2, l => Addresses(l.Item1, l.Item2));
        var from = request.From is null ? null : Addresses([request.From], "From") is [var only] ? only
            : throw InvalidAddress(request.From, "From", "One author is needed.");

        var message = request.RawPath is not null ? Load(request.RawPath) : Compose(request, from, recipients, time);
        try
        {
            from ??= message.Sender ?? message.From.Mailboxes.FirstOrDefault()
                ?? throw new MailAdminException("SenderMissing", MailErrorCategory.InvalidArgument, "The message has no author.", request.RawPath, "Give -From.");
            var envelope = recipients.Values.SelectMany(l => l).ToList();
            if (envelope.Count == 0)
            {
                envelope.AddRange(message.To.Mailboxes.Concat(message.Cc.Mailboxes).Concat(message.Bcc.Mailboxes));
            }

            envelope = [.. envelope.DistinctBy(a => a.Address, StringComparer.OrdinalIgnoreCase)];
            return envelope.Count > 0 ? (message, from, envelope)
                : throw new MailAdminException("RecipientMissing", MailErrorCategory.InvalidArgument, "The message has no recipient.", request.RawPath, "Give -To, -Cc or -Bcc.");
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }

    private static MimeMessage Load(string path)
    {
        try
        {
            var message = MimeMessage.Load(path);
            if (string.IsNullOrEmpty(message.MessageId))
            {
                message.MessageId = MimeUtils.GenerateMessageId();
            }

            return message;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotReadable("MessageFileNotReadable", path, e);
        }
        catch (FormatException e)
        {
            throw new MailAdminException("MessageFileInvalid", MailErrorCategory.InvalidData, $"'{path}' is not an Internet message.", path,
                "Give a file that begins with header fields (.eml).", e);
        }
    }

    private static MimeMessage Compose(
        MailSendRequest request, MimeKit.MailboxAddress? from, Dictionary<string, List<MimeKit.MailboxAddress>> recipients, TimeProvider time)
    {
        if (from is null)
        {
            throw new MailAdminException("SenderMissing", MailErrorCategory.InvalidArgument, "The message has no author.", null, "Give -From.");
        }

        var encoding = request.Encoding ?? Encoding.UTF8;
        var message = new MimeMessage { Date = time.GetLocalNow() };
        try
        {
            message.From.Add(from);
            message.To.AddRange(recipients["To"]);
            message.Cc.AddRange(recipients["Cc"]);
            message.ReplyTo.AddRange(Addresses(request.ReplyTo, "ReplyTo"));
            var subject = HeaderSafety.Check(request.Subject ?? "", "Subject");
            message.Headers.Replace(HeaderId.Subject, Fitting(encoding, subject), subject);
            message.MessageId = MimeUtils.GenerateMessageId(DirectoryAddress.TryCanonicalDomain(from.Domain, out var domain) ? domain : "localhost");
            if (request.InReplyTo is { Length: > 0 } answered)
            {
                message.InReplyTo = HeaderSafety.Check(answered, "InReplyTo").Trim('<', '>', ' ');
                message.References.Add(message.InReplyTo);
            }

            SetPriority(message, request.Priority);
            foreach (var (name, value) in request.Headers)
            {
                message.Headers.Replace(HeaderSafety.CheckName(name), Fitting(encoding, value), HeaderSafety.Check(value, name));
            }

            var text = new TextPart(request.BodyAsHtml ? "html" : "plain");
            text.SetText(Fitting(encoding, request.Body ?? ""), request.Body ?? "");
            message.Body = request.Attachments.Count == 0 ? text : Attach(text, request.Attachments, encoding);
            return message;
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }

    // Send-MailMessage writes '?' for what its encoding lacks; UTF-8 loses nothing.
    private static Encoding Fitting(Encoding encoding, string text)
    {
        try
        {
            _ = Encoding.GetEncoding(encoding.CodePage, EncoderFallback.ExceptionFallback, DecoderFallback.ReplacementFallback).GetByteCount(text);
            return encoding;
        }
        catch (Exception e) when (e is EncoderFallbackException or NotSupportedException or ArgumentException)
        {
            return Encoding.UTF8;
        }
    }

    private static Multipart Attach(TextPart text, IReadOnlyList<string> files, Encoding encoding)
    {
        var mixed = new Multipart("mixed") { text };
        try
        {
            foreach (var file in files)
            {
                var (media, sub) = MimeTypes.GetMimeType(file).Split('/') is [var m, var s] ? (m, s) : ("application", "octet-stream");
                var part = new MimePart(media, sub)
                {
                    Content = new MimeContent(Open(file)),
                    ContentDisposition = new ContentDisposition(ContentDisposition.Attachment),
                    ContentTransferEncoding = ContentEncoding.Base64,
                };
                mixed.Add(part);
                // RFC 2231 for the parameter; the name of the file alone, never its path.
                var name = Path.GetFileName(file);
                part.ContentDisposition.Parameters.Add(Fitting(encoding, name), "filename", name);
                part.ContentType.Parameters.Add(Fitting(encoding, name), "name", name);
            }

            return mixed;
        }
        catch
        {
            mixed.Dispose();
            throw;
        }
    }

    private static FileStream Open(string file)
    {
        try
        {
            return new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw NotReadable("AttachmentNotReadable", file, e);
        }
    }

    private static void SetPriority(MimeMessage message, MailPriority priority)
    {
        // RFC 2156 §5.3.6 Priority, RFC 4021 Importance, and the X-Priority that clients show.
        switch (priority)
        {
            case MailPriority.High:
                message.Priority = MessagePriority.Urgent;
                message.Importance = MessageImportance.High;
                message.XPriority = XMessagePriority.Highest;
                break;
            case MailPriority.Low:
                message.Priority = MessagePriority.NonUrgent;
                message.Importance = MessageImportance.Low;
                message.XPriority = XMessagePriority.Lowest;
                break;
        }
    }

    private static List<MimeKit.MailboxAddress> Addresses(IReadOnlyList<string> texts, string parameter)
    {
        var found = new List<MimeKit.MailboxAddress>();
        foreach (var text in texts)
        {
            if (!InternetAddressList.TryParse(HeaderSafety.Check(text, parameter), out var list) || !list.Mailboxes.Any())
            {
                throw InvalidAddress(text, parameter, "It should read name@domain, or Name <name@domain>.");
            }

            foreach (var mailbox in list.Mailboxes)
            {
                // An address literal (RFC 5321 §4.1.3) is not a directory address but may be sent to.
                if (!mailbox.Domain.StartsWith('[') && !DirectoryAddress.TryParse(mailbox.Address, out _, out var reason))
                {
                    throw InvalidAddress(text, parameter, reason);
                }

                found.Add(mailbox);
            }
        }

        return found;
    }

    private static MailAdminException InvalidAddress(string text, string parameter, string reason) =>
        new("InvalidAddress", MailErrorCategory.InvalidArgument, $"-{parameter}: '{text}' is not an address. {reason}", text, "Correct the address.");

    private static MailAdminException NotReadable(string id, string path, Exception cause) =>
        new(id, cause is FileNotFoundException or DirectoryNotFoundException ? MailErrorCategory.ObjectNotFound : MailErrorCategory.PermissionDenied,
            string.Create(CultureInfo.InvariantCulture, $"The file '{path}' cannot be read: {cause.Message}"), path, "Check the path and your rights to it.", cause);
}
