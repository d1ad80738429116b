using MailAdmin.Server.Connections;
using MailAdmin.Store;

namespace MailAdmin.Server.Sasl;

/// <summary>Checks logins for all three protocols. A failed login costs the same time whether or not the mailbox exists.</summary>
/// <remarks>
/// A login that succeeded is noted in the connection's <see cref="SessionActivity.Login"/> before the mailbox is looked at for the last time: one that is
/// disabled or deleted later finds the session there and ends it. A session that does not take the login takes the note away.
/// </remarks>
public interface IAuthenticator
{
    /// <summary>Checks a name and a password (PLAIN, LOGIN, USER/PASS).</summary>
    ValueTask<AuthenticationOutcome> AuthenticateAsync(string userName, string password, ClientConnection connection, CancellationToken cancellationToken);

    /// <summary>
    /// The verifier for a SCRAM exchange. For an unknown name a made-up one that is always the same for that name, however it is written, so that nothing
    /// is told; the exchange then fails at its end. Null where the store cannot tell now.
    /// </summary>
    ValueTask<ScramCredentials?> GetScramCredentialsAsync(string userName, CancellationToken cancellationToken);

    /// <summary>Reports the end of a SCRAM exchange: counts, delays, notes the login.</summary>
    ValueTask<AuthenticationOutcome> CompleteScramAsync(ScramCredentials credentials, bool proofHolds, ClientConnection connection, CancellationToken cancellationToken);
}

/// <summary>A verifier with the mailbox it belongs to; null for one made up.</summary>
public sealed record ScramCredentials(string UserName, Security.ScramVerifier Verifier, MailboxRecord? Mailbox);

/// <summary>Outcome of a login.</summary>
public enum AuthenticationStatus
{
    Succeeded,
    /// <summary>Wrong name or password; the two are never told apart.</summary>
    Failed,
    /// <summary>Right, but logins are switched off for this mailbox.</summary>
    Disabled,
    /// <summary>The store cannot tell now; the client may try again.</summary>
    TemporaryFailure,
}

/// <summary>Outcome of a login, with the mailbox where it succeeded.</summary>
public readonly record struct AuthenticationOutcome(AuthenticationStatus Status, MailboxRecord? Mailbox);
