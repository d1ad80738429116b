namespace MailAdmin.Server.Pop3.Verbs;

/// <summary>STAT: number and octets of what is not marked. RFC 1939 §5.</summary>
internal sealed class Stat : IPop3Command
{
    public ValueTask<Pop3Next> RunAsync(Pop3Session session, ReadOnlyMemory<byte> argument)
    {
        var maildrop = session.Maildrop!;
        session.Reply($"+OK {maildrop.Count - maildrop.MarkedCount} {maildrop.TotalSize - maildrop.MarkedSize}");
        return new(Pop3Next.Continue);
    }
}
