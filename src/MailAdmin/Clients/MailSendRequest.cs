using MailAdmin.Display;
using System.Net;
using System.Net.Mail;
using System.Text;

namespace MailAdmin.Clients;

/// <summary>
/// A message to send and how to reach the server that takes it. The members are those of Send-MailMessage, with what it lacks.
/// Values that end up in header fields may not hold line breaks; the sender refuses them (<c>HeaderInjection</c>).
/// </summary>
public sealed record MailSendRequest
{
    /// <summary>Host name or address of the server.</summary>
    public required string Server { get; init; }
    /// <summary>Its port; null: 465 where <see cref="TlsMode"/> is Implicit, 587 where a credential is given, else 25.</summary>
    public int? Port { get; init; }
    /// <summary>TLS is demanded: from the first octet on port 465, by STARTTLS elsewhere.</summary>
    public bool UseSsl { get; init; }
    /// <summary>How to come to TLS; null: as <see cref="UseSsl"/>, credential and port say.</summary>
    public MailTlsMode? TlsMode { get; init; }
    /// <summary>Login; null: none.</summary>
    public NetworkCredential? Credential { get; init; }
    /// <summary>SHA-256 thumbprint (hexadecimal) of the one certificate to accept, whatever its chain says; null: usual validation.</summary>
    public string? CertificateThumbprint { get; init; }
    /// <summary>Takes any certificate.</summary>
    public bool SkipCertificateCheck { get; init; }
    /// <summary>Bound of each step: connect, TLS, login; while content is sent, of each pause in it.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The author, <c>Name &lt;address&gt;</c> or <c>address</c>; also the envelope's sender. Not needed with a raw message that has one.</summary>
    public string? From { get; init; }
    /// <summary>Recipients.</summary>
    public IReadOnlyList<string> To { get; init => field = Indexable.Array(value); } = [];
    /// <summary>Recipients of copies.</summary>
    public IReadOnlyList<string> Cc { get; init => field = Indexable.Array(value); } = [];
    /// <summary>Recipients that the message does not name.</summary>
    public IReadOnlyList<string> Bcc { get; init => field = Indexable.Array(value); } = [];
    /// <summary>Where answers go.</summary>
    public IReadOnlyList<string> ReplyTo { get; init => field = Indexable.Array(value); } = [];
    /// <summary>The subject.</summary>
    public string? Subject { get; init; }
    /// <summary>The text, or HTML where <see cref="BodyAsHtml"/>.</summary>
    public string? Body { get; init; }
    /// <summary>The body is HTML.</summary>
    public bool BodyAsHtml { get; init; }
    /// <summary>Character set of body and header; null: UTF-8.</summary>
    public Encoding? Encoding { get; init; }
    /// <summary>Files to attach.</summary>
    public IReadOnlyList<string> Attachments { get; init => field = Indexable.Array(value); } = [];
    /// <summary>Priority and Importance fields.</summary>
    public MailPriority Priority { get; init; } = MailPriority.Normal;
    /// <summary>Delivery reports asked for (RFC 3461), where the server offers them.</summary>
    public DeliveryNotificationOptions DeliveryNotification { get; init; } = DeliveryNotificationOptions.None;
    /// <summary>Message-ID that this answers.</summary>
    public string? InReplyTo { get; init; }
    /// <summary>More header fields, by name.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
    /// <summary>A message file (.eml) to send as it is, in place of one made from the members above. From and recipients given override its envelope.</summary>
    public string? RawPath { get; init; }
}
