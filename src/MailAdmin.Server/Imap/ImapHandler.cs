using System.Text;
using MailAdmin.Server.Connections;
using MailAdmin.Server.Hosting;

namespace MailAdmin.Server.Imap;

/// <summary>IMAP4rev2 and IMAP4rev1. RFC 9051, RFC 3501.</summary>
internal sealed class ImapHandler(ServerContext context) : IProtocolHandler
{
    /// <inheritdoc/>
    public Task RunAsync(ClientConnection connection) => new ImapSession(context, connection).RunAsync();

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> RefusalFor(string reason) => Encoding.ASCII.GetBytes($"* BYE [UNAVAILABLE] {reason}\r\n");
}
