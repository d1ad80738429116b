using MailAdmin.Protocol.Smtp;
using MailAdmin.Store;

namespace MailAdmin.Server.Queue;

/// <summary>How an attempt ended for a recipient.</summary>
internal enum RecipientFate
{
    /// <summary>The next hop answers for it now.</summary>
    Relayed,
    /// <summary>Another time.</summary>
    Deferred,
    /// <summary>Never.</summary>
    Failed,
}

/// <summary>How an attempt ended for a recipient, with the reply that says so and its enhanced status code.</summary>
internal sealed record RecipientResult(RecipientFate Fate, string Reply, string Status)
{
    /// <summary>The next hop took others of this message and wants the rest in another one. RFC 5321 §4.5.3.1.10.</summary>
    public bool IsTooMany { get; init; }

    /// <summary>What the answer to the content says: nothing but this makes a recipient relayed. RFC 5321 §4.2.5.</summary>
    public static RecipientResult OfContent(SmtpReply reply) =>
        reply.IsPositive ? new(RecipientFate.Relayed, reply.ToString(), reply.EnhancedStatus ?? "2.0.0") : OfRefusal(reply);

    /// <summary>What the answer to RCPT says; null where it was taken: then only the answer to the content tells what becomes of it.</summary>
    public static RecipientResult? OfRecipient(SmtpReply reply) =>
        reply.IsPositive ? null : OfRefusal(reply) with { IsTooMany = reply.Code == 452 && reply.EnhancedStatus is null or "4.5.3" };

    /// <summary>What a reply that takes nothing says. 2yz and 3yz are no answers to what was asked; the next attempt may get one.</summary>
    public static RecipientResult OfRefusal(SmtpReply reply) => reply.IsPermanent
        ? new(RecipientFate.Failed, reply.ToString(), reply.EnhancedStatus ?? "5.0.0")
        : new(RecipientFate.Deferred, reply.ToString(), reply.IsTransient ? reply.EnhancedStatus ?? "4.0.0" : "4.5.0");
}

/// <summary>A message as it goes over the wire, for some of its recipients.</summary>
internal sealed record RelayMessage(string Sender, IReadOnlyList<string> Recipients, QueueNeeds Needs, MessageContent Content);

/// <summary>A connection could not be made or did not last; what was under way is put off.</summary>
/// <param name="message">For the queue's records: what happened, with the host.</param>
/// <param name="isBeforeContent">True where the peer cannot have taken the message.</param>
/// <param name="cause">What broke it.</param>
internal sealed class RelayException(string message, bool isBeforeContent, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>True where the peer cannot have taken the message.</summary>
    public bool IsBeforeContent { get; } = isBeforeContent;
}
