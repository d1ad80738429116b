using System.Text;
using MailAdmin.Server.Connections;
using MailAdmin.Server.Hosting;
using Microsoft.Extensions.Logging;

namespace MailAdmin.Server.Smtp;

/// <summary>
/// SMTP in its two roles. <see cref="MailProtocol.Smtp"/>: mail from other servers, taken for our domains from anybody. <see cref="MailProtocol.Submission"/>:
/// mail from our users, who log in first and send as themselves.
/// </summary>
public sealed class SmtpHandler(ServerContext context, MailProtocol role) : IProtocolHandler
{
    private readonly ILogger _log = context.Loggers.CreateLogger<SmtpHandler>();
    private readonly EhloLines _listed = new();

    /// <inheritdoc/>
    public Task RunAsync(ClientConnection connection) => new SmtpSession(context, connection, role, _log, _listed).RunAsync();

    /// <inheritdoc/>
    // RFC 5321 §3.1: 554 in the place of the greeting. It asks to wait for QUIT then; a peer that nobody wants is not waited for, and one that reads knows enough.
    public ReadOnlyMemory<byte> RefusalFor(ConnectionRefusal refusal) =>
        Encoding.ASCII.GetBytes($"{(refusal.IsPermanent ? "554 5.7.1" : "421 4.7.0")} {context.HostName} {refusal.Reason}\r\n");
}
