using MailAdmin.Protocol.Smtp;
using MailAdmin.Server.Delivery;

namespace MailAdmin.Server.Smtp;

/// <summary>How the content is announced. RFC 6152, RFC 3030.</summary>
internal enum BodyType
{
    SevenBit, EightBit, Binary,
}

/// <summary>A message from MAIL to its end.</summary>
internal sealed class SmtpTransaction(SmtpPath sender, bool isUtf8, BodyType body, IMailTransaction delivery) : IAsyncDisposable
{
    public SmtpPath Sender { get; } = sender;
    /// <summary>SMTPUTF8 was given. RFC 6531.</summary>
    public bool IsUtf8 { get; } = isUtf8;
    public BodyType Body { get; } = body;
    public IMailTransaction Delivery { get; } = delivery;
    /// <summary>Recipients taken, as written.</summary>
    public List<string> Recipients { get; } = [];
    public int RefusedRecipients { get; set; }
    /// <summary>The content of a BDAT that is under way.</summary>
    public ContentReceiver? Content { get; set; }

    public async ValueTask DisposeAsync()
    {
        if (Content is not null)
        {
            await Content.DisposeAsync();
        }

        await Delivery.DisposeAsync();
    }
}
