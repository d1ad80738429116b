namespace MailAdmin.Server.Smtp.Verbs;

/// <summary>VRFY: never says who exists. RFC 5321 §3.5.3, §7.3.</summary>
internal sealed class Vrfy : ISmtpCommand
{
    public ValueTask<SmtpNext> RunAsync(SmtpSession session, ReadOnlyMemory<byte> argument)
    {
        if (argument.IsEmpty)
        {
            return new(session.ReplyBad("501 5.5.4 VRFY takes an address"));
        }

        session.Reply("252 2.5.0 Cannot say; send the mail and see");
        return new(SmtpNext.Continue);
    }
}
