using System.Text.RegularExpressions;
using MailAdmin.Display;
using MailAdmin.Errors;

namespace MailAdmin.Client.Sending;

/// <summary>
/// Makes an error of a server's refusal: the reply as it came, and what to do, which the enhanced status code says (RFC 3463), or the reply's own code where there
/// is none (RFC 5321 §4.2.2).
/// </summary>
public static partial class SmtpRefusal
{
    private const string Later = "It may be accepted later: send it again in some minutes.";
    private const string Full = "The mailbox takes mail again when its owner has removed some, or has more room: Set-Mailbox -Quota, where the server is yours.";
    private const string AsTheReplySays = "The reply says what the server objects to.";

    /// <summary>Refuses one recipient of a message that others got.</summary>
    public static MailAdminException OfRecipient(string server, MailRecipientResult recipient)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        return new MailAdminException("RecipientRefused", CategoryOf(recipient.Reply, isRecipient: true),
            $"{server} refused {recipient.Address}: {recipient.Reply}. The message went to the others.", recipient.Address, AdviceOnRecipient(recipient.Reply));
    }

    /// <summary>Refuses all of them: nothing was sent.</summary>
    internal static MailAdminException OfRecipients(string server, IReadOnlyList<MailRecipientResult> recipients, Exception cause)
    {
        var categories = recipients.Select(r => CategoryOf(r.Reply, isRecipient: true)).Distinct().ToList();
        return new("RecipientsRefused", categories is [var only] ? only : MailErrorCategory.InvalidOperation,
            $"{server} refused every recipient: {string.Join("; ", recipients.Select(r => $"{r.Address}: {r.Reply}"))}", recipients[0].Address,
            string.Join(' ', recipients.Select(r => AdviceOnRecipient(r.Reply)).Distinct()), cause);
    }

    /// <summary>Refuses the sender, or with it the size that was announced.</summary>
    /// <param name="server">Who refuses.</param>
    /// <param name="from">The envelope's sender.</param>
    /// <param name="reply">Its reply to MAIL FROM.</param>
    /// <param name="size">The message's octets; negative where they were not counted.</param>
    /// <param name="mostOctets">What the server says that it takes (RFC 1870 §4); 0 where it does not.</param>
    /// <param name="cause">For the log.</param>
    internal static MailAdminException OfSender(string server, string from, string reply, long size, long mostOctets, Exception cause) =>
        IsSize(reply, isRecipient: false)
            ? TooLarge(server, reply, from, size, mostOctets, cause)
            : new("SenderRefused", CategoryOf(reply, isRecipient: false), $"{server} refused the sender {from}: {reply}", from,
                IsTemporary(reply) ? Later : Detail(reply)?.StartsWith("5.", StringComparison.Ordinal) == true ? AsTheReplySays : "Use an address that this server lets you send from, or log in with -Credential.", cause);

    /// <summary>Refuses the message itself, once recipients were taken.</summary>
    internal static MailAdminException OfMessage(string server, object? target, string reply, long size, long mostOctets, Exception cause) =>
        IsSize(reply, isRecipient: false)
            ? TooLarge(server, reply, target, size, mostOctets, cause)
            : new("MessageRefused", CategoryOf(reply, isRecipient: false), $"{server} refused the message: {reply}", target,
                IsFull(reply, isRecipient: false) ? Full : IsTemporary(reply) ? Later : AsTheReplySays, cause);

    private static MailAdminException TooLarge(string server, string reply, object? target, long size, long mostOctets, Exception cause) =>
        new("MessageTooLarge", MailErrorCategory.QuotaExceeded,
            $"{server} refused the message{(size > 0 ? $" of {Sizes.Readable(size)}" : "")} for its size: {reply}{(mostOctets > 0 ? $"; it takes {Sizes.Readable(mostOctets)} at most" : "")}.", target,
            "Send less at once, and mind that attachments grow by a third on their way. Where the server is yours, its limit is MessageSize (Start-MailServer -Limit).", cause);

    private static string AdviceOnRecipient(string reply) => Detail(reply) switch
    {
        _ when IsFull(reply, isRecipient: true) => Full,
        "2.3" or "3.4" => "Send less at once: it is too large for this recipient.",
        "5.3" => "Send it to fewer recipients at once.",
        _ when IsTemporary(reply) => Later,
        "1.1" or "1.2" or "1.3" or "1.6" or "1.10" => "Correct the address.",
        "2.1" => "Ask the owner of the address, or who runs the server: the mailbox takes no mail.",
        "7.0" or "7.1" => "Log in with -Credential if the address is outside the server's domains; otherwise ask who runs the server.",
        null when Code(reply) is "550" or "551" or "553" or "554" => "Correct the address, or log in with -Credential if it is outside the server's domains.",
        _ => AsTheReplySays,
    };

    private static MailErrorCategory CategoryOf(string reply, bool isRecipient) => IsFull(reply, isRecipient) || IsSize(reply, isRecipient) ? MailErrorCategory.QuotaExceeded : MailErrorCategory.InvalidOperation;

    // Without a code of its own, 552 to RCPT TO means the mailbox and 552 to anything else the message. RFC 5321 §4.2.3, RFC 1870 §6.
    private static bool IsFull(string reply, bool isRecipient) => Detail(reply) is { } detail ? detail == "2.2" : isRecipient && Code(reply) == "552";

    private static bool IsSize(string reply, bool isRecipient) => Detail(reply) is { } detail ? detail is "3.4" or "2.3" : !isRecipient && Code(reply) == "552";

    private static bool IsTemporary(string reply) => reply.StartsWith('4');

    private static string Code(string reply) => reply.Length >= 3 ? reply[..3] : "";

    // The subject and detail of "550 5.1.1 No such mailbox"; null where the reply has no enhanced status code. RFC 3463 §2.
    private static string? Detail(string reply) => EnhancedStatus().Match(reply) is { Success: true } match ? match.Groups["detail"].Value : null;

    [GeneratedRegex(@"^[245][0-9]{2} [245]\.(?<detail>[0-9]{1,3}\.[0-9]{1,3})(?![0-9.])", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex EnhancedStatus();
}
