using MailAdmin.Errors;
using MailAdmin.Protocol.Pop3;
using MailAdmin.Store;

namespace MailAdmin.Server.Pop3.Verbs;

/// <summary>RETR: a message, whole. RFC 1939 §5.</summary>
internal sealed class Retr : IPop3Command
{
    public async ValueTask<Pop3Next> RunAsync(Pop3Session session, ReadOnlyMemory<byte> argument)
    {
        if (!session.TryGetMessage(argument.Span, out var index, out var next))
        {
            return next;
        }

        using var content = await OpenAsync(session, index);
        if (content is null)
        {
            return Pop3Next.Continue;
        }

        session.Reply($"+OK {content.Length} octets");
        session.Counters.Message();
        return await SendAsync(session, content, MultilineEncoder.ForMessage(), whole: true);
    }

    /// <summary>Sends what was opened. Where it turns out damaged on the way, the connection breaks off, so that nobody takes half a message for one.</summary>
    public static async ValueTask<Pop3Next> SendAsync(Pop3Session session, MessageContent content, MultilineEncoder encoder, bool whole)
    {
        try
        {
            await MessageSender.SendAsync(session, content, encoder, whole);
            return Pop3Next.Continue;
        }
        catch (MailAdminException e)
        {
            Pop3Log.NotRead(session.Log, e, session.Connection.Id);
            session.Connection.Abort();
            return Pop3Next.Close;
        }
    }

    /// <summary>Opens a message; replies where it cannot be.</summary>
    public static async ValueTask<MessageContent?> OpenAsync(Pop3Session session, int index)
    {
        try
        {
            var content = await session.Maildrop!.OpenContentAsync(index, session.Connection.Aborted);
            if (content is null)
            {
                // Receive-Mail knows it by these words from a message that cannot be read.
                session.Reply("-ERR [SYS/PERM] That message was deleted by another session");
            }

            return content;
        }
        catch (MailAdminException e)
        {
            Pop3Log.NotRead(session.Log, e, session.Connection.Id);
            session.Reply(e.ErrorId == "ContentCorrupt" ? "-ERR [SYS/PERM] That message cannot be read" : "-ERR [SYS/TEMP] That message cannot be read now");
            return null;
        }
    }
}
