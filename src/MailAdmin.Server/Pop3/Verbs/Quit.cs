using MailAdmin.Errors;

namespace MailAdmin.Server.Pop3.Verbs;

/// <summary>QUIT: after login, deletes what is marked, whole or not at all. RFC 1939 §6.</summary>
internal sealed class Quit : IPop3Command
{
    public async ValueTask<Pop3Next> RunAsync(Pop3Session session, ReadOnlyMemory<byte> argument)
    {
        if (session.Maildrop is { MarkedCount: > 0 } maildrop)
        {
            session.Connection.Activity.State = "Update";
            try
            {
                await maildrop.DeleteMarkedAsync();
            }
            catch (MailAdminException e)
            {
                Pop3Log.NotDeleted(session.Log, e, session.Connection.Id);
                session.Reply("-ERR [SYS/TEMP] Nothing was deleted, try again later");
                return Pop3Next.Close;
            }
        }

        session.Reply($"+OK {session.Context.HostName} closing");
        return Pop3Next.Close;
    }
}
