using MailAdmin.Store;

namespace MailAdmin.Server.Queue;

/// <summary>What the sender is told.</summary>
internal enum ReportKind
{
    /// <summary>Recipients were given up.</summary>
    Failed,
    /// <summary>It takes long; it is still tried.</summary>
    Delayed,
}

/// <summary>What a report is about.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Sender">Whom it is for.</param>
/// <param name="ReceivedAt">When the message came.</param>
/// <param name="ExpiresAt">Until when it is tried.</param>
/// <param name="Host">Who said so; null for ourselves.</param>
/// <param name="About">The recipients and what became of them.</param>
internal sealed record ReportSubject(
    ReportKind Kind, string Sender, DateTimeOffset ReceivedAt, DateTimeOffset ExpiresAt, string? Host, IReadOnlyList<(QueueRecipient Recipient, RecipientResult Result)> About);

/// <summary>What an attempt makes of an entry.</summary>
internal sealed class Outcome
{
    private Outcome(QueueEntry entry) => Entry = entry;

    /// <summary>As it was.</summary>
    public QueueEntry Entry { get; }
    public required string? Host { get; init; }
    public required IReadOnlyList<(QueueRecipient Recipient, RecipientResult Result)> Relayed { get; init; }
    public required IReadOnlyList<(QueueRecipient Recipient, RecipientResult Result)> Deferred { get; init; }
    public required IReadOnlyList<(QueueRecipient Recipient, RecipientResult Result)> Failed { get; init; }
    /// <summary>When it is tried again.</summary>
    public required DateTimeOffset Next { get; init; }
    public required QueueChange Change { get; init; }
    /// <summary>What its sender is to be told; null for nothing.</summary>
    public ReportSubject? Report { get; private init; }

    /// <summary>Makes it.</summary>
    public static Outcome Of(QueueEntry entry, RecipientResult[] results, string? host, DateTimeOffset now, QueueOptions options, Random random)
    {
        var all = entry.Recipients.Zip(results).Select(p => (Recipient: p.First, Result: p.Second with { Reply = Short(p.Second.Reply, options.ReplyLength) })).ToList();
        var relayed = all.FindAll(r => r.Result.Fate == RecipientFate.Relayed);
        var failed = all.FindAll(r => r.Result.Fate == RecipientFate.Failed);
        var deferred = all.FindAll(r => r.Result.Fate == RecipientFate.Deferred);
        // What a next hop wants in another transaction is not an attempt that failed. It ends: each time somebody leaves.
        var goesOn = deferred.Count > 0 && relayed.Count + failed.Count > 0 && deferred.TrueForAll(r => r.Result.IsTooMany);
        if (deferred.Count > 0 && !goesOn && now >= entry.ExpiresAt)
        {
            // RFC 3463 §3.5, X.4.7.
            failed.AddRange(deferred.ConvertAll(r => (r.Recipient, r.Result with { Fate = RecipientFate.Failed, Status = "5.4.7", Reply = $"Given up after {Days(entry)}: {r.Result.Reply}" })));
            deferred.Clear();
        }

        var attempts = entry.Attempts + (goesOn ? 0 : 1);
        var next = goesOn ? now : Earlier(now + options.RetryAfter(attempts, random.NextDouble()), entry.ExpiresAt);
        var isDelayed = deferred.Count > 0 && !entry.IsDelayReported && now - entry.ReceivedAt >= options.DelayNotice;
        var reply = all.LastOrDefault(r => r.Result.Reply.Length > 0).Result?.Reply ?? entry.LastReply;
        // First those that had no turn, or they never get one behind others that are put off each time.
        var left = deferred.OrderBy(r => !r.Result.IsTooMany).Select(r => r.Result.Reply.Length > 0 ? r.Recipient with { LastReply = r.Result.Reply } : r.Recipient).ToList();
        var report = failed.Count > 0 ? ReportKind.Failed : isDelayed ? ReportKind.Delayed : (ReportKind?)null;
        return new Outcome(entry)
        {
            Host = host,
            Relayed = relayed,
            Deferred = deferred,
            Failed = failed,
            Next = next,
            Report = report is { } kind ? new ReportSubject(kind, entry.Sender, entry.ReceivedAt, entry.ExpiresAt, host, kind == ReportKind.Failed ? failed : deferred) : null,
            Change = new QueueChange(entry.Id, e => left.Count == 0 ? null : e with
            {
                Recipients = left,
                Attempts = attempts,
                LastAttempt = now,
                NextAttempt = next,
                NextHop = host ?? e.NextHop,
                LastReply = reply,
                IsDelayReported = e.IsDelayReported || report == ReportKind.Delayed,
            }),
        };
    }

    private static string Days(QueueEntry entry) => FormattableString.Invariant($"{(entry.ExpiresAt - entry.ReceivedAt).TotalDays:0.#} days");

    private static string Short(string text, int length) => text.Length <= length ? text : text[..(length - 3)] + "...";

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
