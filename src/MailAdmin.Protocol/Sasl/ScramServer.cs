using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MailAdmin.Protocol.Sasl;

/// <summary>
/// SCRAM-SHA-256 and SCRAM-SHA-256-PLUS, server side (RFC 5802, RFC 7677). The password never crosses, and the client learns that we hold its verifier.
/// </summary>
/// <remarks>
/// Order: client-first → <see cref="SaslStepKind.NeedVerifier"/> → <see cref="Continue"/> gives server-first → client-final →
/// <see cref="SaslStepKind.Proved"/>. A made-up verifier for an unknown name takes the same way and fails at the proof, so that nothing is told.
/// </remarks>
public sealed class ScramServer : SaslMechanism
{
    private readonly bool _plus;
    private readonly bool _plusOffered;
    private readonly Func<string, ReadOnlyMemory<byte>> _binding;
    private readonly string? _fixedNonce;
    private string _gs2Header = string.Empty;
    private ReadOnlyMemory<byte> _bindingData;
    private string _clientFirstBare = string.Empty;
    private string _serverFirst = string.Empty;
    private string _nonce = string.Empty;
    private byte[]? _storedKey;
    private byte[] _serverKey = [];
    private State _state;

    /// <summary>Makes the server's side of an exchange.</summary>
    /// <param name="plus">With channel binding.</param>
    /// <param name="plusOffered">The server offers the -PLUS variant on this connection: a client that says it does not was lied to. RFC 5802 §6.</param>
    /// <param name="channelBinding">Binding data by type; empty where there is none.</param>
    /// <param name="serverNonce">Only for tests with the RFC's vectors; null makes a random one.</param>
    public ScramServer(bool plus, bool plusOffered, Func<string, ReadOnlyMemory<byte>> channelBinding, string? serverNonce = null)
    {
        _plus = plus;
        _plusOffered = plusOffered;
        _binding = channelBinding;
        _fixedNonce = serverNonce;
    }

    private enum State
    {
        First, WaitingForVerifier, Final, Over,
    }

    /// <inheritdoc/>
    public override string Name => _plus ? "SCRAM-SHA-256-PLUS" : "SCRAM-SHA-256";
    /// <inheritdoc/>
    public override bool IsClientFirst => true;

    /// <inheritdoc/>
    public override SaslStep Start() => new(SaslStepKind.Challenge);

    /// <inheritdoc/>
    public override SaslStep Step(ReadOnlySpan<byte> response)
    {
        if (response.Length > MaxResponse || !SaslText.TryDecode(response, out var message))
        {
            return new SaslStep(SaslStepKind.Malformed);
        }

        return _state switch
        {
            State.First => ClientFirst(message),
            State.Final => ClientFinal(message),
            _ => new SaslStep(SaslStepKind.Malformed),
        };
    }

    /// <summary>Takes the verifier asked for and gives server-first.</summary>
    public SaslStep Continue(ReadOnlySpan<byte> salt, int iterations, ReadOnlySpan<byte> storedKey, ReadOnlySpan<byte> serverKey)
    {
        if (_state != State.WaitingForVerifier)
        {
            throw new InvalidOperationException("No verifier was asked for.");
        }

        (_storedKey, _serverKey) = (storedKey.ToArray(), serverKey.ToArray());
        _serverFirst = string.Create(CultureInfo.InvariantCulture, $"r={_nonce},s={Convert.ToBase64String(salt)},i={iterations}");
        _state = State.Final;
        return new SaslStep(SaslStepKind.Challenge) { Data = Encoding.UTF8.GetBytes(_serverFirst) };
    }

    // client-first-message = gs2-header client-first-message-bare; gs2-header = ("n" / "y" / "p=" cb-name) "," [ "a=" authzid ] ","
    private SaslStep ClientFirst(string message)
    {
        var malformed = new SaslStep(SaslStepKind.Malformed);
        var flagEnd = message.IndexOf(',', StringComparison.Ordinal);
        var headerEnd = flagEnd < 0 ? -1 : message.IndexOf(',', flagEnd + 1);
        if (headerEnd < 0)
        {
            return malformed;
        }

        var (flag, authorize) = (message[..flagEnd], message[(flagEnd + 1)..headerEnd]);
        _gs2Header = message[..(headerEnd + 1)];
        _clientFirstBare = message[(headerEnd + 1)..];
        string? identity = null;
        if (authorize.Length > 0 && (!authorize.StartsWith("a=", StringComparison.Ordinal) || !TryUnescape(authorize[2..], out identity)))
        {
            return malformed;
        }

        // The n attribute comes first, then the nonce; m= is a mandatory extension, of which there is none. RFC 5802 §5.1.
        var attributes = _clientFirstBare.Split(',');
        if (attributes.Length < 2 || !attributes[0].StartsWith("n=", StringComparison.Ordinal) || !attributes[1].StartsWith("r=", StringComparison.Ordinal)
            || attributes[1].Length is < 10 or > 200 || !IsPrintable(attributes[1])
            || !TryUnescape(attributes[0][2..], out var user) || user.Length == 0)
        {
            return malformed;
        }

        if (!TryBind(flag))
        {
            return flag is "n" or "y" || flag.StartsWith("p=", StringComparison.Ordinal) ? new SaslStep(SaslStepKind.Refused) { UserName = user } : malformed;
        }

        if (identity is not null && !identity.Equals(user, StringComparison.OrdinalIgnoreCase))
        {
            return new SaslStep(SaslStepKind.Refused) { UserName = user };
        }

        _nonce = attributes[1][2..] + (_fixedNonce ?? Convert.ToBase64String(RandomNumberGenerator.GetBytes(18)));
        _state = State.WaitingForVerifier;
        return new SaslStep(SaslStepKind.NeedVerifier) { UserName = user };
    }

    private bool TryBind(string flag)
    {
        switch (flag)
        {
            case "n":
                return !_plus;
            case "y":
                // The client can bind and believes we cannot; where we offered it, somebody in between took it away. RFC 5802 §6.
                return !_plus && !_plusOffered;
            default:
                if (!_plus || !flag.StartsWith("p=", StringComparison.Ordinal))
                {
                    return false;
                }

                _bindingData = _binding(flag[2..]);
                return !_bindingData.IsEmpty;
        }
    }

    // client-final-message = channel-binding "," nonce ["," extensions] "," proof
    private SaslStep ClientFinal(string message)
    {
        _state = State.Over;
        var malformed = new SaslStep(SaslStepKind.Malformed);
        var proofAt = message.LastIndexOf(",p=", StringComparison.Ordinal);
        if (proofAt < 0)
        {
            return malformed;
        }

        var withoutProof = message[..proofAt];
        var attributes = withoutProof.Split(',');
        Span<byte> proof = stackalloc byte[SHA256.HashSizeInBytes];
        if (attributes.Length < 2 || !attributes[0].StartsWith("c=", StringComparison.Ordinal) || !attributes[1].StartsWith("r=", StringComparison.Ordinal)
            || !Base64.IsValid(message.AsSpan(proofAt + 3), out var length) || length != proof.Length
            || !Convert.TryFromBase64String(message[(proofAt + 3)..], proof, out _) || !Base64.IsValid(attributes[0].AsSpan(2)))
        {
            return malformed;
        }

        var header = Encoding.UTF8.GetBytes(_gs2Header);
        byte[] expectedBinding = [.. header, .. _bindingData.Span];
        var bindingHolds = CryptographicOperations.FixedTimeEquals(Convert.FromBase64String(attributes[0][2..]), expectedBinding);
        var nonceHolds = attributes[1].AsSpan(2).SequenceEqual(_nonce);

        // AuthMessage, ClientSignature, ClientKey = proof XOR signature; H(ClientKey) must be the StoredKey. RFC 5802 §3.
        var authMessage = Encoding.UTF8.GetBytes($"{_clientFirstBare},{_serverFirst},{withoutProof}");
        Span<byte> signature = stackalloc byte[SHA256.HashSizeInBytes];
        HMACSHA256.HashData(_storedKey, authMessage, signature);
        for (var i = 0; i < proof.Length; i++)
        {
            proof[i] ^= signature[i];
        }

        Span<byte> key = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(proof, key);
        var proofHolds = CryptographicOperations.FixedTimeEquals(key, _storedKey);
        if (!(proofHolds & bindingHolds & nonceHolds))
        {
            return new SaslStep(SaslStepKind.Proved);
        }

        var serverSignature = HMACSHA256.HashData(_serverKey, authMessage);
        return new SaslStep(SaslStepKind.Proved) { ProofHolds = true, Data = Encoding.ASCII.GetBytes("v=" + Convert.ToBase64String(serverSignature)) };
    }

    // printable = %x21-2B / %x2D-7E
    private static bool IsPrintable(string text) => text.All(c => c is > ' ' and < (char)127);

    // saslname: "=2C" and "=3D" stand for comma and equals sign; no other use of "=". RFC 5802 §5.1.
    private static bool TryUnescape(string text, out string name)
    {
        name = text;
        for (var at = text.IndexOf('=', StringComparison.Ordinal); at >= 0; at = text.IndexOf('=', at + 1))
        {
            if (string.CompareOrdinal(text, at, "=2C", 0, 3) != 0 && string.CompareOrdinal(text, at, "=3D", 0, 3) != 0)
            {
                return false;
            }
        }

        name = text.Replace("=2C", ",", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal);
        return name.Length > 0;
    }
}
