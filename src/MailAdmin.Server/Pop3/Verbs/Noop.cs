namespace MailAdmin.Server.Pop3.Verbs;

/// <summary>NOOP. RFC 1939 §5.</summary>
internal sealed class Noop : IPop3Command
{
    public ValueTask<Pop3Next> RunAsync(Pop3Session session, ReadOnlyMemory<byte> argument)
    {
        session.Reply("+OK");
        return new(Pop3Next.Continue);
    }
}
