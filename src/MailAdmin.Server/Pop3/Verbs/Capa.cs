namespace MailAdmin.Server.Pop3.Verbs;

/// <summary>CAPA: what there is. RFC 2449 §5.</summary>
internal sealed class Capa : IPop3Command
{
    public ValueTask<Pop3Next> RunAsync(Pop3Session session, ReadOnlyMemory<byte> argument)
    {
        session.Reply("+OK Capabilities follow");
        foreach (var line in Capabilities.For(session))
        {
            session.Write(line);
        }

        session.Write(".");
        return new(Pop3Next.Continue);
    }
}
