namespace MailAdmin.Server.Smtp.Verbs;

/// <summary>NOOP, whatever is behind it. RFC 5321 §4.1.1.9.</summary>
internal sealed class Noop : ISmtpCommand
{
    public ValueTask<SmtpNext> RunAsync(SmtpSession session, ReadOnlyMemory<byte> argument)
    {
        session.Reply("250 2.0.0 OK");
        return new(SmtpNext.Continue);
    }
}
