namespace MailAdmin;

/// <summary>What <c>Test-MailProtocol</c> looked at.</summary>
public enum ProtocolCheck
{
    /// <summary>The name has an address.</summary>
    Resolve,
    /// <summary>The port takes a connection.</summary>
    Connect,
    /// <summary>The server greets as its protocol demands.</summary>
    Greeting,
    /// <summary>What it says it can.</summary>
    Capabilities,
    /// <summary>TLS comes up, and which.</summary>
    Tls,
    /// <summary>Name, time and chain of the certificate.</summary>
    Certificate,
    /// <summary>The ways to log in.</summary>
    Authentication,
    /// <summary>The login is accepted.</summary>
    Login,
    /// <summary>A message sent comes back as it was, and can be removed.</summary>
    RoundTrip,
}

/// <summary>How a check came out.</summary>
public enum ProtocolTestOutcome
{
    /// <summary>As it should be.</summary>
    Success,
    /// <summary>It works, but somebody should look.</summary>
    Warning,
    /// <summary>It does not work.</summary>
    Failure,
    /// <summary>Not done; Detail says why.</summary>
    Skipped,
}

/// <summary>One check of <c>Test-MailProtocol</c>.</summary>
public sealed record ProtocolTestResult
{
    /// <summary>The host that was tested.</summary>
    public required string ComputerName { get; init; }
    /// <summary>What was spoken.</summary>
    public required MailProtocol Protocol { get; init; }
    /// <summary>At which port.</summary>
    public required int Port { get; init; }
    /// <summary>How it came to TLS.</summary>
    public required MailTlsMode TlsMode { get; init; }
    /// <summary>What was looked at.</summary>
    public required ProtocolCheck Check { get; init; }
    /// <summary>How it came out.</summary>
    public required ProtocolTestOutcome Result { get; init; }
    /// <summary>How long it took, in milliseconds; null where nothing was waited for.</summary>
    public double? LatencyMs { get; init; }
    /// <summary>What was found, for a person.</summary>
    public string? Detail { get; init; }
    /// <summary>What went wrong; null where nothing did.</summary>
    public string? Error { get; init; }
    /// <summary>What to do about it; null where nothing need be done.</summary>
    public string? Recommendation { get; init; }

    /// <summary>The field's name for the endpoint: smtp, submissions, imaps …</summary>
    public string Service => new MailEndpoint(Protocol, ComputerName, Port, TlsMode).Service;

    /// <inheritdoc/>
    public override string ToString() => $"{Service} {ComputerName}:{Port} {Check}: {Result}";
}
