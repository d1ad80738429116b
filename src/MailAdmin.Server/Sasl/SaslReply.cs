using MailAdmin.Store;

namespace MailAdmin.Server.Sasl;

/// <summary>What the protocol does next in a SASL exchange.</summary>
public enum SaslReplyKind
{
    /// <summary>Send the challenge, read a line, hand it in.</summary>
    Challenge,
    /// <summary>Logged in.</summary>
    Succeeded,
    /// <summary>Wrong name or password: 535 5.7.8, NO [AUTHENTICATIONFAILED], -ERR [AUTH].</summary>
    Failed,
    /// <summary>Right, but logins are off: 535 5.7.13 (RFC 5248 registry), NO [CONTACTADMIN], -ERR [AUTH].</summary>
    Disabled,
    /// <summary>454 4.7.0, NO [UNAVAILABLE], -ERR [SYS/TEMP].</summary>
    TemporaryFailure,
    /// <summary>The client sent <c>*</c>: 501 5.7.0, BAD, -ERR.</summary>
    Cancelled,
    /// <summary>Not base64, or not what the mechanism expects: 501 5.5.2, BAD, -ERR.</summary>
    Malformed,
}

/// <summary>A step of a SASL exchange for the protocol that carries it.</summary>
public readonly record struct SaslReply(SaslReplyKind Kind)
{
    /// <summary>Base64 for the client, possibly empty; with <see cref="SaslReplyKind.Challenge"/> only.</summary>
    public string? Challenge { get; init; }
    /// <summary>The mailbox logged in; with <see cref="SaslReplyKind.Succeeded"/> only.</summary>
    public MailboxRecord? Mailbox { get; init; }
}
