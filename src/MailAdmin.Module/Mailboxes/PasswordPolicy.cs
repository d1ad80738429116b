using System.Security;
using MailAdmin.Errors;
using MailAdmin.Module.Base;
using MailAdmin.Security;

namespace MailAdmin.Module.Mailboxes;

/// <summary>Which passwords the cmdlets take.</summary>
internal static class PasswordPolicy
{
    /// <summary>Refuses what anybody would guess; <paramref name="force"/> lets a lab have its short password, never an empty one.</summary>
    /// <returns>The plain text, to be made a verifier at once.</returns>
    public static string Check(SecureString secure, string address, bool force)
    {
        var password = PasswordAttribute.Reveal(secure);
        if (password.Length == 0)
        {
            throw new MailAdminException("EmptyPassword", MailErrorCategory.InvalidArgument, $"The password for '{address}' is empty.", address, "Give a password, or leave -Password out to have one made.");
        }

        if (!force && PasswordRules.Weakness(password, address) is { } why)
        {
            throw new MailAdminException(
                "WeakPassword", MailErrorCategory.InvalidArgument, $"The password for '{address}' {why}.", address,
                "Choose a better one, or take it with -Force in a lab; New-Mailbox without -Password makes a strong one.");
        }

        return password;
    }
}
