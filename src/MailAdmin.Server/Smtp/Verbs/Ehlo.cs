namespace MailAdmin.Server.Smtp.Verbs;

/// <summary>EHLO: greets and lists what there is. Ends a transaction. RFC 5321 §4.1.1.1.</summary>
internal sealed class Ehlo : ISmtpCommand
{
    public async ValueTask<SmtpNext> RunAsync(SmtpSession session, ReadOnlyMemory<byte> argument)
    {
        if (!Helo.TryGreet(session, argument.Span))
        {
            return session.ReplyBad("501 5.5.4 EHLO takes a host name or an address literal");
        }

        await session.ResetTransactionAsync();
        session.IsExtended = true;
        session.State = SmtpState.Ready;
        var others = session.Listed.For(session);
        session.Reply($"250{(others.Octets.Length == 0 ? ' ' : '-')}{session.Context.HostName} greets {session.ClientName}", others);
        return SmtpNext.Continue;
    }
}
