using System.Security.Cryptography;

namespace MailAdmin.Security;

/// <summary>Which new passwords are taken, and how strong ones are made, wherever an admin sets one.</summary>
public static class PasswordRules
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
    public const int GeneratedIterations = 4096;

    /// <summary>A strong new password.</summary>
    public static string Generate() => RandomNumberGenerator.GetString(Alphabet, GeneratedCharacters);

    /// <summary>The verifier of a generated password.</summary>
    public static ScramVerifier VerifierOfGenerated(string password) => ScramVerifier.Create(password, GeneratedIterations);

    /// <summary>Why anybody would guess a password, as the end of a sentence that begins with it: <c>is shorter than 8 characters</c>. Null where nobody would.</summary>
    /// <param name="password">The password.</param>
    /// <param name="address">The mailbox it is for.</param>
    public static string? Weakness(string password, string address)
    {
        ArgumentNullException.ThrowIfNull(password);
        ArgumentNullException.ThrowIfNull(address);
        return password.Length < FewestCharacters ? $"is shorter than {FewestCharacters} characters"
            : string.Equals(password, address, StringComparison.OrdinalIgnoreCase) || string.Equals(password, address.Split('@')[0], StringComparison.OrdinalIgnoreCase) ? "is its name"
            : password.Distinct().Count() == 1 ? "is one character repeated"
            : null;
    }
}
