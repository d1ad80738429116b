using System.Security.Cryptography;
using System.Text;

namespace MailAdmin.Security;

/// <summary>
/// What is kept of a password: a SCRAM-SHA-256 verifier (RFC 5802 §3, RFC 7677). PLAIN, LOGIN and SCRAM all check against it,
/// and it does not let its holder log in elsewhere.
/// </summary>
/// <param name="Salt">16 random octets.</param>
/// <param name="Iterations">PBKDF2 rounds; RFC 7677 §4 asks for at least 4096.</param>
/// <param name="StoredKey">H(ClientKey), 32 octets.</param>
/// <param name="ServerKey">HMAC(SaltedPassword, "Server Key"), 32 octets.</param>
public sealed record ScramVerifier(byte[] Salt, int Iterations, byte[] StoredKey, byte[] ServerKey)
{
    /// <summary>
    /// Rounds for a new verifier: the figure RFC 7677 §4 names as least, times four; a login costs about 4 ms of one core.
    /// </summary>
    public const int DefaultIterations = 16384;

    /// <summary>Makes a verifier with a fresh salt. The password is normalised first, see <see cref="Normalize"/>.</summary>
    public static ScramVerifier Create(ReadOnlySpan<char> password, int iterations = DefaultIterations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 4096);
        var salt = RandomNumberGenerator.GetBytes(16);
        return Derive(password, salt, iterations);
    }

    /// <summary>True where <paramref name="password"/> is the one this verifier was made of. Constant time over the comparison.</summary>
    public bool Verify(ReadOnlySpan<char> password) =>
        CryptographicOperations.FixedTimeEquals(Derive(password, Salt, Iterations).StoredKey, StoredKey);

    /// <summary>
    /// SASLprep in the profile that matters (RFC 4013 §2): non-ASCII spaces become spaces, then NFKC.
    /// </summary>
    public static string Normalize(ReadOnlySpan<char> password)
    {
        var text = password.ToString();
        if (Ascii.IsValid(text))
        {
            return text;
        }

        var builder = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            builder.Append(char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.SpaceSeparator ? ' ' : c);
        }

        return builder.ToString().Normalize(NormalizationForm.FormKC);
    }

    private static ScramVerifier Derive(ReadOnlySpan<char> password, byte[] salt, int iterations)
    {
        var secret = Encoding.UTF8.GetBytes(Normalize(password));
        try
        {
            var salted = Rfc2898DeriveBytes.Pbkdf2(secret, salt, iterations, HashAlgorithmName.SHA256, 32);
            var clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
            var serverKey = HMACSHA256.HashData(salted, "Server Key"u8);
            var storedKey = SHA256.HashData(clientKey);
            CryptographicOperations.ZeroMemory(salted);
            CryptographicOperations.ZeroMemory(clientKey);
            return new ScramVerifier(salt, iterations, storedKey, serverKey);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>Never shows the keys.</summary>
    public override string ToString() => $"SCRAM-SHA-256, {Iterations} iterations";
}
