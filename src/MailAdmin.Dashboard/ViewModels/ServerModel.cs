using System.Globalization;
using MailAdmin.Errors;

namespace MailAdmin.Dashboard.ViewModels;

/// <summary>Rates of one protocol now and lately. SMTP and submission are one card: it is the same engine, and the eye has room for three.</summary>
internal sealed class ProtocolCard(string name, string unit, params MailProtocol[] protocols)
{
    /// <summary>SMTP, IMAP, POP3.</summary>
    public string Name { get; } = name;
    /// <summary>What its main rate counts: msg, cmd.</summary>
    public string Unit { get; } = unit;
    /// <summary>Sessions open.</summary>
    public int Sessions { get; private set; }
    /// <summary>Messages or commands a second.</summary>
    public RateHistory Work { get; } = new();
    /// <summary>Connections a second.</summary>
    public RateHistory Connections { get; } = new();
    /// <summary>Messages a second, whatever the main rate counts.</summary>
    public RateHistory Messages { get; } = new();
    /// <summary>Octets received a second.</summary>
    public RateHistory In { get; } = new();
    /// <summary>Octets sent a second.</summary>
    public RateHistory Out { get; } = new();
    /// <summary>Octets a second both ways.</summary>
    public RateHistory Bytes { get; } = new();

    /// <summary>Takes in a reading; rates come from the one before.</summary>
    public void Apply(MailServerStatistics? before, MailServerStatistics now)
    {
        Sessions = Sum(now, p => p.Sessions);
        if (before is null)
        {
            return;
        }

        var seconds = (now.At - before.At).TotalSeconds;
        if (seconds <= 0)
        {
            return;
        }

        // Counters that go back mean another server behind the same name: no rate, rather than a wild one.
        double Rate(Func<MailProtocolStatistics, long> counter) => Math.Max(0, Sum(now, counter) - Sum(before, counter)) / seconds;
        Messages.Add(Rate(p => p.Messages));
        Work.Add(Unit == "msg" ? Messages.Last : Rate(p => p.Commands));
        Connections.Add(Rate(p => p.Connections));
        In.Add(Rate(p => p.BytesIn));
        Out.Add(Rate(p => p.BytesOut));
        Bytes.Add(In.Last + Out.Last);
    }

    private T Sum<T>(MailServerStatistics statistics, Func<MailProtocolStatistics, T> counter) where T : System.Numerics.INumber<T>
    {
        var sum = T.Zero;
        foreach (var entry in statistics.Protocols)
        {
            if (protocols.Contains(entry.Protocol))
            {
                sum += counter(entry);
            }
        }

        return sum;
    }
}

/// <summary>A condition that wants attention, found by looking at figures.</summary>
internal sealed record ServerAlert(Tone Tone, string Text);

/// <summary>The whole server at a glance: state, figures, rates, alerts.</summary>
internal sealed class ServerModel(TimeProvider time)
{
    /// <summary>A certificate is a concern from here on; renewal is usual at 30 days.</summary>
    public static readonly TimeSpan CertificateWarning = TimeSpan.FromDays(14);

    /// <summary>Mail that waits longer than this is a concern. RFC 5321 §4.5.4.1: the first retry is due after about 30 minutes.</summary>
    public static readonly TimeSpan QueueWarning = TimeSpan.FromMinutes(30);

    /// <summary>Share of the disk that should be free.</summary>
    public const double DiskFreeWarning = 0.10;

    /// <summary>A rate is told over no less.</summary>
    public static readonly TimeSpan ShortestRate = TimeSpan.FromMilliseconds(500);

    private DateTimeOffset _infoAt;
    private MailServerStatistics? _rated;

    /// <summary>The server as last seen; null before the first answer.</summary>
    public MailServerInfo? Info { get; private set; }
    /// <summary>The last reading of its counters.</summary>
    public MailServerStatistics? Statistics { get; private set; }
    /// <summary>Why the last question got no answer; null where it did.</summary>
    public string? Problem { get; private set; }
    /// <summary>The last question found that the server has been stopped.</summary>
    public bool IsStopped { get; private set; }
    /// <summary>SMTP, IMAP, POP3.</summary>
    public IReadOnlyList<ProtocolCard> Cards { get; } =
    [
        new("SMTP", "msg", MailProtocol.Smtp, MailProtocol.Submission),
        new("IMAP", "cmd", MailProtocol.Imap),
        new("POP3", "cmd", MailProtocol.Pop3),
    ];
    /// <summary>Messages delivered a second.</summary>
    public RateHistory Deliveries { get; } = new();
    /// <summary>Messages refused a second.</summary>
    public RateHistory Refusals { get; } = new();
    /// <summary>Logins that failed, a second.</summary>
    public RateHistory FailedLogins { get; } = new();
    /// <summary>Messages taken over by other servers, a second.</summary>
    public RateHistory Relays { get; } = new();
    /// <summary>Attempts to relay that failed, put off or given up, a second.</summary>
    public RateHistory FailedRelays { get; } = new();
    /// <summary>Sessions open.</summary>
    public int Sessions => Statistics is null ? Info?.SessionCount ?? 0 : Cards.Sum(c => c.Sessions);
    /// <summary>Time since the server came up.</summary>
    public TimeSpan Uptime => Info is null ? TimeSpan.Zero
        : Info.State is MailServerState.Stopped ? Info.Uptime
        : Info.Uptime + (time.GetUtcNow() - _infoAt);

    /// <summary>A new look at the server.</summary>
    public void Apply(MailServerInfo info)
    {
        Info = info;
        _infoAt = time.GetUtcNow();
        Problem = null;
    }

    /// <summary>A new reading of the counters.</summary>
    public void Apply(MailServerStatistics now)
    {
        Statistics = now;
        Problem = null;
        var before = _rated;
        if (before is not null && now.At > before.At && now.At - before.At < ShortestRate)
        {
            // A key asked between two readings. A rate over so little is noise; the next reading tells it.
            return;
        }

        _rated = now;
        foreach (var card in Cards)
        {
            card.Apply(before, now);
        }

        if (before is not null && (now.At - before.At).TotalSeconds is > 0 and var seconds)
        {
            Deliveries.Add(Math.Max(0, now.MessagesDelivered - before.MessagesDelivered) / seconds);
            Refusals.Add(Math.Max(0, now.MessagesRefused - before.MessagesRefused) / seconds);
            FailedLogins.Add(Math.Max(0, now.LoginsFailed - before.LoginsFailed) / seconds);
            Relays.Add(Math.Max(0, now.MessagesRelayed - before.MessagesRelayed) / seconds);
            FailedRelays.Add(Math.Max(0, now.MessagesDeferred + now.MessagesBounced - before.MessagesDeferred - before.MessagesBounced) / seconds);
        }
    }

    /// <summary>The server gave no answer, or there is none any more.</summary>
    public void Fail(Exception error)
    {
        Problem = BackgroundWork.Say(error);
        IsStopped = error is MailAdminException { ErrorId: "ServerNotRunning" };
    }

    /// <summary>State as a word and what it means.</summary>
    public (string Text, Tone Tone) State => (Problem, Info?.State) switch
    {
        ({ }, _) => (IsStopped ? "stopped" : "no answer", Tone.Failure),
        (_, null) => ("connecting", Tone.Dim),
        (_, MailServerState.Running) => ("running", Tone.Good),
        (_, MailServerState.Starting) => ("starting", Tone.Warning),
        (_, MailServerState.Degraded) => ("degraded", Tone.Failure),
        (_, MailServerState.Stopping) => ("stopping", Tone.Warning),
        _ => ("stopped", Tone.Failure),
    };

    /// <summary>What wants attention, worst first.</summary>
    public IReadOnlyList<ServerAlert> Alerts()
    {
        var alerts = new List<ServerAlert>();
        var now = time.GetUtcNow();
        if (Problem is { } problem)
        {
            alerts.Add(new(Tone.Failure, IsStopped ? problem : "no answer from the server: " + problem));
        }

        if (Info is { } info)
        {
            if (info.Fault is { } fault)
            {
                alerts.Add(new(Tone.Failure, fault));
            }

            if (info.CertificateNotAfter is { } end && end - now < CertificateWarning)
            {
                alerts.Add(end <= now
                    ? new(Tone.Failure, "the certificate ended " + Formats.Ago(end, now))
                    : new(Tone.Warning, "the certificate ends in " + Formats.Span(end - now)));
            }
        }

        if (Statistics is { } statistics)
        {
            if (statistics.DiskTotalBytes > 0 && statistics.DiskFreeBytes < statistics.DiskTotalBytes * DiskFreeWarning)
            {
                alerts.Add(new(Tone.Warning, $"only {Formats.Bytes(statistics.DiskFreeBytes)} free on the store's disk"));
            }

            if (statistics.QueueOldest is { } oldest && now - oldest > QueueWarning)
            {
                alerts.Add(new(Tone.Warning, $"mail has been waiting in the queue for {Formats.Span(now - oldest)}"));
            }
        }

        return [.. alerts.OrderBy(a => a.Tone == Tone.Failure ? 0 : 1)];
    }

    /// <summary>Ports by family, as people say them: <c>2025/2587/2465</c>.</summary>
    public string Ports(params MailProtocol[] protocols) => Ports(Info?.Endpoints ?? [], protocols);

    /// <summary>Ports of some endpoints by family.</summary>
    public static string Ports(IEnumerable<MailEndpoint> endpoints, params MailProtocol[] protocols)
    {
        var ports = endpoints.Where(e => protocols.Contains(e.Protocol))
            .OrderBy(e => e.Protocol).ThenBy(e => e.TlsMode).Select(e => e.Port.ToString(CultureInfo.InvariantCulture)).Distinct().ToList();
        return ports.Count == 0 ? "off" : string.Join('/', ports);
    }
}
