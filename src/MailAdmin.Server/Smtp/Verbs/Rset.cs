namespace MailAdmin.Server.Smtp.Verbs;

/// <summary>RSET: forgets the message, not the session. RFC 5321 §4.1.1.5.</summary>
internal sealed class Rset : ISmtpCommand
{
    public async ValueTask<SmtpNext> RunAsync(SmtpSession session, ReadOnlyMemory<byte> argument)
    {
        if (!argument.IsEmpty)
        {
            return session.ReplyBad("501 5.5.4 RSET takes no argument");
        }

        await session.ResetTransactionAsync();
        session.Reply("250 2.0.0 OK");
        return SmtpNext.Continue;
    }
}
