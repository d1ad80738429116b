using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using MailAdmin.Administration;
using MailAdmin.Errors;

namespace MailAdmin.Dashboard.Tests;

/// <summary>A server that is what a test says it is, and remembers what it was asked to do.</summary>
internal sealed class FakeAdministration(TimeProvider time) : IMailAdministration
{
    private readonly ConcurrentDictionary<string, Channel<TranscriptLine>> _transcripts = new();
    private readonly Lock _gate = new();
    private readonly List<MailEvent> _happened = [];
    private List<Channel<MailEvent>> _watchers = [];

    public MailServerInfo Server { get; set; } = new()
    {
        Name = "default",
        HostName = "mail.example.com",
        State = MailServerState.Running,
        StorePath = "/srv/mail",
        IsDevelopment = true,
        ProcessId = 4711,
        StartedAt = time.GetUtcNow().AddHours(-76.2),
        Uptime = TimeSpan.FromHours(76.2),
        Endpoints =
        [
            new(MailProtocol.Smtp, "127.0.0.1", 2025, MailTlsMode.StartTls), new(MailProtocol.Submission, "127.0.0.1", 2587, MailTlsMode.StartTls),
            new(MailProtocol.Submission, "127.0.0.1", 2465, MailTlsMode.Implicit), new(MailProtocol.Imap, "127.0.0.1", 2143, MailTlsMode.StartTls),
            new(MailProtocol.Imap, "127.0.0.1", 2993, MailTlsMode.Implicit), new(MailProtocol.Pop3, "127.0.0.1", 2110, MailTlsMode.StartTls),
            new(MailProtocol.Pop3, "127.0.0.1", 2995, MailTlsMode.Implicit),
        ],
        CertificateNotAfter = time.GetUtcNow().AddDays(61.5),
        Domains = ["example.com", "example.org"],
        MailboxCount = 50,
        MessageCount = 48_211,
        Version = "0.1.0",
    };

    public MailServerStatistics Statistics { get; set; } = new()
    {
        At = time.GetUtcNow(),
        Protocols = [.. Enum.GetValues<MailProtocol>().Select(p => new MailProtocolStatistics { Protocol = p })],
        StoreBytes = 1_288_490_188,
        DiskFreeBytes = 59L << 30,
        DiskTotalBytes = 100L << 30,
        WorkingSetBytes = 73L << 20,
    };

    public List<MailSession> Sessions { get; } = [];
    public List<Mailbox> Mailboxes { get; } = [];
    public List<MailboxFolder> Folders { get; } = [];
    public List<MailboxMessage> Messages { get; } = [];
    public List<MailBlock> Blocks { get; } = [];
    public List<MailQueueMessage> Queued { get; } = [];
    public byte[] QueuedContent { get; set; } = [];
    public Dictionary<uint, MailMessageContent> Views { get; } = [];
    public Dictionary<uint, byte[]> Contents { get; } = [];
    public List<string> Deeds { get; } = [];
    public ConcurrentDictionary<string, int> Asked { get; } = new();
    /// <summary>Events for those who come later.</summary>
    public int Kept { get; set; } = int.MaxValue;
    public Exception? Failure { get; set; }
    /// <summary>Answers that are on their way wait for this.</summary>
    public TaskCompletionSource? Held { get; set; }

    public void Happen(string kind, MailEventSeverity severity, string message, Func<MailEvent, MailEvent>? more = null)
    {
        lock (_gate)
        {
            var happened = new MailEvent { Sequence = _happened.Count + 1, At = time.GetUtcNow(), Kind = kind, Severity = severity, Message = message };
            _happened.Add(more is null ? happened : more(happened));
            _watchers.ForEach(watcher => watcher.Writer.TryWrite(_happened[^1]));
        }
    }

    /// <summary>The channel to the server breaks under those who watch its events.</summary>
    public void BreakEvents()
    {
        lock (_gate)
        {
            _watchers.ForEach(watcher => watcher.Writer.TryComplete(new IOException("the channel broke")));
            _watchers = [];
        }
    }

    public void Speak(string session, TranscriptDirection direction, string text) => Transcript(session).Writer.TryWrite(new TranscriptLine(time.GetUtcNow(), direction, text));

    public void EndTranscript(string session) => Transcript(session).Writer.Complete();

    public Task<MailServerInfo> GetServerAsync(CancellationToken cancellationToken) => Answer(Server with { SessionCount = Sessions.Count });
    public Task<MailServerStatistics> GetStatisticsAsync(CancellationToken cancellationToken) => Answer(Statistics);
    public Task<IReadOnlyList<MailSession>> GetSessionsAsync(CancellationToken cancellationToken) => Answer<IReadOnlyList<MailSession>>([.. Sessions]);

    public async IAsyncEnumerable<Mailbox> GetMailboxesAsync(string? pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var mailbox in await Answer(Mailboxes.ToList()))
        {
            yield return mailbox;
        }
    }

    public async IAsyncEnumerable<MailboxFolder> GetFoldersAsync(string mailbox, string? pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var folder in (await Answer(Folders.ToList())).Where(f => f.Mailbox == mailbox))
        {
            yield return folder;
        }
    }

    public async IAsyncEnumerable<MailboxMessage> GetMessagesAsync(MessageQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var message in (await Answer(Messages.ToList())).Where(m => m.Mailbox == query.Mailbox && m.Folder == query.Folder && (query.Uids?.Contains(m.Uid) ?? true)))
        {
            yield return message;
        }
    }

    public Task<MailMessageContent> ParseAsync(MailboxMessage message) =>
        Views.TryGetValue(message.Uid, out var view) ? Answer(view) : Task.FromException<MailMessageContent>(new MailAdminException("MessageNotFound", MailErrorCategory.ObjectNotFound, $"There is no message {message.Uid}."));

    public Task<IReadOnlyList<MailBlock>> GetBlocksAsync(CancellationToken cancellationToken) => Answer<IReadOnlyList<MailBlock>>([.. Blocks]);

    public Task<MailBlock> AddBlockAsync(string address, TimeSpan? duration, string? reason, CancellationToken cancellationToken)
    {
        Deeds.Add($"block {address} {duration}");
        Blocks.Add(new MailBlock { Address = address, CreatedAt = time.GetUtcNow(), ExpiresAt = time.GetUtcNow() + duration, Reason = reason });
        Sessions.RemoveAll(s => s.RemoteEndPoint.StartsWith(address + ":", StringComparison.Ordinal));
        return Answer(Blocks[^1]);
    }

    public Task<bool> RemoveBlockAsync(string address, CancellationToken cancellationToken)
    {
        Deeds.Add("unblock " + address);
        return Answer(Blocks.RemoveAll(b => b.Address == address) > 0);
    }

    public async IAsyncEnumerable<MailQueueMessage> GetQueueMessagesAsync(MailQueueQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var found = (await Answer(Queued.ToList())).Where(m => (query.Id is null || m.Id == query.Id) && (query.Destination is null || m.Destination == query.Destination)).OrderBy(m => m.ReceivedAt);
        foreach (var message in query.First > 0 ? found.Take(query.First) : found)
        {
            yield return message;
        }
    }

    public Task<IReadOnlyList<MailQueueDestination>> GetQueueDestinationsAsync(string? pattern, CancellationToken cancellationToken) => Answer<IReadOnlyList<MailQueueDestination>>(
    [
        .. Queued.GroupBy(m => m.Destination).OrderByDescending(g => g.Count()).Select(g => new MailQueueDestination
        {
            Destination = g.Key, NextHop = g.First().NextHop, MessageCount = g.Count(), QueuedCount = g.Count(m => m.Status == MailQueueStatus.Queued), ActiveCount = g.Count(m => m.Status == MailQueueStatus.Active),
            RetryCount = g.Count(m => m.Status == MailQueueStatus.Retry), SuspendedCount = g.Count(m => m.Status == MailQueueStatus.Suspended), SizeBytes = g.Sum(m => m.SizeBytes), OldestAt = g.Min(m => m.ReceivedAt),
            ConnectionCount = g.Count(m => m.Status == MailQueueStatus.Active), LastAttempt = g.Max(m => m.LastAttempt), NextAttempt = g.Min(m => m.NextAttempt), LastReply = g.Select(m => m.LastReply).FirstOrDefault(r => r is not null),
        }),
    ]);

    public Task<byte[]> ReadQueueMessageAsync(string id, long offset, int count, CancellationToken cancellationToken) => Answer(QueuedContent.Skip((int)offset).Take(count).ToArray());

    public Task<IReadOnlyList<MailQueueMessage>> ChangeQueueMessagesAsync(IReadOnlyList<string> ids, MailQueueAction action, CancellationToken cancellationToken)
    {
        Deeds.Add($"{action} {string.Join(',', ids)}");
        var found = Queued.Where(m => ids.Contains(m.Id)).ToList();
        if (action is MailQueueAction.Remove or MailQueueAction.Bounce)
        {
            Queued.RemoveAll(found.Contains);
        }
        else
        {
            for (var i = 0; i < Queued.Count; i++)
            {
                if (ids.Contains(Queued[i].Id))
                {
                    Queued[i] = Queued[i] with { Status = action == MailQueueAction.Suspend ? MailQueueStatus.Suspended : MailQueueStatus.Queued, NextAttempt = action == MailQueueAction.Suspend ? null : time.GetUtcNow() };
                }
            }
        }

        return Answer<IReadOnlyList<MailQueueMessage>>(found);
    }

    public Task<byte[]> ReadMessageAsync(string mailbox, string folder, uint uid, long offset, int count, CancellationToken cancellationToken) =>
        Answer(Contents[uid].Skip((int)offset).Take(count).ToArray());

    public Task<Mailbox> NewMailboxAsync(NewMailboxRequest request, CancellationToken cancellationToken)
    {
        var mailbox = new Mailbox { Id = Guid.NewGuid(), Address = request.Address, DisplayName = request.DisplayName, QuotaBytes = request.QuotaBytes, CreatedAt = time.GetUtcNow() };
        Mailboxes.Add(mailbox);
        Deeds.Add($"new {request.Address} quota {request.QuotaBytes}");
        return Answer(mailbox);
    }

    public Task<Mailbox> SetMailboxAsync(string identity, MailboxChange change, CancellationToken cancellationToken)
    {
        var at = Mailboxes.FindIndex(m => m.Id.ToString() == identity);
        Mailboxes[at] = Mailboxes[at] with
        {
            IsEnabled = change.IsEnabled ?? Mailboxes[at].IsEnabled,
            QuotaBytes = change.QuotaBytes is 0 ? null : change.QuotaBytes ?? Mailboxes[at].QuotaBytes,
        };
        Deeds.Add($"set {Mailboxes[at].Address} enabled {change.IsEnabled} quota {change.QuotaBytes} password {change.Verifier is not null}");
        return Answer(Mailboxes[at]);
    }

    public Task RemoveMailboxAsync(string identity, CancellationToken cancellationToken)
    {
        Deeds.Add("remove " + Mailboxes.First(m => m.Id.ToString() == identity).Address);
        Mailboxes.RemoveAll(m => m.Id.ToString() == identity);
        return Task.CompletedTask;
    }

    public Task<int> RemoveMessagesAsync(string mailbox, string folder, IReadOnlyList<uint> uids, CancellationToken cancellationToken)
    {
        Deeds.Add($"remove message {string.Join(',', uids)}");
        return Answer(Messages.RemoveAll(m => uids.Contains(m.Uid)));
    }

    public Task<bool> StopSessionAsync(string id, CancellationToken cancellationToken)
    {
        Deeds.Add("stop " + id);
        return Answer(Sessions.RemoveAll(s => s.Id == id) > 0);
    }

    public IAsyncEnumerable<TranscriptLine> GetTranscriptAsync(string sessionId, bool follow, CancellationToken cancellationToken) =>
        Transcript(sessionId).Reader.ReadAllAsync(cancellationToken);

    public async IAsyncEnumerable<MailEvent> WatchEventsAsync(long afterSequence, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var watcher = Channel.CreateUnbounded<MailEvent>();
        await Answer(0);
        lock (_gate)
        {
            foreach (var happened in _happened.Skip(afterSequence == 0 ? _happened.Count : (int)Math.Clamp(afterSequence, 0, _happened.Count)).TakeLast(Kept))
            {
                watcher.Writer.TryWrite(happened);
            }

            _watchers.Add(watcher);
        }

        await foreach (var happened in watcher.Reader.ReadAllAsync(cancellationToken))
        {
            yield return happened;
        }
    }

    // The dashboard asks for none of these.
    public Task<MailServerInfo> SetServerAsync(MailServerChange change, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task StopServerAsync(TimeSpan drain, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<MailServerInfo> RestartServerAsync(TimeSpan drain, CancellationToken cancellationToken) => throw new NotSupportedException();
    public IAsyncEnumerable<MailDomain> GetDomainsAsync(string? pattern, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<MailDomain> NewDomainAsync(string name, string? catchAll, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<MailDomain> SetDomainAsync(string name, string? catchAll, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task RemoveDomainAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();
    public IAsyncEnumerable<MailAlias> GetAliasesAsync(string? pattern, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<AddressUses> GetUsesAsync(string address, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<MailAlias> SetAliasAsync(string address, IReadOnlyList<string> targets, bool replace, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task RemoveAliasAsync(string address, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<MailboxFolder> NewFolderAsync(string mailbox, string name, string? specialUse, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<MailboxFolder> RenameFolderAsync(string mailbox, string name, string newName, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task RemoveFolderAsync(string mailbox, string name, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<MailboxMessage> ImportMessageAsync(string mailbox, string folder, IAsyncEnumerable<byte[]> content, IReadOnlyList<string> flags, DateTimeOffset? receivedAt, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<int> SetMessageFlagsAsync(string mailbox, string folder, IReadOnlyList<uint> uids, MessageFlagsMode mode, IReadOnlyList<string> flags, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<IReadOnlyList<UidPair>> TransferMessagesAsync(string mailbox, string folder, IReadOnlyList<uint> uids, string targetMailbox, string targetFolder, bool move, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<IReadOnlyList<MailRoute>> GetRoutesAsync(string? pattern, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<MailRoute> NewRouteAsync(string name, MailRouteChange route, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<MailRoute> SetRouteAsync(string name, MailRouteChange change, CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task RemoveRouteAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();
    public IAsyncEnumerable<StoreFinding> TestStoreAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
    public Task<long> OptimizeStoreAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task<T> Answer<T>(T value, [CallerMemberName] string member = "")
    {
        Asked.AddOrUpdate(member, 1, (_, count) => count + 1);
        var answer = Failure is { } failure ? Task.FromException<T>(failure) : Task.FromResult(value);
        return Held is { } held ? held.Task.ContinueWith(_ => answer, TaskScheduler.Default).Unwrap() : answer;
    }

    private Channel<TranscriptLine> Transcript(string session) => _transcripts.GetOrAdd(session, _ => Channel.CreateUnbounded<TranscriptLine>());
}
