using System.Text;

namespace MailAdmin.Protocol.Imap;

public sealed partial class ImapDecoder
{
    /// <summary>Takes octets if exactly these are next, letters in any case: for grammar that one octet cannot tell apart.</summary>
    public bool TakeText(ReadOnlySpan<byte> text)
    {
        if (Failed || _text.Length - _position < text.Length || !Ascii.EqualsIgnoreCase(_text.Span.Slice(_position, text.Length), text))
        {
            return false;
        }

        _position += text.Length;
        return true;
    }
}
