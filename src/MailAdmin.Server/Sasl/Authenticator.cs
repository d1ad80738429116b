using System.Net;
using System.Security.Cryptography;
using System.Text;
using MailAdmin.Addresses;
using MailAdmin.Errors;
using MailAdmin.Security;
using MailAdmin.Server.Connections;
using MailAdmin.Server.Diagnostics;
using MailAdmin.Store;
using Microsoft.Extensions.Logging;

namespace MailAdmin.Server.Sasl;

/// <summary>
/// Checks logins against the store's verifiers.
/// </summary>
/// <remarks>
/// Invariants: an unknown name costs the same PBKDF2 as a wrong password, and has a salt and rounds that are as much its own as a known one's; what was proved,
/// now or earlier, is only as good as the verifier the mailbox has at the login's end, so that a changed password or a disabled mailbox counts from its
/// commit on; who fails waits, and computes in a lane of his own, so that thousands of wrong
/// passwords do not hold up anybody's right one.
/// </remarks>
public sealed class Authenticator : IAuthenticator, IDisposable
{
    private const string DecoyKeySetting = "sasl.decoy-key";

    private readonly IMailStore _store;
    private readonly MailServerSettings _settings;
    private readonly IEventSink _events;
    private readonly ServerCounters _counters;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly LoginCache _cache;
    private readonly FailureTable _failures;
    private readonly IDisposable _watch;

    // PBKDF2 takes milliseconds of a core: addresses that failed of late, or try many at once, share one place; all others have a lane of their own.
    private const int CrowdAbove = 2;
    private readonly SemaphoreSlim _trusted = new(Math.Max(1, Environment.ProcessorCount));
    private readonly SemaphoreSlim _suspect = new(1);
    private readonly SemaphoreSlim _decoyKeyTurn = new(1);
    private volatile byte[]? _decoyKey;

    /// <summary>Makes the authenticator of a server.</summary>
    public Authenticator(
        IMailStore store, MailServerSettings settings, IEventSink events, ServerCounters counters, TimeProvider time, ILoggerFactory loggers)
    {
        _store = store;
        _settings = settings;
        _events = events;
        _counters = counters;
        _time = time;
        _log = loggers.CreateLogger<Authenticator>();
        _cache = new LoginCache(time);
        _failures = new FailureTable(time);
        _watch = store.Watch(change =>
        {
            if (change is MailboxChanged { Kind: MailboxChangeKind.PasswordChanged or MailboxChangeKind.Disabled or MailboxChangeKind.Deleted } changed)
            {
                _cache.Drop(changed.Mailbox);
            }
        });
    }

    /// <inheritdoc/>
    public async ValueTask<AuthenticationOutcome> AuthenticateAsync(string userName, string password, ClientConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            var name = await ReadNameAsync(userName, cancellationToken);
            var mailbox = await FindAsync(name, cancellationToken);
            var holds = mailbox is not null && _cache.Holds(mailbox, password);
            if (!holds)
            {
                var decoy = await DecoyForAsync(name?.ToString() ?? userName, cancellationToken);
                holds = await ComputeAsync(NameOf(mailbox, userName), mailbox, decoy, password, connection.Remote.Address, cancellationToken);
                if (holds)
                {
                    _cache.Add(mailbox!, password);
                }
            }

            return await EndAsync(userName, mailbox, holds, connection, cancellationToken);
        }
        catch (MailAdminException e)
        {
            return CannotTell(e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ScramCredentials?> GetScramCredentialsAsync(string userName, CancellationToken cancellationToken)
    {
        try
        {
            var name = await ReadNameAsync(userName, cancellationToken);
            var mailbox = await FindAsync(name, cancellationToken);
            // Computed for known names as well, so that both cost the same.
            var decoy = await DecoyForAsync(name?.ToString() ?? userName, cancellationToken);
            return new ScramCredentials(userName, mailbox?.Verifier ?? decoy, mailbox);
        }
        catch (MailAdminException e)
        {
            CannotTell(e);
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<AuthenticationOutcome> CompleteScramAsync(
        ScramCredentials credentials, bool proofHolds, ClientConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            return await EndAsync(credentials.UserName, credentials.Mailbox, proofHolds && credentials.Mailbox is not null, connection, cancellationToken);
        }
        catch (MailAdminException e)
        {
            return CannotTell(e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _watch.Dispose();
        _trusted.Dispose();
        _suspect.Dispose();
        _decoyKeyTurn.Dispose();
    }

    private async ValueTask<bool> ComputeAsync(string name, MailboxRecord? mailbox, ScramVerifier decoy, string password, IPAddress remote, CancellationToken cancellationToken)
    {
        var lane = (_failures.Enter(remote, name) > CrowdAbove) | (_failures.Count(remote, name) > 0) ? _suspect : _trusted;
        try
        {
            await lane.WaitAsync(cancellationToken);
            try
            {
                return (mailbox?.Verifier ?? decoy).Verify(password) && mailbox is not null;
            }
            finally
            {
                lane.Release();
            }
        }
        finally
        {
            _failures.Leave(remote, name);
        }
    }

    // The end of a login whose secret was compared with what the mailbox was when it was found.
    private async ValueTask<AuthenticationOutcome> EndAsync(
        string userName, MailboxRecord? found, bool holds, ClientConnection connection, CancellationToken cancellationToken)
    {
        var mailbox = found;
        if (holds)
        {
            // Comparing may have taken seconds, so it is looked at once more, and noted before: who disables it later finds this session.
            connection.Activity.Login = new SessionLogin(found!.Id, found.Address.ToString());
            try
            {
                mailbox = await _store.Accounts.GetMailboxAsync(found.Id, cancellationToken);
                holds = mailbox is not null && mailbox.Verifier.StoredKey.AsSpan().SequenceEqual(found.Verifier.StoredKey);
            }
            finally
            {
                if (!holds || mailbox is not { IsEnabled: true })
                {
                    connection.Activity.Login = null;
                }
            }
        }

        var details = new ServerEventDetails(
            connection.Id, connection.Endpoint.Protocol, mailbox?.Address.ToString(), RemoteAddress: connection.Remote.Address.ToString());
        if (holds && mailbox!.IsEnabled)
        {
            _counters.Login(succeeded: true);
            _store.Accounts.NoteLogin(mailbox.Id, _time.GetUtcNow());
            _events.Publish("LoginSucceeded", MailEventSeverity.Information, $"{mailbox.Address} logged in", details);
            return new AuthenticationOutcome(AuthenticationStatus.Succeeded, mailbox);
        }

        _counters.Login(succeeded: false);
        // The name is as the client sent it and may be a password typed in the wrong place: only names that exist are shown.
        _events.Publish("LoginFailed", MailEventSeverity.Warning,
            mailbox is null ? "Login failed: no such mailbox" : holds ? $"Login of {mailbox.Address} refused: logins are switched off" : $"Login of {mailbox.Address} failed: wrong password",
            details);
        var delay = connection.Limits.LoginFailureDelay * Math.Min(8, _failures.Add(connection.Remote.Address, NameOf(found, userName)));
        if (delay > TimeSpan.Zero)
        {
            await Task.Delay(delay, _time, cancellationToken);
        }

        return new AuthenticationOutcome(holds ? AuthenticationStatus.Disabled : AuthenticationStatus.Failed, null);
    }

    private AuthenticationOutcome CannotTell(MailAdminException cause)
    {
        SaslLog.CannotTell(_log, cause);
        return new AuthenticationOutcome(AuthenticationStatus.TemporaryFailure, null);
    }

    // However it was written.
    private static string NameOf(MailboxRecord? mailbox, string userName) => mailbox?.Address.ToString() ?? userName;

    // The address that a name means, however it is written; null where it is none. A name without a domain is one of the first domain.
    private async ValueTask<MailboxAddress?> ReadNameAsync(string name, CancellationToken cancellationToken)
    {
        // RFC 4616 §2, RFC 5802 §5.1: a name that cannot be prepared is nobody's.
        if (!SaslPrep.TryPrepare(name, out var userName))
        {
            return null;
        }

        if (!userName.Contains('@', StringComparison.Ordinal))
        {
            var domain = _settings.Domains.Count > 0 ? _settings.Domains[0] : null;
            if (domain is null)
            {
                await foreach (var first in _store.Accounts.ListDomainsAsync(cancellationToken))
                {
                    domain = first.Name;
                    break;
                }
            }

            userName = $"{userName}@{domain}";
        }

        return MailboxAddress.TryParse(userName, out var address) ? address : null;
    }

    private ValueTask<MailboxRecord?> FindAsync(MailboxAddress? name, CancellationToken cancellationToken) =>
        name is { } address ? _store.Accounts.FindMailboxAsync(address, cancellationToken) : default;

    // Salt, keys and rounds that belong to nobody and are the same for a name at every try, also after a restart. Known mailboxes have one number of rounds or
    // the other, and so has each unknown name.
    private async ValueTask<ScramVerifier> DecoyForAsync(string name, CancellationToken cancellationToken)
    {
        var digest = HMACSHA512.HashData(_decoyKey ?? await DecoyKeyAsync(cancellationToken), Encoding.UTF8.GetBytes(name));
        return new ScramVerifier(
            digest[..16], (digest[^1] & 1) == 0 ? ScramVerifier.DefaultIterations : PasswordRules.GeneratedIterations, digest[16..48], digest[32..64]);
    }

    private async ValueTask<byte[]> DecoyKeyAsync(CancellationToken cancellationToken)
    {
        // One at a time: of two that made a key the one would be used, and the other be kept for after a restart.
        await _decoyKeyTurn.WaitAsync(cancellationToken);
        try
        {
            if (_decoyKey is { } known)
            {
                return known;
            }

            var kept = await _store.Accounts.GetSettingAsync(DecoyKeySetting, cancellationToken);
            if (kept is null)
            {
                kept = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
                await _store.Accounts.PutSettingAsync(DecoyKeySetting, kept, cancellationToken);
            }

            return _decoyKey = Convert.FromBase64String(kept);
        }
        finally
        {
            _decoyKeyTurn.Release();
        }
    }
}

/// <summary>Log lines of logins.</summary>
internal static partial class SaslLog
{
    [LoggerMessage(EventId = 4001, Level = LogLevel.Error, Message = "A login could not be checked")]
    public static partial void CannotTell(ILogger log, Exception exception);
}
