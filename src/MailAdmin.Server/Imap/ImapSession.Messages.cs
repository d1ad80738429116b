using MailAdmin.Protocol.Imap;
using MailAdmin.Store;

namespace MailAdmin.Server.Imap;

/// <summary>Messages that come in: straight from the connection's buffer to the store, never whole in memory.</summary>
internal sealed partial class ImapSession
{
    /// <summary>The message literal that was announced and not yet read. What a command leaves here is read past after it.</summary>
    public ImapLiteral? PendingMessage => _message;

    /// <summary>Notes the literal that a line of a running APPEND ends with, if any.</summary>
    public void AnnounceMessage(ReadOnlySpan<byte> line) =>
        _message = ImapLiteral.TryFindAtEnd(line, out var literal, out _) ? literal : null;

    /// <summary>Reads the announced message into <paramref name="content"/>. False where the client went away. The command's arguments are gone.</summary>
    public async ValueTask<bool> ReceiveMessageAsync(IncomingMessage content)
    {
        var literal = _message!.Value;
        if (literal.IsSynchronizing)
        {
            Continue("Ready for message");
        }

        var remaining = literal.Length;
        while (remaining > 0)
        {
            if (!HasInput)
            {
                if (_inputEnded)
                {
                    _message = null;
                    _ended = true;
                    return false;
                }

                await ReadMoreAsync(CancellationToken.None, inContent: true);
                continue;
            }

            var part = _buffer.Slice(0, Math.Min(remaining, _buffer.Length));
            remaining -= part.Length;
            // Until the write succeeds the part counts as read, the rest as still to be read past.
            _message = new ImapLiteral(remaining, IsSynchronizing: false, literal.IsBinary);
            _buffer = _buffer.Slice(part.End);
            foreach (var segment in part)
            {
                await content.WriteAsync(segment, Connection.Aborted);
            }
        }

        _message = null;
        return true;
    }
}
