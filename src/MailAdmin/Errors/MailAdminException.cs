namespace MailAdmin.Errors;

/// <summary>What kind of failure it is; the module maps it to PowerShell's ErrorCategory of the same name.</summary>
public enum MailErrorCategory
{
    /// <summary>Something inside failed that the user could not have caused.</summary>
    NotSpecified,
    /// <summary>A value that was given is not acceptable.</summary>
    InvalidArgument,
    /// <summary>The named thing does not exist.</summary>
    ObjectNotFound,
    /// <summary>It exists already.</summary>
    ResourceExists,
    /// <summary>Somebody else holds it: a taken port, a locked store.</summary>
    ResourceBusy,
    /// <summary>It is there but not usable now: server stopped, disk full.</summary>
    ResourceUnavailable,
    /// <summary>The state does not allow the operation.</summary>
    InvalidOperation,
    /// <summary>The caller may not.</summary>
    PermissionDenied,
    /// <summary>A login was refused.</summary>
    AuthenticationError,
    /// <summary>A quota or another bound is reached.</summary>
    QuotaExceeded,
    /// <summary>The peer could not be reached or broke off.</summary>
    ConnectionError,
    /// <summary>The time given was not enough.</summary>
    OperationTimeout,
    /// <summary>Data on disk is not what it was.</summary>
    InvalidData,
}

/// <summary>
/// A failure that a person can act on: a stable id, a category, what it was about, and what to do. It crosses every room and the
/// control channel unchanged; the module turns it into one ErrorRecord.
/// </summary>
public sealed class MailAdminException : Exception
{
    /// <summary>Makes an error.</summary>
    /// <param name="errorId">Stable, PascalCase: <c>MailboxNotFound</c>.</param>
    /// <param name="category">See <see cref="MailErrorCategory"/>.</param>
    /// <param name="message">One sentence: what happened, naming the input.</param>
    /// <param name="target">The user's input that it is about.</param>
    /// <param name="recommendedAction">One sentence: what to do now.</param>
    /// <param name="innerException">The cause; for the log, never for a peer.</param>
    public MailAdminException(string errorId, MailErrorCategory category, string message, object? target = null, string? recommendedAction = null, Exception? innerException = null)
        : base(message, innerException)
    {
        ErrorId = errorId;
        Category = category;
        Target = target;
        RecommendedAction = recommendedAction;
    }

    /// <summary>Stable id, as in <c>$_.FullyQualifiedErrorId</c>.</summary>
    public string ErrorId { get; }

    /// <summary>See <see cref="MailErrorCategory"/>.</summary>
    public MailErrorCategory Category { get; }

    /// <summary>The user's input that the error is about.</summary>
    public object? Target { get; }

    /// <summary>What to do now.</summary>
    public string? RecommendedAction { get; }
}
