namespace MailAdmin.Server.Pop3.Verbs;

/// <summary>
/// UTF8: the client takes UTF-8 everywhere. RFC 6856 §2. Messages are sent as they are in both modes; nothing is downgraded for a client that did not ask
/// (a deviation from §2.1: the alternatives are a rewritten message or one that can never be fetched).
/// </summary>
internal sealed class Utf8 : IPop3Command
{
    public ValueTask<Pop3Next> RunAsync(Pop3Session session, ReadOnlyMemory<byte> argument)
    {
        if (!argument.IsEmpty || !session.Context.Offers(Capabilities.Utf8))
        {
            return new(session.ReplyBad(argument.IsEmpty ? "-ERR UTF8 is not offered here" : "-ERR UTF8 takes no argument"));
        }

        session.Reply("+OK UTF8 enabled");
        return new(Pop3Next.Continue);
    }
}
