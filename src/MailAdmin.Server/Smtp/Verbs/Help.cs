namespace MailAdmin.Server.Smtp.Verbs;

/// <summary>HELP. RFC 5321 §4.1.1.8.</summary>
internal sealed class Help : ISmtpCommand
{
    public ValueTask<SmtpNext> RunAsync(SmtpSession session, ReadOnlyMemory<byte> argument)
    {
        session.Reply("214 2.0.0 HELO EHLO MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT STARTTLS AUTH");
        return new(SmtpNext.Continue);
    }
}
