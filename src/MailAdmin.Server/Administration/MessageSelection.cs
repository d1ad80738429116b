using MailAdmin.Administration;
using MailAdmin.Store;
using MailAdmin.Store.Summaries;

namespace MailAdmin.Server.Administration;

/// <summary>What a <see cref="MessageQuery"/> selects: first by the snapshot, which costs nothing, then by the summaries of what is left.</summary>
internal static class MessageSelection
{
    /// <summary>True where summaries must be looked at.</summary>
    public static bool NeedsSummary(MessageQuery query) => query.Subject is not null || query.From is not null || query.To is not null || query.MessageId is not null;

    /// <summary>UIDs that the snapshot does not rule out, ascending.</summary>
    public static List<uint> ByState(MessageQuery query, FolderSnapshot snapshot)
    {
        var wanted = query.Uids?.ToHashSet();
        var uids = new List<uint>();
        if (query.AfterUid == uint.MaxValue)
        {
            return uids;
        }

        var start = snapshot.IndexOf(query.AfterUid + 1);
        foreach (var message in snapshot.Enumerate(start < 0 ? ~start : start))
        {
            var received = DateTimeOffset.FromUnixTimeSeconds(message.ReceivedSeconds);
            if ((wanted is null || wanted.Contains(message.Uid))
                && (query.IsRead is null || query.IsRead == message.Flags.Has(MessageFlags.Seen))
                // The snapshot knows whole seconds.
                && (query.Since is null || received.AddSeconds(1) > query.Since)
                && (query.Before is null || received < query.Before))
            {
                uids.Add(message.Uid);
            }
        }

        return uids;
    }

    /// <summary>True where the row and the summary agree with the query.</summary>
    public static bool Matches(MessageQuery query, StoredMessage message)
    {
        if ((query.Since is not null && message.ReceivedAt < query.Since) || (query.Before is not null && message.ReceivedAt >= query.Before))
        {
            return false;
        }

        if (!NeedsSummary(query))
        {
            return true;
        }

        var summary = message.Summary;
        return summary is not null
            && NamePattern.Matches(query.Subject, summary.Subject)
            && NamePattern.Matches(query.From, summary.From)
            && (query.To is null || NamePattern.Matches(query.To, summary.To) || NamePattern.Matches(query.To, summary.Cc))
            && (query.MessageId is null || string.Equals(Bare(query.MessageId), Bare(summary.MessageId), StringComparison.Ordinal));
    }

    /// <summary>A Message-ID without its angle brackets.</summary>
    public static string? Bare(string? id) => id?.Trim().TrimStart('<').TrimEnd('>');

    /// <summary>A message as the pipeline sees it.</summary>
    public static MailboxMessage ToMessage(string mailbox, string folder, StoredMessage message, FolderKeywords keywords)
    {
        MessageSummary? summary = message.Summary;
        return new MailboxMessage
        {
            Mailbox = mailbox,
            Folder = folder,
            Uid = message.Uid,
            Flags = FlagNames.ToNames(message.Flags, keywords),
            ModSeq = message.ModSeq,
            ReceivedAt = message.ReceivedAt,
            SizeBytes = message.Size,
            Subject = summary?.Subject,
            From = summary?.From,
            To = summary?.To,
            Date = summary?.Date,
            MessageId = Bare(summary?.MessageId),
            HasAttachments = summary?.HasAttachments ?? false,
        };
    }
}
