using System.Globalization;
using MailAdmin.Server.Delivery;

namespace MailAdmin.Server.Smtp;

/// <summary>The end of a message's content, by DATA or by BDAT LAST: commit and answer.</summary>
internal static class ContentEnd
{
    /// <summary>Commits unless the content was refused, replies, and ends the transaction. RFC 5321 §4.2.5: after the 250 the message is ours.</summary>
    public static async ValueTask<SmtpNext> CommitAsync(SmtpSession session, SmtpTransaction transaction, ContentReceiver receiver)
    {
        if (session.Connection.Transcript.IsEnabled)
        {
            session.Connection.Transcript.Add(TranscriptDirection.Note, string.Create(CultureInfo.InvariantCulture, $"[{receiver.Size} octets of content]"));
        }

        var refusal = receiver.Refusal;
        if (refusal is null)
        {
            var outcome = await transaction.Delivery.CommitAsync(receiver.Message, session.Connection.Aborted);
            refusal = outcome.Status switch
            {
                DeliveryStatus.Delivered => null,
                DeliveryStatus.InsufficientStorage => "452 4.3.1 Not enough space, try again later",
                DeliveryStatus.OverQuota => "552 5.2.2 A recipient's mailbox has no room for this message",
                DeliveryStatus.Loop => "554 5.4.6 Too many hops, this message is looping",
                _ => "451 4.3.0 Local error, try again later",
            };
        }
        else
        {
            session.Refusals.Content(transaction.Sender.Mailbox, refusal);
        }

        if (refusal is null)
        {
            session.CountMessage();
        }

        var id = receiver.Id;
        await session.ResetTransactionAsync();
        session.Reply(refusal ?? $"250 2.0.0 Stored as {id}");
        return SmtpNext.Continue;
    }
}

/// <summary>How long a content may take: the idle time for each wait, and in all twice that and a second for each KiB that came.</summary>
internal readonly struct ContentPatience(SmtpSession session)
{
    private readonly long _started = session.Context.Time.GetTimestamp();

    /// <summary>Time for the next wait.</summary>
    /// <exception cref="TimeoutException">None is left.</exception>
    public TimeSpan Left(long octets)
    {
        var idle = session.Limits.SmtpIdleTimeout;
        var left = idle * 2 + TimeSpan.FromSeconds(octets / 1024) - session.Context.Time.GetElapsedTime(_started);
        return left <= TimeSpan.Zero ? throw new TimeoutException() : left < idle ? left : idle;
    }

    /// <summary>A content that was refused for its size is still read to its end; one that goes on for twice the size and more is not.</summary>
    public static bool IsEndless(SmtpSession session, long octets, long toCome = 0) => toCome > 2 * session.Limits.MessageSize + 1024 * 1024 - octets;
}
