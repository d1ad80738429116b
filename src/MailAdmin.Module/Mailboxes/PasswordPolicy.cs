using System.Security;
using System.Security.Cryptography;
using MailAdmin.Errors;
using MailAdmin.Module.Base;
using MailAdmin.Security;

namespace MailAdmin.Module.Mailboxes;

/// <summary>Which passwords are taken, and how new ones are made.</summary>
internal static class PasswordPolicy
{
    /// <summary>Fewest characters; NIST SP 800-63B-4 §3.1.1.2 asks for 8 and for no rules of composition.</summary>
    public const int FewestCharacters = 8;

    /// <summary>Characters of a generated password: 24 of 57, about 140 bits. Those that look alike (0 O 1 l I) are left out.</summary>
    private const int GeneratedCharacters = 24;
    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

    /// <summary>
    /// Rounds for a generated password. Rounds make guessing dear, and nobody guesses 140 bits: the least of RFC 7677 §4 is enough, and
    /// thousands of mailboxes are made in seconds.
    /// </summary>
    private const int GeneratedIterations = 4096;

    /// <summary>A strong new password.</summary>
    public static string Generate() => RandomNumberGenerator.GetString(Alphabet, GeneratedCharacters);

    /// <summary>The verifier of a generated password.</summary>
    public static ScramVerifier VerifierOfGenerated(string password) => ScramVerifier.Create(password, GeneratedIterations);

    /// <summary>Refuses what anybody would guess; <paramref name="force"/> lets a lab have its short password, never an empty one.</summary>
    /// <returns>The plain text, to be made a verifier at once.</returns>
    public static string Check(SecureString secure, string address, bool force)
    {
        var password = PasswordAttribute.Reveal(secure);
        if (password.Length == 0)
        {
            throw new MailAdminException("EmptyPassword", MailErrorCategory.InvalidArgument, $"The password for '{address}' is empty.", address, "Give a password, or leave -Password out to have one made.");
        }

        if (!force)
        {
            if (password.Length < FewestCharacters)
            {
                throw Weak(address, $"is shorter than {FewestCharacters} characters");
            }

            if (string.Equals(password, address, StringComparison.OrdinalIgnoreCase) || string.Equals(password, address.Split('@')[0], StringComparison.OrdinalIgnoreCase))
            {
                throw Weak(address, "is its name");
            }

            if (password.Distinct().Count() == 1)
            {
                throw Weak(address, "is one character repeated");
            }
        }

        return password;
    }

    private static MailAdminException Weak(string address, string why) => new(
        "WeakPassword", MailErrorCategory.InvalidArgument, $"The password for '{address}' {why}.", address,
        "Choose a better one, or take it with -Force in a lab; New-Mailbox without -Password makes a strong one.");
}
