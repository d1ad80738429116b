using MailAdmin.Display;
using System.Net;

namespace MailAdmin.Clients
{
    /// <summary>Which messages <c>Receive-Mail</c> fetches, and from where, with an IMAP or POP3 client.</summary>
    public sealed record MailReceiveRequest
    {
        /// <summary>Host name or address of the server.</summary>
        public required string Server { get; init; }
        /// <summary>Imap or Pop3.</summary>
        public MailProtocol Protocol { get; init; } = MailProtocol.Imap;
        /// <summary>Its port; null: 993 or 995, or 143 or 110 where <see cref="TlsMode"/> is not Implicit.</summary>
        public int? Port { get; init; }
        /// <summary>How to come to TLS; null: Implicit at 993 and 995, STARTTLS demanded elsewhere.</summary>
        public MailTlsMode? TlsMode { get; init; }
        /// <summary>Login.</summary>
        public required NetworkCredential Credential { get; init; }
        /// <summary>SHA-256 thumbprint (hexadecimal) of the one certificate to accept, whatever its chain says; null: usual validation.</summary>
        public string? CertificateThumbprint { get; init; }
        /// <summary>Takes any certificate.</summary>
        public bool SkipCertificateCheck { get; init; }
        /// <summary>Bound of each step: connect, TLS, login; while content is fetched, of each pause in it.</summary>
        public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
        /// <summary>Folder to read (IMAP).</summary>
        public string Folder { get; init; } = "INBOX";
        /// <summary>Only this Message-ID, without angle brackets.</summary>
        public string? MessageId { get; init; }
        /// <summary>Only subjects that match this wildcard.</summary>
        public string? Subject { get; init; }
        /// <summary>At most this many, the newest; 0 for all.</summary>
        public int Newest { get; init; }
        /// <summary>With a filter at POP3, which has no search: so many of the newest are looked at; 0 for all.</summary>
        public int LookAtNewest { get; init; }
        /// <summary>Removes from the server what was fetched; otherwise nothing changes there, not even the read mark.</summary>
        public bool Remove { get; init; }
    }
}

namespace MailAdmin
{
    /// <summary>A message that <c>Receive-Mail</c> fetched from a server, decoded.</summary>
    public sealed record ReceivedMail
    {
        /// <summary>How it was fetched.</summary>
        public required MailProtocol Protocol { get; init; }
        /// <summary>UID (IMAP) or unique-id (POP3) on the server; null where the server has none.</summary>
        public string? Uid { get; init; }
        /// <summary>Flags on the server (IMAP).</summary>
        public IReadOnlyList<string> Flags { get; init => field = Indexable.Array(value); } = [];
        /// <summary>Without angle brackets.</summary>
        public string? MessageId { get; init; }
        /// <summary>Decoded From.</summary>
        public string? From { get; init; }
        /// <summary>Decoded To.</summary>
        public string? To { get; init; }
        /// <summary>Decoded Cc.</summary>
        public string? Cc { get; init; }
        /// <summary>Decoded subject.</summary>
        public string? Subject { get; init; }
        /// <summary>The Date field.</summary>
        public DateTimeOffset? Date { get; init; }
        /// <summary>Decoded plain text; null where there is none.</summary>
        public string? Text { get; init; }
        /// <summary>Decoded HTML; null where there is none.</summary>
        public string? Html { get; init; }
        /// <summary>Its attachments, decoded.</summary>
        public IReadOnlyList<ReceivedAttachment> Attachments { get; init => field = Indexable.Array(value); } = [];
        /// <summary>Every header field in order.</summary>
        public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init => field = Indexable.Array(value); } = [];
        /// <summary>Octets as fetched.</summary>
        public long SizeBytes { get; init; }

        /// <inheritdoc/>
        public override string ToString() => Subject ?? MessageId ?? "";
    }

    /// <summary>A decoded attachment.</summary>
    /// <param name="FileName">Its name as the message says; not a path to write to.</param>
    /// <param name="ContentType">Its media type.</param>
    /// <param name="Content">Its octets; none where it <see cref="IsOmitted"/>.</param>
    public sealed record ReceivedAttachment(string FileName, string ContentType, ReadOnlyMemory<byte> Content)
    {
        /// <summary>Octets, decoded.</summary>
        public long SizeBytes { get; init; } = Content.Length;
        /// <summary>It is too large to be carried along; <c>Save-MailboxAttachment</c> writes it to a file.</summary>
        public bool IsOmitted { get; init; }

        /// <inheritdoc/>
        public override string ToString() => FileName;
    }
}
