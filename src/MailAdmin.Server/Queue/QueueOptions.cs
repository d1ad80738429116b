namespace MailAdmin.Server.Queue;

/// <summary>How mail is sent on: every bound and every time with its reason.</summary>
public sealed record QueueOptions
{
    /// <summary>Waits after the first attempts. The first is past most greylisting; five within four hours, as RFC 5321 §4.5.4.1 wants the early ones close together.</summary>
    public IReadOnlyList<TimeSpan> FirstRetries { get; init; } =
        [TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1), TimeSpan.FromHours(2)];
    /// <summary>Wait after each later attempt.</summary>
    public TimeSpan LaterRetries { get; init; } = TimeSpan.FromHours(4);
    /// <summary>Share of a wait that chance adds or takes, so that what failed together does not come again together.</summary>
    public double Jitter { get; init; } = 0.1;
    /// <summary>When a message is given up: RFC 5321 §4.5.4.1 wants four to five days.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(5);
    /// <summary>When the sender is told, once, that it takes long.</summary>
    public TimeSpan DelayNotice { get; init; } = TimeSpan.FromHours(4);
    /// <summary>Rest of a destination that could not be reached; doubled each time up to <see cref="MaxRest"/>. New mail for it waits meanwhile.</summary>
    public TimeSpan FirstRest { get; init; } = TimeSpan.FromSeconds(30);
    /// <summary>Longest rest.</summary>
    public TimeSpan MaxRest { get; init; } = TimeSpan.FromMinutes(15);
    /// <summary>Connections in all: sockets and buffers of a small machine.</summary>
    public int Connections { get; init; } = 100;
    /// <summary>Connections to one destination: as many as large receivers take without objecting.</summary>
    public int ConnectionsPerDestination { get; init; } = 10;
    /// <summary>Connections to a destination before one message was taken there: a stranger is not met by ten at once.</summary>
    public int FirstConnections { get; init; } = 2;
    /// <summary>Recipients of one transaction: what every server must take. RFC 5321 §4.5.3.1.8.</summary>
    public int RecipientsPerTransaction { get; init; } = 100;
    /// <summary>Messages over one connection, so that the load spreads over equal hosts again.</summary>
    public int MessagesPerConnection { get; init; } = 500;
    /// <summary>How long an idle connection is kept for the next message.</summary>
    public TimeSpan IdleConnection { get; init; } = TimeSpan.FromSeconds(2);
    /// <summary>Addresses tried in one attempt, over all hosts of a destination.</summary>
    public int AddressesPerAttempt { get; init; } = 6;
    /// <summary>Time for a connection to be made.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);
    /// <summary>Time for a command's answer, and for a block of content to be taken. RFC 5321 §4.5.3.2.1 to §4.5.3.2.5.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromMinutes(5);
    /// <summary>Time for the answer to the end of the content: too short a one sends mail twice. RFC 5321 §4.5.3.2.6.</summary>
    public TimeSpan ContentTimeout { get; init; } = TimeSpan.FromMinutes(10);
    /// <summary>Time for QUIT to be taken: a courtesy that a stop does not wait for.</summary>
    public TimeSpan QuitTimeout { get; init; } = TimeSpan.FromSeconds(1);
    /// <summary>Wait before a result that could not be written is tried again; the destination is not asked again meanwhile.</summary>
    public TimeSpan CommitRetry { get; init; } = TimeSpan.FromSeconds(10);
    /// <summary>Time that transactions under way have at a stop. What is cut off is sent again by the next start.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(5);
    /// <summary>Characters kept of a reply.</summary>
    public int ReplyLength { get; init; } = 400;
    /// <summary>Octets of the header that a report returns.</summary>
    public int ReportedHeader { get; init; } = 64 * 1024;
    /// <summary>Port of mail exchangers.</summary>
    public int ExchangerPort { get; init; } = 25;

    /// <summary>The wait after an attempt.</summary>
    /// <param name="attempts">Attempts made, this one included.</param>
    /// <param name="chance">0 to 1.</param>
    public TimeSpan RetryAfter(int attempts, double chance) =>
        (attempts <= FirstRetries.Count ? FirstRetries[Math.Max(attempts, 1) - 1] : LaterRetries) * (1 + (Jitter * ((2 * chance) - 1)));

    /// <summary>The rest after a destination was not reached so many times in a row.</summary>
    public TimeSpan RestAfter(int failures) => TimeSpan.FromTicks(Math.Min(MaxRest.Ticks, FirstRest.Ticks << Math.Min(failures - 1, 20)));
}
