namespace MailAdmin.Protocol.Sasl;

/// <summary>What a mechanism asks of its driver next.</summary>
public enum SaslStepKind
{
    /// <summary>Send <see cref="SaslStep.Data"/> to the client and hand its answer to the mechanism.</summary>
    Challenge,
    /// <summary>Check <see cref="SaslStep.UserName"/> with <see cref="SaslStep.Password"/>; the exchange is over.</summary>
    CheckPassword,
    /// <summary>Fetch the verifier of <see cref="SaslStep.UserName"/> and call <see cref="ScramServer.Continue"/>.</summary>
    NeedVerifier,
    /// <summary>
    /// A proof came and was checked: <see cref="SaslStep.ProofHolds"/>. Where it holds, <see cref="SaslStep.Data"/> is the server's own proof, sent as a last
    /// challenge that the client answers with nothing (none of SMTP, IMAP and POP3 carries data with success).
    /// </summary>
    Proved,
    /// <summary>The response breaks the mechanism's grammar.</summary>
    Malformed,
    /// <summary>The response is well-formed and says that this exchange must fail (channel binding, another's identity).</summary>
    Refused,
}

/// <summary>A step of a SASL exchange, as the server's mechanism wants it (RFC 4422 §3).</summary>
public readonly record struct SaslStep(SaslStepKind Kind)
{
    /// <summary>Octets for the client, before base64.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }
    /// <summary>Who wants to log in, as the client wrote it.</summary>
    public string? UserName { get; init; }
    /// <summary>The password; never shown.</summary>
    public string? Password { get; init; }
    /// <summary>The client knows the password.</summary>
    public bool ProofHolds { get; init; }

    /// <summary>Never shows the password.</summary>
    public override string ToString() => $"{Kind} {UserName}";
}

/// <summary>
/// The server's side of one SASL mechanism, for one exchange. Sans-I/O: responses in, steps out; who drives it sends, receives and looks up.
/// </summary>
public abstract class SaslMechanism
{
    /// <summary>Longest response, octets after base64: a name of 255, an identity of 255, a password of 1,000 and room for SCRAM's attributes.</summary>
    public const int MaxResponse = 8192;

    /// <summary>Name as registered with IANA.</summary>
    public abstract string Name { get; }

    /// <summary>The exchange begins with a response of the client, so that an initial response (RFC 4422 §5.1) is its first one.</summary>
    public abstract bool IsClientFirst { get; }

    /// <summary>Begins without an initial response.</summary>
    public abstract SaslStep Start();

    /// <summary>Takes the client's next response.</summary>
    public abstract SaslStep Step(ReadOnlySpan<byte> response);
}
