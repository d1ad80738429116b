using System.Net;

namespace MailAdmin.Client.Probing;

/// <summary>The results of one endpoint as they are made, and what the round trip needs to know of it.</summary>
internal sealed class EndpointReport(string computerName, MailEndpoint endpoint)
{
    /// <summary>What was tested.</summary>
    public MailEndpoint Endpoint { get; } = endpoint;

    /// <summary>The checks, in order.</summary>
    public List<ProtocolTestResult> Results { get; } = [];

    /// <summary>The address that took the connection; null where none did.</summary>
    public IPAddress? Address { get; set; }

    /// <summary>
    /// Thumbprint of the certificate that the checks saw and accepted; null in plaintext. The round trip accepts that one alone, so
    /// that its connections end where the checks' did.
    /// </summary>
    public string? SeenThumbprint { get; set; }

    /// <summary>True where a round trip may use it.</summary>
    public bool IsUsable { get; set; }

    /// <summary>True where the login was done, or will be by the round trip.</summary>
    public bool LogsIn { get; set; }

    /// <summary>Why it is not usable.</summary>
    public string WhyNot { get; set; } = "an earlier check failed";

    /// <summary>True for what takes mail, false for what gives it out.</summary>
    public bool Sends => Endpoint.Protocol is MailProtocol.Smtp or MailProtocol.Submission;

    /// <summary>Adds a check that went well.</summary>
    public void Success(ProtocolCheck check, TimeSpan? latency, string detail) => Add(check, ProtocolTestOutcome.Success, latency, detail);

    /// <summary>Adds a check that was not done.</summary>
    public void Skip(ProtocolCheck check, string why) => Add(check, ProtocolTestOutcome.Skipped, null, Sentence(why));

    /// <summary>Adds a check that works but asks for attention.</summary>
    public void Warn(ProtocolCheck check, TimeSpan? latency, string detail, string recommendation) =>
        Add(check, ProtocolTestOutcome.Warning, latency, detail, null, recommendation);

    /// <summary>Adds a check that failed.</summary>
    public void Fail(ProtocolCheck check, TimeSpan? latency, string error, string recommendation) =>
        Add(check, ProtocolTestOutcome.Failure, latency, null, error, recommendation);

    /// <summary>Begins with a capital and ends with a full stop.</summary>
    public static string Sentence(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..].TrimEnd('.') + ".";

    private void Add(ProtocolCheck check, ProtocolTestOutcome outcome, TimeSpan? latency, string? detail, string? error = null, string? recommendation = null) =>
        Results.Add(new ProtocolTestResult
        {
            ComputerName = computerName,
            Protocol = Endpoint.Protocol,
            Port = Endpoint.Port,
            TlsMode = Endpoint.TlsMode,
            Check = check,
            Result = outcome,
            LatencyMs = latency?.TotalMilliseconds,
            Detail = detail,
            Error = error,
            Recommendation = recommendation,
        });
}
