using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using MailAdmin.Client.Receiving;
using MailAdmin.Client.Sending;
using MailAdmin.Clients;
using MailAdmin.Errors;

namespace MailAdmin.Client.Probing;

/// <summary>
/// Sends a message of its own through each endpoint that takes mail, fetches it through each that gives it out, compares, and removes it.
/// One message goes as many ways as there are: sender i with receiver i, the shorter list starting over.
/// </summary>
internal sealed class RoundTrip(ProtocolTestRequest request, IReadOnlyList<EndpointReport> reports, TimeProvider time)
{
    /// <summary>Between two looks into the mailbox.</summary>
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(200);

    /// <summary>POP3 has no search: so many of the newest messages are looked at.</summary>
    private const int NewestToSearch = 50;

    // Beyond ASCII, a line that begins with a dot, and one that looks like a separator: what a careless server spoils.
    private const string Body = "Grüße – 郵便 ✉\r\n.\r\n..leading dots\r\nFrom here on\r\n";

    /// <summary>Runs the round trips and yields one result per endpoint.</summary>
    public async IAsyncEnumerable<ProtocolTestResult> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // An endpoint that was not reached has said so; a round trip adds nothing.
        var reached = reports.Where(r => r.Address is not null).ToList();
        var recipient = request.Recipient ?? (request.Credential?.UserName.Contains('@', StringComparison.Ordinal) == true ? request.Credential.UserName : null);
        var senders = reached.Where(r => r.Sends && r.IsUsable).ToList();
        var receivers = reached.Where(r => !r.Sends && r.IsUsable).ToList();
        var obstacle = !request.RoundTrip ? "no round trip was asked for"
            : request.Credential is null ? "no credential was given"
            : recipient is null ? "the user name is no address, and no recipient was given"
            : senders.Count == 0 ? "no tested endpoint takes mail"
            : receivers.Count == 0 ? "no tested endpoint gives mail out"
            : null;

        var done = new HashSet<EndpointReport>();
        for (var i = 0; obstacle is null && i < Math.Max(senders.Count, receivers.Count); i++)
        {
            var (sender, receiver) = (senders[i % senders.Count], receivers[i % receivers.Count]);
            var (of, by) = (done.Add(sender), done.Add(receiver));
            var from = (sender.Results.Count, receiver.Results.Count);
            await TravelAsync(sender, receiver, recipient!, cancellationToken);
            foreach (var result in sender.Results.Skip(from.Item1).Take(of ? 1 : 0).Concat(receiver.Results.Skip(from.Item2).Take(by ? 1 : 0)))
            {
                yield return result;
            }
        }

        foreach (var report in reached.Where(r => !done.Contains(r)))
        {
            report.Skip(ProtocolCheck.RoundTrip, obstacle ?? report.WhyNot);
            yield return report.Results[^1];
        }
    }

    private async Task TravelAsync(EndpointReport sender, EndpointReport receiver, string recipient, CancellationToken cancellationToken)
    {
        var tag = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        var subject = $"Test-MailProtocol {tag} · Prüfung";
        var started = time.GetTimestamp();
        MailSendResult sent;
        try
        {
            sent = await new MailSender(time).SendAsync(new MailSendRequest
            {
                Server = sender.Address!.ToString(),
                Port = sender.Endpoint.Port,
                TlsMode = Mode(sender),
                Credential = sender.LogsIn ? request.Credential : null,
                CertificateThumbprint = sender.SeenThumbprint,
                Timeout = request.Timeout,
                From = recipient,
                To = [recipient],
                Subject = subject,
                Body = Body,
            }, null, cancellationToken);
        }
        catch (MailAdminException e)
        {
            sender.Fail(ProtocolCheck.RoundTrip, time.GetElapsedTime(started), e.Message, e.RecommendedAction ?? "See the server's log.");
            receiver.Skip(ProtocolCheck.RoundTrip, $"nothing could be sent by {sender.Endpoint.Service}");
            return;
        }

        try
        {
            var found = await FindAsync(receiver, sent.MessageId, cancellationToken);
            var elapsed = time.GetElapsedTime(started);
            var way = $"{sender.Endpoint.Service} → {receiver.Endpoint.Service}";
            if (found is null)
            {
                var late = string.Create(CultureInfo.InvariantCulture, $"The message did not arrive within {request.Timeout.TotalSeconds:0.#} s.");
                sender.Warn(ProtocolCheck.RoundTrip, elapsed, $"Accepted, but not seen by {receiver.Endpoint.Service}.", "See the server's queue and delivery log.");
                receiver.Fail(ProtocolCheck.RoundTrip, elapsed, late, "See the server's queue, and whether a filter moved it to another folder.");
            }
            else if (found.Subject != subject || Lines(found.Text) != Lines(Body))
            {
                const string action = "A filter or gateway rewrites mail on its way; compare the message's source.";
                sender.Fail(ProtocolCheck.RoundTrip, elapsed, $"{way}: the message came back changed.", action);
                receiver.Fail(ProtocolCheck.RoundTrip, elapsed, $"{way}: the message came back changed.", action);
            }
            else
            {
                sender.Success(ProtocolCheck.RoundTrip, elapsed, $"{way}, unchanged, removed");
                receiver.Success(ProtocolCheck.RoundTrip, elapsed, $"{way}, unchanged, removed");
            }
        }
        catch (MailAdminException e)
        {
            sender.Warn(ProtocolCheck.RoundTrip, null, $"Accepted, but not looked for: {e.Message}", "Mend the receiving side and test again.");
            receiver.Fail(ProtocolCheck.RoundTrip, time.GetElapsedTime(started), e.Message, e.RecommendedAction ?? "See the server's log.");
        }
    }

    private async Task<ReceivedMail?> FindAsync(EndpointReport receiver, string messageId, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var wanted = new MailReceiveRequest
            {
                Server = receiver.Address!.ToString(),
                Protocol = receiver.Endpoint.Protocol,
                Port = receiver.Endpoint.Port,
                TlsMode = Mode(receiver),
                Credential = request.Credential!,
                CertificateThumbprint = receiver.SeenThumbprint,
                Timeout = request.Timeout,
                MessageId = messageId,
                LookAtNewest = NewestToSearch,
                Remove = true,
            };
            // Each look is a connection of its own: a POP3 session does not see what comes later (RFC 1939 §5).
            ReceivedMail? found = null;
            await foreach (var mail in new MailReceiver(time).ReceiveAsync(wanted, null, null, cancellationToken))
            {
                found = mail;
            }

            if (found is not null || time.GetElapsedTime(started) > request.Timeout)
            {
                return found;
            }

            await Task.Delay(LookAgainAfter, time, cancellationToken);
        }
    }

    // Line ends are the platform's after decoding, and a server may add one at the end.
    private static string Lines(string? text) => (text ?? "").ReplaceLineEndings("\n").TrimEnd();

    // The connection of the checks showed whether STARTTLS is there; a policy that would take plaintext for lack of it is not wanted here.
    private static MailTlsMode Mode(EndpointReport report) =>
        report.Endpoint.TlsMode == MailTlsMode.StartTls && report.SeenThumbprint is null ? MailTlsMode.None : report.Endpoint.TlsMode;
}
