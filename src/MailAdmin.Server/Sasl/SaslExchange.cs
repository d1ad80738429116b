using System.Buffers.Text;
using MailAdmin.Protocol.Sasl;
using MailAdmin.Server.Connections;
using MailAdmin.Server.Hosting;

namespace MailAdmin.Server.Sasl;

/// <summary>
/// One SASL exchange as SMTP AUTH, IMAP AUTHENTICATE and POP3 AUTH carry it: lines of base64 in both directions. The protocol sends
/// <see cref="SaslReply.Challenge"/> behind its own prefix (<c>334 </c>, <c>+ </c>), reads a line, hands it in, and ends on any other kind.
/// </summary>
/// <remarks>The lines carry secrets: they never enter a transcript; the protocol writes a note instead.</remarks>
public sealed class SaslExchange
{
    private readonly IAuthenticator _authenticator;
    private readonly ClientConnection _connection;
    private readonly SaslMechanism _mechanism;
    private ScramCredentials? _credentials;
    private AuthenticationOutcome _proved;
    private bool _finalSent;

    private SaslExchange(ServerContext context, ClientConnection connection, SaslMechanism mechanism)
    {
        _authenticator = context.Authenticator;
        _connection = connection;
        _mechanism = mechanism;
    }

    /// <summary>Longest line of a response, octets of base64. A longer one is malformed.</summary>
    public const int MaxLine = (SaslMechanism.MaxResponse + 2) / 3 * 4;

    /// <summary>Mechanisms to offer on this connection, strongest first.</summary>
    public static IReadOnlyList<string> Offered(ServerContext context, ClientConnection connection)
    {
        var names = new List<string>(4);
        if (context.Offers("AUTH=SCRAM-SHA-256"))
        {
            if (OffersBinding(context, connection))
            {
                names.Add("SCRAM-SHA-256-PLUS");
            }

            names.Add("SCRAM-SHA-256");
        }

        if (AllowsPassword(context, connection))
        {
            if (context.Offers("AUTH=PLAIN"))
            {
                names.Add("PLAIN");
            }

            if (context.Offers("AUTH=LOGIN"))
            {
                names.Add("LOGIN");
            }
        }

        return names;
    }

    /// <summary>
    /// True where a password may cross this connection: under TLS, or from this machine where the settings allow it. LOGIN, USER and PASS ask this too.
    /// </summary>
    public static bool AllowsPassword(ServerContext context, ClientConnection connection) =>
        connection.IsSecure || (connection.IsLoopback && context.Settings.AllowPlaintextLoginOnLoopback);

    /// <summary>Begins an exchange. False: the mechanism is not known, or not offered here.</summary>
    /// <param name="context">The server.</param>
    /// <param name="connection">Whose login it is.</param>
    /// <param name="mechanism">Name, any case.</param>
    /// <param name="exchange">The exchange.</param>
    /// <param name="needsTls">Not offered only because TLS is missing (SMTP answers 538 then).</param>
    public static bool TryBegin(ServerContext context, ClientConnection connection, string mechanism,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SaslExchange? exchange, out bool needsTls)
    {
        exchange = null;
        var name = mechanism.ToUpperInvariant();
        needsTls = name is "PLAIN" or "LOGIN" && !AllowsPassword(context, connection);
        if (!Offered(context, connection).Contains(name))
        {
            return false;
        }

        exchange = new SaslExchange(context, connection, name switch
        {
            "PLAIN" => new PlainServer(),
            "LOGIN" => new LoginServer(),
            _ => new ScramServer(name.EndsWith("-PLUS", StringComparison.Ordinal), OffersBinding(context, connection), connection.GetChannelBinding),
        });
        return true;
    }

    /// <summary>Starts, with the initial response of the command where there was one (RFC 4954 §4: <c>=</c> stands for an empty one).</summary>
    public ValueTask<SaslReply> StartAsync(ReadOnlyMemory<byte>? initialResponse, CancellationToken cancellationToken)
    {
        if (initialResponse is not { } initial)
        {
            return FollowAsync(_mechanism.Start(), cancellationToken);
        }

        return initial.Span.SequenceEqual("="u8)
            ? FollowAsync(_mechanism.Step([]), cancellationToken)
            : NextAsync(initial, cancellationToken);
    }

    /// <summary>Takes the client's answer to a challenge: a line without its end. <c>*</c> cancels (RFC 4954 §4).</summary>
    public ValueTask<SaslReply> NextAsync(ReadOnlyMemory<byte> line, CancellationToken cancellationToken)
    {
        var text = line.Span;
        if (_finalSent)
        {
            // The client answers the server's proof with nothing; anything else is no part of the mechanism, and the login is not taken.
            if (text.IsEmpty)
            {
                return new(Outcome(_proved));
            }

            Abandon();
        }

        if (text.SequenceEqual("*"u8))
        {
            return new(new SaslReply(SaslReplyKind.Cancelled));
        }

        if (_finalSent)
        {
            return new(new SaslReply(SaslReplyKind.Malformed));
        }

        if (text.Length > MaxLine || !Base64.IsValid(text) || text.IndexOfAny(" \t\r\n"u8) >= 0)
        {
            return new(new SaslReply(SaslReplyKind.Malformed));
        }

        var response = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        Base64.DecodeFromUtf8(text, response, out _, out var written);
        var step = _mechanism.Step(response.AsSpan(0, written));
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(response);
        return FollowAsync(step, cancellationToken);
    }

    /// <summary>Nothing more comes of it: a login that was proved and not taken is no login.</summary>
    public void Abandon() => _connection.Activity.Login = null;

    private async ValueTask<SaslReply> FollowAsync(SaslStep step, CancellationToken cancellationToken)
    {
        switch (step.Kind)
        {
            case SaslStepKind.Challenge:
                return new SaslReply(SaslReplyKind.Challenge) { Challenge = Convert.ToBase64String(step.Data.Span) };

            case SaslStepKind.CheckPassword:
                return Outcome(await _authenticator.AuthenticateAsync(step.UserName!, step.Password!, _connection, cancellationToken));

            case SaslStepKind.NeedVerifier:
                _credentials = await _authenticator.GetScramCredentialsAsync(step.UserName!, cancellationToken);
                if (_credentials is null)
                {
                    return new SaslReply(SaslReplyKind.TemporaryFailure);
                }

                var verifier = _credentials.Verifier;
                return await FollowAsync(
                    ((ScramServer)_mechanism).Continue(verifier.Salt, verifier.Iterations, verifier.StoredKey, verifier.ServerKey), cancellationToken);

            case SaslStepKind.Proved:
                _proved = await _authenticator.CompleteScramAsync(_credentials!, step.ProofHolds, _connection, cancellationToken);
                if (_proved.Status != AuthenticationStatus.Succeeded)
                {
                    return Outcome(_proved);
                }

                _finalSent = true;
                return new SaslReply(SaslReplyKind.Challenge) { Challenge = Convert.ToBase64String(step.Data.Span) };

            case SaslStepKind.Refused:
                return new SaslReply(SaslReplyKind.Failed);

            default:
                return new SaslReply(SaslReplyKind.Malformed);
        }
    }

    private static SaslReply Outcome(AuthenticationOutcome outcome) => outcome.Status switch
    {
        AuthenticationStatus.Succeeded => new SaslReply(SaslReplyKind.Succeeded) { Mailbox = outcome.Mailbox },
        AuthenticationStatus.Disabled => new SaslReply(SaslReplyKind.Disabled),
        AuthenticationStatus.TemporaryFailure => new SaslReply(SaslReplyKind.TemporaryFailure),
        _ => new SaslReply(SaslReplyKind.Failed),
    };

    private static bool OffersBinding(ServerContext context, ClientConnection connection) =>
        context.Settings.OfferChannelBinding &&
        connection.IsSecure && (!connection.GetChannelBinding("tls-exporter").IsEmpty || !connection.GetChannelBinding("tls-server-end-point").IsEmpty);
}
