using System.Globalization;

namespace MailAdmin.Server.Pop3.Verbs;

/// <summary>LIST: number and octets of one message or of all. RFC 1939 §5.</summary>
internal sealed class List : IPop3Command
{
    /// <summary>Output that may wait before it is flushed, octets: a long listing is not held whole.</summary>
    public const int FlushAbove = 64 * 1024;

    public async ValueTask<Pop3Next> RunAsync(Pop3Session session, ReadOnlyMemory<byte> argument)
    {
        var maildrop = session.Maildrop!;
        if (!argument.IsEmpty)
        {
            if (!session.TryGetMessage(argument.Span, out var index, out var next))
            {
                return next;
            }

            session.Reply($"+OK {index + 1} {maildrop[index].Size}");
            return Pop3Next.Continue;
        }

        session.Reply($"+OK {maildrop.Count - maildrop.MarkedCount} message(s)");
        foreach (var (index, state) in maildrop.Unmarked())
        {
            session.Write(string.Create(CultureInfo.InvariantCulture, $"{index + 1} {state.Size}"));
            if (session.Connection.Output.UnflushedBytes > FlushAbove)
            {
                await session.Connection.Output.FlushAsync();
            }
        }

        session.Write(".");
        return Pop3Next.Continue;
    }
}
