namespace MailAdmin.Server.Pop3.Verbs;

/// <summary>RSET: takes all marks away. RFC 1939 §5.</summary>
internal sealed class Rset : IPop3Command
{
    public ValueTask<Pop3Next> RunAsync(Pop3Session session, ReadOnlyMemory<byte> argument)
    {
        session.Maildrop!.Unmark();
        session.Reply($"+OK {session.Maildrop.Count} message(s)");
        return new(Pop3Next.Continue);
    }
}
