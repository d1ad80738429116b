using System.Text;
using MailAdmin.Protocol.Smtp;
using MailAdmin.Server.Delivery;

namespace MailAdmin.Server.Smtp.Verbs;

/// <summary>RCPT TO: adds a recipient. RFC 5321 §4.1.1.3.</summary>
internal sealed class Rcpt : ISmtpCommand
{
    public async ValueTask<SmtpNext> RunAsync(SmtpSession session, ReadOnlyMemory<byte> argument)
    {
        var transaction = session.Transaction!;
        if (!TryParse(argument.Span, transaction, out var path, out var refusal))
        {
            transaction.RefusedRecipients++;
            session.Refusals.Recipient(path.Mailbox, refusal, null);
            return session.ReplyBad(refusal);
        }

        if (transaction.Recipients.Count >= session.Limits.Recipients)
        {
            // RFC 5321 §4.5.3.1.10: the client sends the rest in another message.
            session.Reply("452 4.5.3 Too many recipients");
            return SmtpNext.Continue;
        }

        var outcome = await transaction.Delivery.AddRecipientAsync(path.Mailbox, session.Connection.Aborted);
        if (outcome.Status == RecipientStatus.Accepted)
        {
            transaction.Recipients.Add(path.Mailbox);
            session.State = SmtpState.Recipients;
            session.Reply("250 2.1.5 OK");
            return SmtpNext.Continue;
        }

        return await session.ReplyRefusedRecipientAsync(path.Mailbox, outcome.Status switch
        {
            RecipientStatus.UnknownMailbox => "550 5.1.1 No such mailbox here",
            RecipientStatus.RelayDenied => "550 5.7.1 This server does not relay to that domain",
            RecipientStatus.OverQuota => "552 5.2.2 The mailbox is full",
            RecipientStatus.BadAddress => "553 5.1.3 That is not an address",
            _ => "451 4.3.0 Local error, try again later",
        }, outcome.Cause);
    }

    private static bool TryParse(ReadOnlySpan<byte> text, SmtpTransaction transaction, out SmtpPath path, out string refusal)
    {
        (path, refusal) = (default, string.Empty);
        if (text.Length < 3 || !Ascii.EqualsIgnoreCase(text[..3], "TO:"u8))
        {
            refusal = "501 5.5.4 Syntax: RCPT TO:<address>";
        }
        else if (!SmtpPath.TryParse(text[3..].TrimStart((byte)' '), out path, out var rest) || path.IsNull)
        {
            refusal = "553 5.1.3 That is not a recipient address";
        }
        else if (!SmtpParameters.TryParse(rest, out var parameters))
        {
            refusal = "501 5.5.4 Parameters are not well-formed";
        }
        else if (parameters.Count > 0)
        {
            refusal = $"555 5.5.4 Parameter {parameters[0].Keyword[..Math.Min(parameters[0].Keyword.Length, 40)]} is not known";
        }
        else if (path.HasUtf8 && !transaction.IsUtf8)
        {
            refusal = "553 5.6.7 An address that is not ASCII needs SMTPUTF8";
        }

        return refusal.Length == 0;
    }
}
