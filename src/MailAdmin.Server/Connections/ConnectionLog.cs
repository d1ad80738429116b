using Microsoft.Extensions.Logging;

namespace MailAdmin.Server.Connections;

/// <summary>What connections say in the log; the session id is in every line.</summary>
internal static partial class ConnectionLog
{
    [LoggerMessage(1, LogLevel.Debug, "Session {Session} ({Protocol}) ended: {Kind}: {Reason}")]
    public static partial void Ended(ILogger logger, string session, MailProtocol protocol, string kind, string reason);

    [LoggerMessage(2, LogLevel.Error, "Session {Session} ({Protocol}) failed inside")]
    public static partial void Failed(ILogger logger, Exception exception, string session, MailProtocol protocol);

    [LoggerMessage(3, LogLevel.Warning, "Refused a connection at {Endpoint}: {Reason}")]
    public static partial void Refused(ILogger logger, string endpoint, string reason);

    [LoggerMessage(4, LogLevel.Error, "Out of descriptors while accepting at {Endpoint}")]
    public static partial void Exhausted(ILogger logger, string endpoint);

    [LoggerMessage(5, LogLevel.Critical, "{Endpoint} no longer accepts")]
    public static partial void Died(ILogger logger, Exception exception, string endpoint);

    [LoggerMessage(6, LogLevel.Warning, "{Count} sessions did not end when the server stopped")]
    public static partial void Stuck(ILogger logger, int count);
}
