using System.Text;

namespace MailAdmin.Server.Pop3.Verbs;

/// <summary>LANG: the language of replies; there is English. RFC 6856 §3.</summary>
internal sealed class Lang : IPop3Command
{
    public ValueTask<Pop3Next> RunAsync(Pop3Session session, ReadOnlyMemory<byte> argument)
    {
        var tag = argument.Span.Trim((byte)' ');
        if (tag.IsEmpty)
        {
            session.Reply("+OK Languages follow");
            session.Write("en English");
            session.Write(".");
        }
        else if (tag.SequenceEqual("*"u8) || Ascii.EqualsIgnoreCase(tag, "en"u8) || (tag.Length > 3 && Ascii.EqualsIgnoreCase(tag[..3], "en-"u8)))
        {
            // RFC 6856 §3.2: the tag, then words in that language.
            session.Reply("+OK en English it is");
        }
        else
        {
            return new(session.ReplyBad("-ERR That language is not spoken here"));
        }

        return new(Pop3Next.Continue);
    }
}
