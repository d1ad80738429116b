namespace MailAdmin.Protocol.Sasl;

/// <summary>PLAIN: <c>[authzid] NUL authcid NUL passwd</c> in one response. RFC 4616 §2.</summary>
public sealed class PlainServer : SaslMechanism
{
    /// <inheritdoc/>
    public override string Name => "PLAIN";
    /// <inheritdoc/>
    public override bool IsClientFirst => true;

    /// <summary>An empty challenge asks for the response.</summary>
    public override SaslStep Start() => new(SaslStepKind.Challenge);

    /// <inheritdoc/>
    public override SaslStep Step(ReadOnlySpan<byte> response)
    {
        var first = response.IndexOf((byte)0);
        var second = first < 0 ? -1 : response[(first + 1)..].IndexOf((byte)0);
        if (second < 0 || response.Length > MaxResponse)
        {
            return new SaslStep(SaslStepKind.Malformed);
        }

        var authorize = response[..first];
        var authenticate = response[(first + 1)..(first + 1 + second)];
        var secret = response[(first + second + 2)..];
        // The grammar wants a password of one character at least. Somebody who typed none hears the same as for a wrong one, not of a protocol error.
        if (!SaslText.TryDecode(authorize, out var identity) || !SaslText.TryDecode(authenticate, out var user) || !SaslText.TryDecode(secret, out var password)
            || user.Length == 0)
        {
            return new SaslStep(SaslStepKind.Malformed);
        }

        // RFC 4616 §2: another identity than one's own needs a right that nobody has here.
        return identity.Length > 0 && !identity.Equals(user, StringComparison.OrdinalIgnoreCase)
            ? new SaslStep(SaslStepKind.Refused) { UserName = user }
            : new SaslStep(SaslStepKind.CheckPassword) { UserName = user, Password = password };
    }
}
