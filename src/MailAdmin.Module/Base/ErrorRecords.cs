using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using System.Net.Sockets;
using MailAdmin.Errors;

namespace MailAdmin.Module.Base;

/// <summary>The one place where failures become ErrorRecords.</summary>
internal static class ErrorRecords
{
    /// <summary>Makes a record of what a person can act on; false for what is a defect of ours and must not be dressed up.</summary>
    public static bool TryMake(Exception exception, object? target, [NotNullWhen(true)] out ErrorRecord? record)
    {
        record = exception switch
        {
            MailAdminException e => Make(e, target),
            AggregateException { InnerExceptions: [MailAdminException e] } => Make(e, target),
            UnauthorizedAccessException => Make(exception, "AccessDenied", ErrorCategory.PermissionDenied, target, "Run as the user that owns the file or the store, or give that user the right to it."),
            FileNotFoundException or DirectoryNotFoundException => Make(exception, "FileNotFound", ErrorCategory.ObjectNotFound, target, "Check the path."),
            SocketException => Make(exception, "NetworkFailure", ErrorCategory.ConnectionError, target, "Check that the server runs and that the address and port are right."),
            IOException => Make(exception, "FileFailure", ErrorCategory.WriteError, target, "Check the path, the space on its disk, and who may write there."),
            FormatException => Make(exception, "InvalidValue", ErrorCategory.InvalidArgument, target, "Correct the value."),
            TimeoutException => Make(exception, "Timeout", ErrorCategory.OperationTimeout, target, "Try again, or give more time."),
            _ => null,
        };
        return record is not null;
    }

    /// <summary>Makes the record of an error of ours; its own target goes before the item's.</summary>
    public static ErrorRecord Make(MailAdminException error, object? target)
    {
        var record = new ErrorRecord(error, error.ErrorId, CategoryOf(error.Category), error.Target ?? target);
        return WithAction(record, error.Message, error.RecommendedAction);
    }

    private static ErrorRecord Make(Exception exception, string id, ErrorCategory category, object? target, string action) =>
        WithAction(new ErrorRecord(exception, id, category, target), exception.Message, action);

    private static ErrorRecord WithAction(ErrorRecord record, string message, string? action)
    {
        // PowerShell's own error view shows both, the remedy as "Recommendation:".
        if (!string.IsNullOrEmpty(action))
        {
            record.ErrorDetails = new ErrorDetails(message) { RecommendedAction = action };
        }

        return record;
    }

    private static ErrorCategory CategoryOf(MailErrorCategory category) => category switch
    {
        MailErrorCategory.InvalidArgument => ErrorCategory.InvalidArgument,
        MailErrorCategory.ObjectNotFound => ErrorCategory.ObjectNotFound,
        MailErrorCategory.ResourceExists => ErrorCategory.ResourceExists,
        MailErrorCategory.ResourceBusy => ErrorCategory.ResourceBusy,
        MailErrorCategory.ResourceUnavailable => ErrorCategory.ResourceUnavailable,
        MailErrorCategory.InvalidOperation => ErrorCategory.InvalidOperation,
        MailErrorCategory.PermissionDenied => ErrorCategory.PermissionDenied,
        MailErrorCategory.AuthenticationError => ErrorCategory.AuthenticationError,
        MailErrorCategory.QuotaExceeded => ErrorCategory.QuotaExceeded,
        MailErrorCategory.ConnectionError => ErrorCategory.ConnectionError,
        MailErrorCategory.OperationTimeout => ErrorCategory.OperationTimeout,
        MailErrorCategory.InvalidData => ErrorCategory.InvalidData,
        _ => ErrorCategory.NotSpecified,
    };
}
