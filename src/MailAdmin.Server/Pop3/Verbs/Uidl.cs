using System.Globalization;

namespace MailAdmin.Server.Pop3.Verbs;

/// <summary>UIDL: unique id of one message or of all. RFC 1939 §7.</summary>
internal sealed class Uidl : IPop3Command
{
    public async ValueTask<Pop3Next> RunAsync(Pop3Session session, ReadOnlyMemory<byte> argument)
    {
        var maildrop = session.Maildrop!;
        if (!argument.IsEmpty)
        {
            if (!session.TryGetMessage(argument.Span, out var index, out var next))
            {
                return next;
            }

            session.Reply($"+OK {index + 1} {maildrop.UniqueIdOf(index)}");
            return Pop3Next.Continue;
        }

        session.Reply("+OK Unique ids follow");
        foreach (var (index, _) in maildrop.Unmarked())
        {
            session.Write(string.Create(CultureInfo.InvariantCulture, $"{index + 1} {maildrop.UniqueIdOf(index)}"));
            if (session.Connection.Output.UnflushedBytes > List.FlushAbove)
            {
                await session.Connection.Output.FlushAsync();
            }
        }

        session.Write(".");
        return Pop3Next.Continue;
    }
}
