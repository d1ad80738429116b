using MailAdmin.Errors;
using Microsoft.Extensions.Logging;

namespace MailAdmin.Server.Imap;

/// <summary>IMAP's log lines.</summary>
internal static partial class ImapLog
{
    /// <summary>A command was answered NO, or left something out, because of <paramref name="failure"/>.</summary>
    /// <param name="log">Where.</param>
    /// <param name="failure">The cause; what the client did to itself (a quota, a folder that is gone) asks nobody to look.</param>
    /// <param name="sessionId">The session.</param>
    /// <param name="command">The command's name.</param>
    /// <param name="inPart">The rest of the command was carried out.</param>
    public static void CommandFailed(ILogger log, MailAdminException failure, string sessionId, string command, bool inPart)
    {
        if (!ImapErrors.IsOurs(failure))
        {
            Refused(log, failure, sessionId, command);
        }
        else if (inPart)
        {
            FailedInPart(log, failure, sessionId, command);
        }
        else
        {
            Failed(log, failure, sessionId, command);
        }
    }

    [LoggerMessage(EventId = 8001, Level = LogLevel.Error, Message = "Session {SessionId}: {Command} could not be carried out")]
    private static partial void Failed(ILogger log, Exception exception, string sessionId, string command);

    [LoggerMessage(EventId = 8002, Level = LogLevel.Error, Message = "Session {SessionId}: {Command} could not be carried out in full")]
    private static partial void FailedInPart(ILogger log, Exception exception, string sessionId, string command);

    [LoggerMessage(EventId = 8003, Level = LogLevel.Information, Message = "Session {SessionId}: {Command} was refused")]
    private static partial void Refused(ILogger log, Exception exception, string sessionId, string command);
}
