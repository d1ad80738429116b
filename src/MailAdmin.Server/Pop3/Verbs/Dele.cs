namespace MailAdmin.Server.Pop3.Verbs;

/// <summary>DELE: marks a message; QUIT deletes it. RFC 1939 §5.</summary>
internal sealed class Dele : IPop3Command
{
    public ValueTask<Pop3Next> RunAsync(Pop3Session session, ReadOnlyMemory<byte> argument)
    {
        if (!session.TryGetMessage(argument.Span, out var index, out var next))
        {
            return new(next);
        }

        session.Maildrop!.Mark(index);
        session.Reply("+OK Marked");
        return new(Pop3Next.Continue);
    }
}
