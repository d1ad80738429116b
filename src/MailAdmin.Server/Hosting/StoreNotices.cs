using MailAdmin.Administration;
using Microsoft.Extensions.Logging;

namespace MailAdmin.Server.Hosting;

/// <summary>What a store notices by itself, in the log and so among the events: damage met at opening, an index that cannot follow.</summary>
internal static partial class StoreNotices
{
    public static Action<StoreFinding> To(ILogger log) => finding =>
    {
        if (finding.Severity == MailEventSeverity.Error)
        {
            Damaged(log, finding.Location, finding.Message);
        }
        else
        {
            Hindered(log, finding.Location, finding.Message);
        }
    };

    [LoggerMessage(EventId = 6004, Level = LogLevel.Error, Message = "The store is damaged at {Location}: {Reason}")]
    private static partial void Damaged(ILogger logger, string location, string reason);

    [LoggerMessage(EventId = 6005, Level = LogLevel.Warning, Message = "The store is hindered at {Location}: {Reason}")]
    private static partial void Hindered(ILogger logger, string location, string reason);
}
