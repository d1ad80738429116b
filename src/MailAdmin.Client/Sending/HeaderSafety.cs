using MailAdmin.Errors;

namespace MailAdmin.Client.Sending;

/// <summary>
/// Keeps what a caller gives as one value one value. A line break in it would begin a header field or an SMTP command of the
/// caller's choosing, so it is refused rather than repaired. RFC 5322 §2.2.
/// </summary>
internal static class HeaderSafety
{
    /// <summary>Fields that the other parameters or the structure of the message decide.</summary>
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "From", "Sender", "To", "Cc", "Bcc", "Resent-Bcc", "Reply-To", "Subject", "In-Reply-To", "MIME-Version",
        "Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Content-Length",
    };

    /// <summary>Refuses a value with line breaks or NUL.</summary>
    /// <exception cref="MailAdminException"><c>HeaderInjection</c>.</exception>
    public static string Check(string value, string parameter)
    {
        if (value.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0)
        {
            throw new MailAdminException("HeaderInjection", MailErrorCategory.InvalidArgument,
                $"The value of {parameter} holds a line break, which would add header fields to the message.", value, "Remove the line break.");
        }

        return value;
    }

    /// <summary>Refuses names that are not field names (RFC 5322 §3.6.8) or that belong to other parameters.</summary>
    public static string CheckName(string name)
    {
        if (name.Length == 0 || name.Any(c => c is < '!' or > '~' or ':'))
        {
            throw new MailAdminException("InvalidHeaderName", MailErrorCategory.InvalidArgument, $"'{Check(name, "Headers")}' is not the name of a header field.", name,
                "Use letters, digits and hyphens.");
        }

        if (Reserved.Contains(name))
        {
            throw new MailAdminException("HeaderReserved", MailErrorCategory.InvalidArgument, $"The field {name} is set by its own parameter.", name,
                "Use that parameter in place of -Headers.");
        }

        return name;
    }
}
