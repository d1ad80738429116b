using System.Text;
using MailAdmin.Server.Sasl;

namespace MailAdmin.Server.Pop3.Verbs;

/// <summary>USER: the name, kept for PASS. Every name is taken, so that nothing is told. RFC 1939 §7.</summary>
internal sealed class User : IPop3Command
{
    /// <summary>Longest name, octets.</summary>
    private const int MaxName = 320;

    public ValueTask<Pop3Next> RunAsync(Pop3Session session, ReadOnlyMemory<byte> argument)
    {
        if (!SaslExchange.AllowsPassword(session.Context, session.Connection))
        {
            return new(session.ReplyBad("-ERR [SYS/PERM] Begin TLS first"));
        }

        var name = argument.Span.Trim((byte)' ');
        if (name.IsEmpty || name.Length > MaxName || !System.Text.Unicode.Utf8.IsValid(name))
        {
            return new(session.ReplyBad("-ERR USER takes a name"));
        }

        session.UserName = Encoding.UTF8.GetString(name);
        session.Reply("+OK Send PASS");
        return new(Pop3Next.Continue);
    }
}
