using System.Text;
using MailAdmin.Server.Connections;
using MailAdmin.Server.Hosting;
using Microsoft.Extensions.Logging;

namespace MailAdmin.Server.Imap;

/// <summary>IMAP4rev2 and IMAP4rev1. RFC 9051, RFC 3501.</summary>
internal sealed class ImapHandler(ServerContext context) : IProtocolHandler
{
    private readonly ILogger _log = context.Loggers.CreateLogger<ImapHandler>();

    /// <inheritdoc/>
    public Task RunAsync(ClientConnection connection) => new ImapSession(context, connection, _log).RunAsync();

    /// <inheritdoc/>
    // RFC 5530 §3: UNAVAILABLE passes, CONTACTADMIN needs a person.
    public ReadOnlyMemory<byte> RefusalFor(ConnectionRefusal refusal) =>
        Encoding.ASCII.GetBytes($"* BYE [{(refusal.IsPermanent ? "CONTACTADMIN" : "UNAVAILABLE")}] {refusal.Reason}\r\n");
}
