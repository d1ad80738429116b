using System.Security.Cryptography;
using System.Text;
using MailAdmin.Errors;

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

    /// <summary>Makes a verifier with a fresh salt. The password is prepared first, see <see cref="SaslPrep"/>.</summary>
    /// <exception cref="MailAdminException"><c>PasswordNotUsable</c>: it holds characters that no client could send in a form of their own.</exception>
    public static ScramVerifier Create(ReadOnlySpan<char> password, int iterations = DefaultIterations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 4096);
        if (!SaslPrep.TryPrepare(password, out var prepared))
        {
            throw new MailAdminException(
                "PasswordNotUsable", MailErrorCategory.InvalidArgument, "The password is empty or holds characters that passwords may not have.",
                recommendedAction: "Leave out tabs, line ends and other control characters, private characters, and a mix of right-to-left and left-to-right letters.");
        }

        return Derive(prepared, RandomNumberGenerator.GetBytes(16), iterations);
    }

    /// <summary>True where <paramref name="password"/> is the one this verifier was made of. Constant time over the comparison.</summary>
    public bool Verify(ReadOnlySpan<char> password)
    {
        // One that cannot be prepared costs what others cost, and fails.
        var isPrepared = SaslPrep.TryPrepare(password, out var prepared);
        return CryptographicOperations.FixedTimeEquals(Derive(prepared ?? "-", Salt, Iterations).StoredKey, StoredKey) & isPrepared;
    }

    private static ScramVerifier Derive(string prepared, byte[] salt, int iterations)
    {
        var secret = Encoding.UTF8.GetBytes(prepared);
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
