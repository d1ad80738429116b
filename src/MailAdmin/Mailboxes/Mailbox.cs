using System.Diagnostics.CodeAnalysis;
using MailAdmin.Display;

namespace MailAdmin;

/// <summary>A mailbox as <c>Get-Mailbox</c> shows it.</summary>
public record Mailbox
{
    /// <summary>Never changes, unlike the address.</summary>
    public required Guid Id { get; init; }
    /// <summary>The address, which is also the login name.</summary>
    public required string Address { get; init; }
    /// <summary>A person's name.</summary>
    public string? DisplayName { get; init; }
    /// <summary>False: logins are refused, mail is still taken in.</summary>
    public bool IsEnabled { get; init; } = true;
    /// <summary>Most octets it may hold; null for no bound.</summary>
    public long? QuotaBytes { get; init; }
    /// <summary>Octets it holds.</summary>
    public long UsedBytes { get; init; }
    /// <summary>Messages it holds.</summary>
    public long MessageCount { get; init; }
    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }
    /// <summary>Last successful login; null for never.</summary>
    public DateTimeOffset? LastLoginAt { get; init; }

    /// <inheritdoc/>
    public sealed override string ToString() => Address;
}

/// <summary>A mailbox as <c>New-Mailbox</c> gives it: with its password, this once, where that was made. Always of this shape, so that no file loses it.</summary>
public sealed record CreatedMailbox : Mailbox
{
    /// <summary>The mailbox with the password made for it; null where one was given.</summary>
    [SetsRequiredMembers]
    public CreatedMailbox(Mailbox mailbox, string? generatedPassword)
        : base(mailbox) => GeneratedPassword = generatedPassword;

    /// <summary>The password that was made; null where one was given.</summary>
    public string? GeneratedPassword { get; }
}

/// <summary>A domain that mail is taken for.</summary>
public sealed record MailDomain
{
    /// <summary>Lower-case A-labels.</summary>
    public required string Name { get; init; }
    /// <summary>Takes the mail of unknown recipients in this domain; null: they are refused.</summary>
    public string? CatchAll { get; init; }
    /// <summary>Number of mailboxes in it.</summary>
    public long MailboxCount { get; init; }
    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>An address whose mail goes to one or more others.</summary>
public sealed record MailAlias
{
    /// <summary>The alias.</summary>
    public required string Address { get; init; }
    /// <summary>Where its mail goes.</summary>
    public required IReadOnlyList<string> Targets { get; init => field = Indexable.Array(value); }
    /// <summary>Those of its targets whose domain is here and that nobody has: their mail is not delivered. Empty where all is well.</summary>
    public IReadOnlyList<string> DeadTargets { get; init => field = Indexable.Array(value); } = [];
    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Address;
}

/// <summary>A folder of a mailbox.</summary>
public sealed record MailboxFolder
{
    /// <summary>Never changes, unlike the name.</summary>
    public required Guid Id { get; init; }
    /// <summary>Address of its mailbox.</summary>
    public required string Mailbox { get; init; }
    /// <summary>Full name, levels separated by '/'.</summary>
    public required string Name { get; init; }
    /// <summary>RFC 6154 attribute without its backslash (Sent, Drafts, …); null for none.</summary>
    public string? SpecialUse { get; init; }
    /// <summary>On the subscription list.</summary>
    public bool IsSubscribed { get; init; }
    /// <summary>Messages in it.</summary>
    public int MessageCount { get; init; }
    /// <summary>Of those, without \Seen.</summary>
    public int UnseenCount { get; init; }
    /// <summary>Their octets.</summary>
    public long SizeBytes { get; init; }
    /// <summary>RFC 9051 §2.3.1.1.</summary>
    public uint UidValidity { get; init; }
    /// <summary>RFC 9051 §2.3.1.1.</summary>
    public uint UidNext { get; init; }
    /// <summary>RFC 7162 §3.1.2.1.</summary>
    public ulong HighestModSeq { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Mailbox}/{Name}";
}

/// <summary>A message in a folder: what is known without reading its content.</summary>
public sealed record MailboxMessage
{
    /// <summary>Address of its mailbox.</summary>
    public required string Mailbox { get; init; }
    /// <summary>Full name of its folder.</summary>
    public required string Folder { get; init; }
    /// <summary>RFC 9051 §2.3.1.1.</summary>
    public required uint Uid { get; init; }
    /// <summary>System flags (\Seen …) and keywords.</summary>
    public required IReadOnlyList<string> Flags { get; init => field = Indexable.Array(value); }
    /// <summary>RFC 7162.</summary>
    public ulong ModSeq { get; init; }
    /// <summary>When it came into the store.</summary>
    public DateTimeOffset ReceivedAt { get; init; }
    /// <summary>Octets.</summary>
    public long SizeBytes { get; init; }
    /// <summary>Decoded Subject.</summary>
    public string? Subject { get; init; }
    /// <summary>Decoded From.</summary>
    public string? From { get; init; }
    /// <summary>Decoded To.</summary>
    public string? To { get; init; }
    /// <summary>The Date field.</summary>
    public DateTimeOffset? Date { get; init; }
    /// <summary>Without angle brackets.</summary>
    public string? MessageId { get; init; }
    /// <summary>True where a part is an attachment.</summary>
    public bool HasAttachments { get; init; }
    /// <summary>True where \Seen is set.</summary>
    public bool IsRead => Flags.Contains("\\Seen", StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override string ToString() => $"{Mailbox}/{Folder}/{Uid}";
}
