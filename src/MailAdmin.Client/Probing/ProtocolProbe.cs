using System.Runtime.CompilerServices;
using MailAdmin.Client.Connecting;
using MailAdmin.Clients;

namespace MailAdmin.Client.Probing;

/// <summary>
/// Tests how a mail server looks from outside: name, connection, greeting, capabilities, TLS, certificate, login, and a message's way
/// there and back. The engine of <c>Test-MailProtocol</c>.
/// </summary>
public sealed class ProtocolProbe
{
    /// <summary>The standard ports, in the order of the results.</summary>
    private static readonly (MailProtocol Protocol, int Port, MailTlsMode TlsMode)[] StandardPorts =
    [
        (MailProtocol.Smtp, 25, MailTlsMode.StartTls),
        (MailProtocol.Submission, 587, MailTlsMode.StartTls),
        (MailProtocol.Submission, 465, MailTlsMode.Implicit),
        (MailProtocol.Imap, 143, MailTlsMode.StartTls),
        (MailProtocol.Imap, 993, MailTlsMode.Implicit),
        (MailProtocol.Pop3, 110, MailTlsMode.StartTls),
        (MailProtocol.Pop3, 995, MailTlsMode.Implicit),
    ];

    private readonly INameResolver _names;
    private readonly TimeProvider _time;

    /// <summary>Makes a probe.</summary>
    /// <param name="names">Name lookups; null for the system's and DNS.</param>
    /// <param name="time">Clock; null for the system's.</param>
    public ProtocolProbe(INameResolver? names = null, TimeProvider? time = null)
    {
        _names = names ?? new NameResolver();
        _time = time ?? TimeProvider.System;
    }

    /// <summary>
    /// Runs the checks; the endpoints are tested side by side and their results come in order, the round trips last. What fails is a
    /// result, not an exception.
    /// </summary>
    /// <param name="request">What to test.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<ProtocolTestResult> RunAsync(ProtocolTestRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = Endpoints(request).Select(e => new EndpointProbe(request, e, _names, _time).RunAsync(ended.Token)).ToList();
        try
        {
            var reports = new List<EndpointReport>();
            foreach (var run in running)
            {
                var report = await run;
                reports.Add(report);
                foreach (var result in report.Results)
                {
                    yield return result;
                }
            }

            await foreach (var result in new RoundTrip(request, reports, _time).RunAsync(ended.Token))
            {
                yield return result;
            }
        }
        finally
        {
            // The caller may stop early; nothing goes on behind its back.
            await ended.CancelAsync();
            await ((Task)Task.WhenAll(running)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What a request names: its own endpoints, one port, or the standard ports of its protocols.</summary>
    internal static IReadOnlyList<MailEndpoint> Endpoints(ProtocolTestRequest request)
    {
        if (request.Endpoints is not null)
        {
            return [.. request.Endpoints
                .Where(e => request.Protocols.Count == 0 || request.Protocols.Contains(e.Protocol))
                .Where(e => request.Port is null || e.Port == request.Port)
                .Where(e => request.TlsMode is null || e.TlsMode == request.TlsMode)
                .Select(e => e with { Address = e.GetLocalAddress() })];
        }

        var protocols = request.Protocols.Count > 0 ? request.Protocols : [MailProtocol.Smtp, MailProtocol.Submission, MailProtocol.Imap, MailProtocol.Pop3];
        if (request.Port is { } port)
        {
            var mode = request.TlsMode
                ?? (TlsPolicy.Decide(request.ComputerName, port, null, true, false).Options == MailKit.Security.SecureSocketOptions.SslOnConnect
                    ? MailTlsMode.Implicit : MailTlsMode.StartTls);
            return [.. protocols.Distinct().Select(p => new MailEndpoint(p, request.ComputerName, port, mode))];
        }

        // With a TLS mode, the ports that have it; plaintext is spoken where STARTTLS otherwise is.
        var listed = request.TlsMode == MailTlsMode.None ? MailTlsMode.StartTls : request.TlsMode;
        return [.. StandardPorts
            .Where(s => protocols.Contains(s.Protocol) && (listed is null || s.TlsMode == listed))
            .Select(s => new MailEndpoint(s.Protocol, request.ComputerName, s.Port, request.TlsMode ?? s.TlsMode))];
    }
}
