namespace MailAdmin.Protocol.Sasl;

/// <summary>
/// LOGIN: user name, then password, each asked for by a challenge. Never standardised (draft-murchison-sasl-login), and what Outlook speaks.
/// </summary>
public sealed class LoginServer : SaslMechanism
{
    private string? _name;

    /// <inheritdoc/>
    public override string Name => "LOGIN";
    /// <summary>Clients that send the name with the command are in the field; it is taken as the answer to the first challenge.</summary>
    public override bool IsClientFirst => true;

    /// <inheritdoc/>
    public override SaslStep Start() => new(SaslStepKind.Challenge) { Data = "Username:"u8.ToArray() };

    /// <inheritdoc/>
    public override SaslStep Step(ReadOnlySpan<byte> response)
    {
        // An empty password is a wrong one; an empty name is the initial response "=" of a client that does not know the mechanism.
        if (response.Length > MaxResponse || (response.IsEmpty && _name is null) || !SaslText.TryDecode(response, out var text))
        {
            return new SaslStep(SaslStepKind.Malformed);
        }

        if (_name is not null)
        {
            return new SaslStep(SaslStepKind.CheckPassword) { UserName = _name, Password = text };
        }

        _name = text;
        return new SaslStep(SaslStepKind.Challenge) { Data = "Password:"u8.ToArray() };
    }
}
