namespace MailAdmin.Server.Smtp.Verbs;

/// <summary>QUIT. RFC 5321 §4.1.1.10.</summary>
internal sealed class Quit : ISmtpCommand
{
    public ValueTask<SmtpNext> RunAsync(SmtpSession session, ReadOnlyMemory<byte> argument)
    {
        if (!argument.IsEmpty)
        {
            return new(session.ReplyBad("501 5.5.4 QUIT takes no argument"));
        }

        session.Reply($"221 2.0.0 {session.Context.HostName} closing");
        return new(SmtpNext.Close);
    }
}
