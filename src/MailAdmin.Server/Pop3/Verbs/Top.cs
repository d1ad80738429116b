using MailAdmin.Protocol.Pop3;

namespace MailAdmin.Server.Pop3.Verbs;

/// <summary>TOP: the header and so many lines of the body. RFC 1939 §7.</summary>
internal sealed class Top : IPop3Command
{
    public async ValueTask<Pop3Next> RunAsync(Pop3Session session, ReadOnlyMemory<byte> argument)
    {
        if (!Pop3CommandLine.TryParseNumbers(argument.Span, out _, out var lines))
        {
            return session.ReplyBad("-ERR TOP takes a message number and a number of lines");
        }

        var number = argument.Trim((byte)' ');
        if (!session.TryGetMessage(number.Span[..number.Span.IndexOf((byte)' ')], out var index, out var next))
        {
            return next;
        }

        using var content = await Retr.OpenAsync(session, index);
        if (content is null)
        {
            return Pop3Next.Continue;
        }

        session.Reply("+OK Top follows");
        return await Retr.SendAsync(session, content, MultilineEncoder.ForTop(lines), whole: false);
    }
}
