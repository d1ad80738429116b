using System.Net;
using MailAdmin.Addresses;
using MailAdmin.Security;
using MailAdmin.Server.Connections;
using MailAdmin.Server.Diagnostics;
using MailAdmin.Server.Sasl;
using MailAdmin.Store;
using MailAdmin.Testing;
using MailAdmin.Testing.Fuzzing;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailAdmin.Server.Tests.Sasl;

public sealed class AuthenticatorTests : IAsyncLifetime
{
    private readonly TempDirectory _directory = new();
    private readonly RecordingEvents _events = new();
    private readonly ServerCounters _counters = new();
    private readonly ManualTimeProvider _time = new();
    private ServerLimits _limits = new() { LoginFailureDelay = TimeSpan.Zero };
    private SqliteMailStore _store = null!;
    private MailboxRecord _alice = null!;
    private Authenticator _authenticator = null!;

    public async ValueTask InitializeAsync()
    {
        _store = await SqliteMailStore.OpenAsync(new StoreOptions { Path = _directory.Path });
        _alice = await _store.Accounts.CreateMailboxAsync(new NewMailbox(MailboxAddress.Parse("alice@example.com"), ScramVerifier.Create("secret", 4096)) { CreateDomain = true });
        _authenticator = Make();
    }

    public async ValueTask DisposeAsync()
    {
        _authenticator.Dispose();
        await _store.DisposeAsync();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("alice@example.com", "secret", AuthenticationStatus.Succeeded)]
    [InlineData("ALICE@EXAMPLE.COM", "secret", AuthenticationStatus.Succeeded)]
    [InlineData("alice", "secret", AuthenticationStatus.Succeeded)]
    [InlineData("alice@example.com", "Secret", AuthenticationStatus.Failed)]
    [InlineData("alice@example.com", "", AuthenticationStatus.Failed)]
    [InlineData("nobody@example.com", "secret", AuthenticationStatus.Failed)]
    [InlineData("alice+detail@example.com", "secret", AuthenticationStatus.Failed)]
    [InlineData("not an address", "secret", AuthenticationStatus.Failed)]
    [InlineData("ali\u00ADce@example.com", "secret", AuthenticationStatus.Succeeded)]
    [InlineData("alice@example.com", "se\u200Ccret", AuthenticationStatus.Succeeded)]
    [InlineData("alice\u0007@example.com", "secret", AuthenticationStatus.Failed)]
    [InlineData("alice@example.com", "secret\u0000", AuthenticationStatus.Failed)]
    [InlineData("", "secret", AuthenticationStatus.Failed)]
    public async Task Names_and_passwords_are_checked(string name, string password, AuthenticationStatus status)
    {
        var outcome = await LoginAsync(name, password);
        Assert.Equal(status, outcome.Status);
        Assert.Equal(status == AuthenticationStatus.Succeeded ? _alice.Id : null, outcome.Mailbox?.Id);
        Assert.Equal(status == AuthenticationStatus.Succeeded ? (1L, 0L) : (0L, 1L), (_counters.LoginsSucceeded, _counters.LoginsFailed));
    }

    [Fact]
    public async Task A_changed_password_counts_from_its_commit_on()
    {
        Assert.Equal(AuthenticationStatus.Succeeded, (await LoginAsync("alice", "secret")).Status);
        Assert.Equal(AuthenticationStatus.Succeeded, (await LoginAsync("alice", "secret")).Status);
        await _store.Accounts.UpdateMailboxAsync(_alice.Id, new MailboxUpdate { Verifier = ScramVerifier.Create("new", 4096) });
        Assert.Equal(AuthenticationStatus.Failed, (await LoginAsync("alice", "secret")).Status);
        Assert.Equal(AuthenticationStatus.Succeeded, (await LoginAsync("alice", "new")).Status);
    }

    [Fact]
    public async Task A_disabled_mailbox_is_told_only_to_who_knows_the_password()
    {
        Assert.Equal(AuthenticationStatus.Succeeded, (await LoginAsync("alice", "secret")).Status);
        await _store.Accounts.UpdateMailboxAsync(_alice.Id, new MailboxUpdate { IsEnabled = false });
        Assert.Equal(AuthenticationStatus.Disabled, (await LoginAsync("alice", "secret")).Status);
        Assert.Equal(AuthenticationStatus.Failed, (await LoginAsync("alice", "wrong")).Status);
    }

    [Fact]
    public async Task An_unknown_name_has_a_verifier_that_stays_the_same_also_after_a_restart()
    {
        var first = await _authenticator.GetScramCredentialsAsync("nobody@example.com", CancellationToken.None);
        using var again = Make();
        var second = await again.GetScramCredentialsAsync("Nobody@example.com", CancellationToken.None);
        var other = await again.GetScramCredentialsAsync("somebody@example.com", CancellationToken.None);
        Assert.Null(first!.Mailbox);
        Assert.Equal(first.Verifier.Salt, second!.Verifier.Salt);
        Assert.NotEqual(first.Verifier.Salt, other!.Verifier.Salt);
        Assert.Equal(first.Verifier.Iterations, second.Verifier.Iterations);
    }

    [Fact]
    public async Task Two_first_logins_at_once_find_one_verifier_for_an_unknown_name()
    {
        var both = new TaskCompletionSource();
        var hooks = new StoreHooks { Accounts = (name, call) => name == nameof(IAccountStore.GetSettingAsync) ? new ValueTask<string?>(LateAsync(call)) : call() };
        using var authenticator = Make(hooks.Wrap(_store));
        var first = authenticator.GetScramCredentialsAsync("nobody@example.com", CancellationToken.None).AsTask();
        var second = authenticator.GetScramCredentialsAsync("nobody@example.com", CancellationToken.None).AsTask();
        both.SetResult();
        var salt = (await first)!.Verifier.Salt;
        Assert.Equal(salt, (await second)!.Verifier.Salt);
        Assert.Equal(salt, (await _authenticator.GetScramCredentialsAsync("nobody@example.com", CancellationToken.None))!.Verifier.Salt);

        async Task<string?> LateAsync(Func<object?> call)
        {
            var value = await (ValueTask<string?>)call()!;
            await both.Task;
            return value;
        }
    }

    [Fact]
    public async Task The_rounds_of_a_verifier_tell_no_more_of_who_exists_than_its_salt()
    {
        var rounds = new List<int>();
        for (var i = 0; i < 64; i++)
        {
            rounds.Add((await _authenticator.GetScramCredentialsAsync($"nobody{i}@example.com", CancellationToken.None))!.Verifier.Iterations);
        }

        // A generated password's verifier has the fewer rounds, a chosen one's the more.
        Assert.Equal([PasswordRules.GeneratedIterations, ScramVerifier.DefaultIterations], rounds.Distinct().Order());
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("sales")]
    public async Task A_made_up_verifier_is_the_same_however_the_name_is_written_as_a_real_one_is(string unknown)
    {
        await _store.Accounts.PutAliasAsync(MailboxAddress.Parse("sales@example.com"), [_alice.Address], replace: false);
        foreach (var name in new[] { "alice", unknown })
        {
            var salts = new HashSet<string>();
            foreach (var spelling in new[] { name, $"{name}@example.com", $"{name}@EXAMPLE.com.", $" {name}@example.com", $"{name[..2]}\u00AD{name[2..]}", name.ToUpperInvariant() })
            {
                salts.Add(Convert.ToBase64String((await _authenticator.GetScramCredentialsAsync(spelling, CancellationToken.None))!.Verifier.Salt));
            }

            Assert.Single(salts);
        }
    }

    [Fact]
    public async Task Who_fails_waits_longer_each_time_and_others_do_not()
    {
        _limits = new ServerLimits { LoginFailureDelay = TimeSpan.FromSeconds(1) };
        for (var failures = 1; failures <= 10; failures++)
        {
            var wait = TimeSpan.FromSeconds(Math.Min(8, failures));
            var login = LoginAsync("alice", "wrong");
            await Eventually.Holds(() => _counters.LoginsFailed == failures && _time.HasTimers, "the failure");
            _time.Advance(wait - TimeSpan.FromMilliseconds(1));
            Assert.False(login.IsCompleted);
            _time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.Equal(AuthenticationStatus.Failed, (await Eventually.Within(login, "the reply")).Status);
        }

        // The right password is answered at once.
        Assert.Equal(AuthenticationStatus.Succeeded, (await LoginAsync("alice", "secret")).Status);
    }

    [Theory]
    // Behind loopback are many people (a webmail, a test suite), behind any other address one.
    [InlineData("127.0.0.1", "::1", 1)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", 4)]
    [InlineData("2001:db8::1", "2001:db8::ffff:0:0:1", 4)]
    public async Task Failures_count_by_address_and_on_loopback_by_name(string address, string sameAddress, int secondsForAnother)
    {
        _limits = new ServerLimits { LoginFailureDelay = TimeSpan.FromSeconds(1) };
        for (var failures = 1; failures <= 3; failures++)
        {
            // The name as it is written makes no difference.
            await FailAsync(failures == 2 ? "ALICE" : "alice@example.com", address, failures);
        }

        await FailAsync("bob", sameAddress, secondsForAnother);
        async Task FailAsync(string name, string from, int seconds)
        {
            var before = _counters.LoginsFailed;
            var login = LoginAsync(name, "wrong", from);
            await Eventually.Holds(() => _counters.LoginsFailed > before && _time.HasTimers, "the failure");
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            Assert.False(login.IsCompleted);
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await Eventually.Within(login, "the reply");
        }
    }

    [Fact]
    public async Task A_thousand_wrong_passwords_do_not_hold_up_a_right_one()
    {
        var attack = Enumerable.Range(0, 1000).Select(i => Task.Run(() => LoginAsync("alice", $"wrong{i}", "192.0.2.1"))).ToArray();
        await Eventually.Holds(() => _counters.LoginsFailed > 0, "the attack");
        Assert.Equal(AuthenticationStatus.Succeeded, (await LoginAsync("alice", "secret", "198.51.100.7")).Status);
        Assert.True(_counters.LoginsFailed < 1000);
        Assert.All(await Eventually.Within(Task.WhenAll(attack), "all failures"), o => Assert.Equal(AuthenticationStatus.Failed, o.Status));
    }

    [Fact]
    public async Task Events_name_only_mailboxes_that_exist()
    {
        await LoginAsync("hunter2-typed-as-name", "x");
        await LoginAsync("alice", "hunter2");
        await LoginAsync("alice", "secret");
        Assert.Equal(["LoginFailed", "LoginFailed", "LoginSucceeded"], _events.All.Select(e => e.Kind));
        Assert.DoesNotContain(_events.All, e => e.Message.Contains("hunter2", StringComparison.Ordinal));
    }

    private Authenticator Make(IMailStore? store = null) => new(store ?? _store, new MailServerSettings(), _events, _counters, _time, NullLoggerFactory.Instance);

    private async Task<AuthenticationOutcome> LoginAsync(string name, string password, string address = "127.0.0.1")
    {
        using var connection = new MemoryConnection(MailProtocol.Imap, [], _limits) { Address = IPAddress.Parse(address) };
        return await _authenticator.AuthenticateAsync(name, password, connection, CancellationToken.None);
    }
}
