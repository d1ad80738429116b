using MailAdmin.Display;

namespace MailAdmin;

/// <summary>A message with its content read and parsed, as <c>Wait-MailboxMessage</c> and <c>Get-MailboxMessage -Content</c> return it.</summary>
public sealed record MailMessageContent
{
    /// <summary>What the store knows of it.</summary>
    public required MailboxMessage Message { get; init; }
    /// <summary>Decoded Subject.</summary>
    public string? Subject { get; init; }
    /// <summary>Decoded From.</summary>
    public string? From { get; init; }
    /// <summary>Decoded To, one entry per address.</summary>
    public required IReadOnlyList<string> To { get; init => field = Indexable.Array(value); }
    /// <summary>Decoded Cc, one entry per address.</summary>
    public required IReadOnlyList<string> Cc { get; init => field = Indexable.Array(value); }
    /// <summary>Decoded plain text; null where there is none.</summary>
    public string? Text { get; init; }
    /// <summary>Decoded HTML; null where there is none.</summary>
    public string? Html { get; init; }
    /// <summary>Addresses that the text and the HTML link to, in order, each once.</summary>
    public required IReadOnlyList<string> Links { get; init => field = Indexable.Array(value); }
    /// <summary>Attachments in order, decoded.</summary>
    public required IReadOnlyList<ReceivedAttachment> Attachments { get; init => field = Indexable.Array(value); }
    /// <summary>Every header field in order, decoded.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init => field = Indexable.Array(value); }

    /// <summary>Address of its mailbox.</summary>
    public string Mailbox => Message.Mailbox;
    /// <summary>Full name of its folder.</summary>
    public string Folder => Message.Folder;
    /// <summary>RFC 9051 §2.3.1.1.</summary>
    public uint Uid => Message.Uid;
    /// <summary>When it came into the store.</summary>
    public DateTimeOffset ReceivedAt => Message.ReceivedAt;
    /// <summary>Without angle brackets.</summary>
    public string? MessageId => Message.MessageId;

    /// <inheritdoc/>
    public override string ToString() => Message.ToString();
}
