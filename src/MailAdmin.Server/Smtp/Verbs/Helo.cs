using System.Text;
using MailAdmin.Protocol.Smtp;

namespace MailAdmin.Server.Smtp.Verbs;

/// <summary>HELO: greets without extensions. RFC 5321 §4.1.1.1.</summary>
internal sealed class Helo : ISmtpCommand
{
    public async ValueTask<SmtpNext> RunAsync(SmtpSession session, ReadOnlyMemory<byte> argument)
    {
        if (!TryGreet(session, argument.Span))
        {
            return session.ReplyBad("501 5.5.4 HELO takes a host name");
        }

        await session.ResetTransactionAsync();
        session.IsExtended = false;
        session.State = SmtpState.Ready;
        session.Reply($"250 {session.Context.HostName}");
        return SmtpNext.Continue;
    }

    /// <summary>Takes the client's name; it goes into the trace field, so nothing else than a name is taken.</summary>
    public static bool TryGreet(SmtpSession session, ReadOnlySpan<byte> name)
    {
        if (!SmtpPath.IsGreetingName(name))
        {
            return false;
        }

        session.ClientName = Encoding.ASCII.GetString(name);
        session.Connection.Activity.Client = session.ClientName;
        return true;
    }
}
