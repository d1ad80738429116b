using MailAdmin.Errors;

namespace MailAdmin.Module.Store;

/// <summary>Says that a path is no store, before something that looks at one makes it.</summary>
internal static class StorePathCheck
{
    private const string Content = "content";

    /// <summary>Whether a store is there.</summary>
    /// <param name="path">Full path.</param>
    public static bool IsStore(string path) => Directory.Exists(Path.Combine(path, Content));

    /// <param name="path">Full path.</param>
    /// <param name="given">As it was given.</param>
    /// <exception cref="MailAdminException"><c>StoreNotFound</c>.</exception>
    public static void Demand(string path, string given)
    {
        if (!Directory.Exists(path))
        {
            throw new MailAdminException("StoreNotFound", MailErrorCategory.ObjectNotFound, $"There is no store '{path}'.", given, "Check the path. Start-MailServer and New-Mailbox make a store.");
        }

        // Refused here with its own reason where the account may not look.
        if (!Directory.EnumerateDirectories(path).Any(d => Path.GetFileName(d) == Content))
        {
            throw new MailAdminException("StoreNotFound", MailErrorCategory.ObjectNotFound, $"'{path}' is not a store: it has no content.", given, "Check the path; a store has a directory named content.");
        }
    }
}
