using System.Text;
using MailAdmin.Server.Connections;
using MailAdmin.Server.Hosting;
using Microsoft.Extensions.Logging;

namespace MailAdmin.Server.Pop3;

/// <summary>POP3: the maildrop is the INBOX as it was at login. RFC 1939.</summary>
public sealed class Pop3Handler(ServerContext context) : IProtocolHandler
{
    private readonly ILogger _log = context.Loggers.CreateLogger<Pop3Handler>();

    /// <inheritdoc/>
    public Task RunAsync(ClientConnection connection) => new Pop3Session(context, connection, _log).RunAsync();

    /// <inheritdoc/>
    // RFC 3206 §4: SYS/TEMP passes, SYS/PERM needs a person.
    public ReadOnlyMemory<byte> RefusalFor(ConnectionRefusal refusal) =>
        Encoding.ASCII.GetBytes($"-ERR [{(refusal.IsPermanent ? "SYS/PERM" : "SYS/TEMP")}] {refusal.Reason}\r\n");
}
