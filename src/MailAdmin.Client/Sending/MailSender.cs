using System.Net.Mail;
using MailAdmin.Client.Connecting;
using MailAdmin.Client.Transcripts;
using MailAdmin.Clients;
using MailAdmin.Errors;
using MailKit;
using MailKit.Net.Smtp;
using MimeKit;

namespace MailAdmin.Client.Sending;

/// <summary>Sends one message by SMTP; the engine of <c>Send-Mail</c>.</summary>
public sealed class MailSender
{
    private readonly TimeProvider _time;

    /// <summary>Makes a sender.</summary>
    /// <param name="time">Clock; null for the system's.</param>
    public MailSender(TimeProvider? time = null) => _time = time ?? TimeProvider.System;

    /// <summary>
    /// Sends. Returns when the server has taken the message for at least one recipient; the others are in the result with the
    /// server's reply.
    /// </summary>
    /// <param name="request">What to send, and how.</param>
    /// <param name="onTranscript">Hears each line of the conversation as it comes, without secrets; on a thread of its own.</param>
    /// <param name="cancellationToken">Ends it; whether the server took the message is then unknown.</param>
    /// <exception cref="MailAdminException">Nothing was sent; says why.</exception>
    public async Task<MailSendResult> SendAsync(MailSendRequest request, Action<TranscriptLine>? onTranscript, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var port = request.Port ?? (request.TlsMode == MailTlsMode.Implicit ? 465 : request.Credential is not null ? 587 : 25);
        var tls = TlsPolicy.Decide(request.Server, port, request.TlsMode, request.UseSsl, request.Credential is not null);
        var (message, from, recipients) = MessageBuilder.Build(request, _time);
        using var disposed = message;
        using var logger = new TranscriptLogger(MailProtocol.Smtp, _time, onTranscript);
        using var client = new RecordingSmtpClient(logger, Notify(request.DeliveryNotification));
        var session = ServerSession.Create(
            client, request.Server, port, tls, request.Timeout, request.CertificateThumbprint, request.SkipCertificateCheck, _time);

        var started = _time.GetTimestamp();
        await session.ConnectAsync(tls, cancellationToken);
        if (request.Credential is not null)
        {
            await session.LoginAsync(request.Credential, cancellationToken);
        }

        if (request.DeliveryNotification != DeliveryNotificationOptions.None && !client.Capabilities.HasFlag(SmtpCapabilities.Dsn))
        {
            session.Warnings.Add($"{request.Server} offers no delivery reports (DSN); none was asked for.");
        }

        var size = await session.BoundAsync("send the message", async (token, watch) =>
        {
            await SendAsync(client, request, message, from, recipients, watch, token);
            return watch.Octets;
        }, cancellationToken);
        var elapsed = _time.GetElapsedTime(started);
        var reply = logger.LastReply?.Text ?? "";
        var tlsVersion = ServerSession.TlsVersion(client);
        await session.GoodbyeAsync(cancellationToken);

        return new MailSendResult
        {
            MessageId = message.MessageId ?? "",
            Subject = message.Subject,
            From = from.Address,
            Recipients = client.Recipients,
            FinalReply = reply,
            Server = request.Server,
            Port = port,
            TlsVersion = tlsVersion,
            AuthenticatedAs = request.Credential?.UserName,
            SizeBytes = size,
            LatencyMs = elapsed.TotalMilliseconds,
            Warnings = session.Warnings,
            Transcript = [.. logger.Lines],
        };
    }

    private static async Task SendAsync(
        RecordingSmtpClient client, MailSendRequest request, MimeMessage message, MimeKit.MailboxAddress from, List<MimeKit.MailboxAddress> recipients,
        TransferWatch watch, CancellationToken cancellationToken)
    {
        try
        {
            await client.SendAsync(FormatOptions.Default, message, from, recipients, cancellationToken, watch);
        }
        catch (Exception e) when (client.SenderRefusal is { } reply && e is not OperationCanceledException)
        {
            throw SmtpRefusal.OfSender(request.Server, from.Address, reply, client.MessageSize, client.MaxSize, e);
        }
        catch (SmtpCommandException e)
        {
            throw client.Recipients.Count > 0 && client.Recipients.All(r => !r.Accepted)
                ? SmtpRefusal.OfRecipients(request.Server, client.Recipients, e)
                : SmtpRefusal.OfMessage(request.Server, request.Subject ?? message.MessageId, $"{(int)e.StatusCode} {ServerSession.OneLine(e.Message)}", client.MessageSize, client.MaxSize, e);
        }
        catch (NotSupportedException e)
        {
            // RFC 6531 §3.2: an address beyond ASCII needs SMTPUTF8; MailKit has no other reason here.
            throw new MailAdminException("SmtpUtf8NotOffered", MailErrorCategory.InvalidOperation,
                $"{request.Server} does not take this message: {ServerSession.OneLine(e.Message)}", request.Server,
                "Use addresses in ASCII (a domain in its xn-- form), or a server with SMTPUTF8.", e);
        }
    }

    private static DeliveryStatusNotification? Notify(DeliveryNotificationOptions options)
    {
        if (options == DeliveryNotificationOptions.None)
        {
            return null;
        }

        if (options.HasFlag(DeliveryNotificationOptions.Never))
        {
            return DeliveryStatusNotification.Never;
        }

        var notify = (DeliveryStatusNotification)0;
        notify |= options.HasFlag(DeliveryNotificationOptions.OnSuccess) ? DeliveryStatusNotification.Success : 0;
        notify |= options.HasFlag(DeliveryNotificationOptions.OnFailure) ? DeliveryStatusNotification.Failure : 0;
        notify |= options.HasFlag(DeliveryNotificationOptions.Delay) ? DeliveryStatusNotification.Delay : 0;
        return notify;
    }
}
