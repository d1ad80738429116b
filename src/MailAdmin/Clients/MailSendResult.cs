using MailAdmin.Display;

namespace MailAdmin;

/// <summary>What became of a message that <c>Send-Mail</c> sent.</summary>
public sealed record MailSendResult
{
    /// <summary>Without angle brackets.</summary>
    public required string MessageId { get; init; }
    /// <summary>The envelope's sender.</summary>
    public required string From { get; init; }
    /// <summary>One entry per recipient of the envelope.</summary>
    public required IReadOnlyList<MailRecipientResult> Recipients { get; init => field = Indexable.Array(value); }
    /// <summary>The subject.</summary>
    public string? Subject { get; init; }
    /// <summary>The server's last word on the message: <c>250 2.6.0 …</c>.</summary>
    public required string FinalReply { get; init; }
    /// <summary>The server it was given to.</summary>
    public required string Server { get; init; }
    /// <summary>Its port.</summary>
    public required int Port { get; init; }
    /// <summary>Tls12, Tls13; null where it went in plaintext.</summary>
    public string? TlsVersion { get; init; }
    /// <summary>The login used; null for none.</summary>
    public string? AuthenticatedAs { get; init; }
    /// <summary>Octets of the message as sent.</summary>
    public long SizeBytes { get; init; }
    /// <summary>From the start of the connection to the final reply, in milliseconds.</summary>
    public double LatencyMs { get; init; }
    /// <summary>What a person should know though it worked: sent in plaintext, certificate not verified, an unsupported option.</summary>
    public IReadOnlyList<string> Warnings { get; init => field = Indexable.Array(value); } = [];
    /// <summary>The conversation, without secrets and without content.</summary>
    public IReadOnlyList<TranscriptLine> Transcript { get; init => field = Indexable.Array(value); } = [];

    /// <inheritdoc/>
    public override string ToString() => MessageId;
}

/// <summary>What the server said to one recipient.</summary>
/// <param name="Address">The recipient.</param>
/// <param name="Accepted">True where the server took it.</param>
/// <param name="Reply">The server's reply to RCPT TO.</param>
public sealed record MailRecipientResult(string Address, bool Accepted, string Reply)
{
    /// <inheritdoc/>
    public override string ToString() => Address;
}
