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

    /// <summary>What a reply says of a recipient.</summary>
    public static RecipientResult Of(SmtpReply reply) => reply switch
    {
        { IsPositive: true } => new(RecipientFate.Relayed, reply.ToString(), reply.EnhancedStatus ?? "2.0.0"),
        { IsPermanent: true } => new(RecipientFate.Failed, reply.ToString(), reply.EnhancedStatus ?? "5.0.0"),
        // 3yz is not an answer to this; the next attempt may get one.
        _ => new(RecipientFate.Deferred, reply.ToString(), reply.IsTransient ? reply.EnhancedStatus ?? "4.0.0" : "4.5.0")
        {
            IsTooMany = reply.Code == 452 && reply.EnhancedStatus is null or "4.5.3",
        },
    };
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
