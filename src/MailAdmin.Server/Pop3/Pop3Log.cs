using Microsoft.Extensions.Logging;

namespace MailAdmin.Server.Pop3;

/// <summary>POP3's log lines.</summary>
internal static partial class Pop3Log
{
    [LoggerMessage(EventId = 5001, Level = LogLevel.Error, Message = "Session {SessionId}: messages could not be deleted")]
    public static partial void NotDeleted(ILogger log, Exception exception, string sessionId);

    [LoggerMessage(EventId = 5002, Level = LogLevel.Error, Message = "Session {SessionId}: a message could not be read")]
    public static partial void NotRead(ILogger log, Exception exception, string sessionId);

    [LoggerMessage(EventId = 5003, Level = LogLevel.Error, Message = "Session {SessionId}: a maildrop could not be opened")]
    public static partial void NotOpened(ILogger log, Exception exception, string sessionId);
}
