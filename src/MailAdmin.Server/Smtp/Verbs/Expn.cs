namespace MailAdmin.Server.Smtp.Verbs;

/// <summary>EXPN: lists are nobody's business. RFC 5321 §3.5.2, §7.3.</summary>
internal sealed class Expn : ISmtpCommand
{
    public ValueTask<SmtpNext> RunAsync(SmtpSession session, ReadOnlyMemory<byte> argument) =>
        new(session.ReplyBad(argument.IsEmpty ? "501 5.5.4 EXPN takes a list" : "502 5.5.1 EXPN is switched off"));
}
