using System.Globalization;
using System.Text;
using MailAdmin.Protocol.Smtp;
using MailAdmin.Server.Delivery;
using MailAdmin.Store;

namespace MailAdmin.Server.Smtp.Verbs;

/// <summary>MAIL FROM: begins a message. RFC 5321 §4.1.1.2; parameters RFC 1870, 6152, 3030, 6531, 4954.</summary>
internal sealed class Mail : ISmtpCommand
{
    public async ValueTask<SmtpNext> RunAsync(SmtpSession session, ReadOnlyMemory<byte> argument)
    {
        session.ExpectTransaction();
        if (session.Role == MailProtocol.Submission && session.Mailbox is null)
        {
            // RFC 6409 §4.3.
            return Refuse(session, null, "530 5.7.0 Log in first");
        }

        if (session.MessageCount >= session.Limits.MessagesPerSession)
        {
            session.Reply("421 4.7.0 Too many messages in one session, begin another");
            return SmtpNext.Close;
        }

        if (!TryParse(argument.Span, out var path, out var parameters, out var refusal)
            || !TryTake(session, path, parameters, out var body, out var size, out var isUtf8, out refusal))
        {
            return Refuse(session, path.Mailbox, refusal);
        }

        if (session.Mailbox is { } mailbox && !path.IsNull
            && !await session.Context.Delivery.MaySendAsAsync(mailbox, path.Mailbox, session.Connection.Aborted))
        {
            // RFC 6409 §6.1: whoever logs in sends as himself.
            return Refuse(session, path.Mailbox, "553 5.7.1 The sender address does not belong to this login");
        }

        var context = new DeliveryContext(
            path.IsNull ? null : path.Mailbox, session.Mailbox, session.Connection.Id, session.Connection.Remote.Address.ToString(), session.Role) { DeclaredSize = size, Needs = Needs(body, isUtf8) };
        session.Transaction = new SmtpTransaction(path, isUtf8, body, session.Context.Delivery.Begin(context));
        session.State = SmtpState.Sender;
        session.Reply("250 2.1.0 OK");
        return SmtpNext.Continue;
    }

    private static SmtpNext Refuse(SmtpSession session, string? sender, string reply)
    {
        session.Refusals.Sender(sender, reply);
        return session.ReplyBad(reply);
    }

    private static QueueNeeds Needs(BodyType body, bool isUtf8) =>
        (body == BodyType.Binary ? QueueNeeds.Binary | QueueNeeds.EightBit : body == BodyType.EightBit ? QueueNeeds.EightBit : QueueNeeds.None)
        | (isUtf8 ? QueueNeeds.Utf8 : QueueNeeds.None);

    private static bool TryParse(ReadOnlySpan<byte> text, out SmtpPath path, out IReadOnlyList<SmtpParameter> parameters, out string refusal)
    {
        (path, parameters, refusal) = (default, [], string.Empty);
        if (text.Length < 5 || !Ascii.EqualsIgnoreCase(text[..5], "FROM:"u8))
        {
            refusal = "501 5.5.4 Syntax: MAIL FROM:<address>";
        }
        else if (!SmtpPath.TryParse(text[5..].TrimStart((byte)' '), out path, out var rest) || (path.Domain.Length == 0 && !path.IsNull))
        {
            // RFC 5321 §4.1.1.3: only a recipient may be postmaster without a domain.
            refusal = "553 5.1.7 That is not a sender address";
        }
        else if (!SmtpParameters.TryParse(rest, out parameters))
        {
            refusal = "501 5.5.4 Parameters are not well-formed";
        }

        return refusal.Length == 0;
    }

    private static bool TryTake(SmtpSession session, SmtpPath path, IReadOnlyList<SmtpParameter> parameters, out BodyType body, out long size, out bool isUtf8, out string refusal)
    {
        (body, size, isUtf8, refusal) = (BodyType.SevenBit, 0, false, string.Empty);
        foreach (var (keyword, value) in parameters)
        {
            switch (keyword)
            {
                case "SIZE" when Offers(Capabilities.Size):
                    if (value is null || !long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out size))
                    {
                        refusal = "501 5.5.4 SIZE takes a number";
                    }
                    else if (size > session.Limits.MessageSize)
                    {
                        // RFC 1870 §6.1.
                        refusal = "552 5.3.4 Message is larger than this server takes";
                    }

                    break;
                case "BODY" when Offers(Capabilities.EightBitMime):
                    BodyType? type = value?.ToUpperInvariant() switch
                    {
                        "7BIT" => BodyType.SevenBit,
                        "8BITMIME" => BodyType.EightBit,
                        "BINARYMIME" when Offers(Capabilities.BinaryMime) && Offers(Capabilities.Chunking) => BodyType.Binary,
                        _ => null,
                    };
                    (body, refusal) = (type ?? body, type is null ? "501 5.5.4 BODY takes 7BIT, 8BITMIME or BINARYMIME" : refusal);
                    break;
                case "SMTPUTF8" when Offers(Capabilities.SmtpUtf8) && Offers(Capabilities.EightBitMime):
                    isUtf8 = true;
                    refusal = value is null ? refusal : "501 5.5.4 SMTPUTF8 takes no value";
                    break;
                case "AUTH" when Offers(Capabilities.Auth):
                    // RFC 4954 §5: who wrote it, in the client's words; nobody here trusts it, so it is read and forgotten.
                    refusal = value is not null && (value == "<>" || SmtpParameters.IsXtext(value)) ? refusal : "501 5.5.4 AUTH takes an address";
                    break;
                default:
                    // RFC 5321 §4.1.1.11.
                    refusal = $"555 5.5.4 Parameter {keyword[..Math.Min(keyword.Length, 40)]} is not known";
                    break;
            }

            if (refusal.Length > 0)
            {
                return false;
            }
        }

        if (path.HasUtf8 && !isUtf8)
        {
            // RFC 6531 §3.2, §3.5.
            refusal = "550 5.6.7 An address that is not ASCII needs SMTPUTF8";
        }

        return refusal.Length == 0;

        bool Offers(string capability) => session.IsExtended && session.Context.Offers(capability);
    }
}
