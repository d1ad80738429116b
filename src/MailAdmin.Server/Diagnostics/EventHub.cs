using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace MailAdmin.Server.Diagnostics;

/// <summary>Takes the events of a server, keeps the last ones and hands them to who watches. Never blocks who publishes.</summary>
internal sealed class EventHub(TimeProvider time) : IEventSink
{
    /// <summary>Events kept for those who come later.</summary>
    public const int Kept = 1000;
    /// <summary>Events that may wait for one watcher; the oldest go first and it is told how many.</summary>
    public const int WatcherQueue = 2000;
    /// <summary>Characters kept of a cause.</summary>
    private const int MaxDetail = 4000;

    private readonly Lock _gate = new();
    private readonly MailEvent?[] _ring = new MailEvent?[Kept];
    private readonly List<Channel<MailEvent>> _watchers = [];
    private long _sequence;
    private bool _ended;

    /// <summary>Number of the last event.</summary>
    public long LastSequence
    {
        get
        {
            lock (_gate)
            {
                return _sequence;
            }
        }
    }

    /// <inheritdoc/>
    public void Publish(string kind, MailEventSeverity severity, string message, ServerEventDetails details = default)
    {
        var at = time.GetUtcNow();
        // A cause's text may have several lines; an event is one.
        message = message.ReplaceLineEndings(" ");
        var detail = details.Cause?.ToString();
        lock (_gate)
        {
            var published = new MailEvent
            {
                Sequence = ++_sequence,
                At = at,
                Kind = kind,
                Severity = severity,
                Message = message,
                SessionId = details.SessionId,
                Protocol = details.Protocol,
                Mailbox = details.Mailbox,
                Folder = details.Folder,
                Uid = details.Uid,
                RemoteAddress = details.RemoteAddress,
                QueueId = details.QueueId,
                Detail = detail?.Length > MaxDetail ? detail[..MaxDetail] : detail,
            };
            _ring[_sequence % Kept] = published;
            foreach (var watcher in _watchers)
            {
                watcher.Writer.TryWrite(published);
            }
        }
    }

    /// <summary>Watchers of this moment.</summary>
    public int WatcherCount
    {
        get
        {
            lock (_gate)
            {
                return _watchers.Count;
            }
        }
    }

    /// <summary>
    /// Events after a number (0: from now on; negative: all that are kept), as they come, until cancelled or the server has ended. A gap is told by a Warning.
    /// The watch begins with the call: one that is not read must be cancelled.
    /// </summary>
    public IAsyncEnumerable<MailEvent> WatchAsync(long afterSequence, CancellationToken cancellationToken)
    {
        // Registered here and not at the first MoveNext: what happens from this call on is seen.
        var channel = Channel.CreateBounded<MailEvent>(new BoundedChannelOptions(WatcherQueue) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        long last;
        lock (_gate)
        {
            var lost = Math.Max(0, _sequence - Kept);
            last = afterSequence switch
            {
                0 => _sequence,
                // Asked for all there is: what is no longer kept is no gap.
                < 0 => lost,
                1 => Math.Max(lost, Math.Min(1, _sequence)),
                _ => Math.Min(afterSequence, _sequence),
            };
            for (var sequence = Math.Max(last, lost) + 1; sequence <= _sequence; sequence++)
            {
                channel.Writer.TryWrite(_ring[sequence % Kept]!);
            }

            if (_ended)
            {
                channel.Writer.TryComplete();
            }
            else
            {
                _watchers.Add(channel);
            }
        }

        // The iterator's finally does not run where it was never begun.
        var letGo = cancellationToken.UnsafeRegister(static (state, _) =>
        {
            var (hub, watcher) = ((EventHub, Channel<MailEvent>))state!;
            hub.Remove(watcher);
        }, (this, channel));
        return ReadAsync(channel, last, letGo, cancellationToken);
    }

    /// <summary>The server is gone: watchers read what is left and end.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            foreach (var watcher in _watchers)
            {
                watcher.Writer.TryComplete();
            }
        }
    }

    private async IAsyncEnumerable<MailEvent> ReadAsync(Channel<MailEvent> channel, long last, CancellationTokenRegistration letGo, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var next in channel.Reader.ReadAllAsync(cancellationToken))
            {
                if (next.Sequence > last + 1)
                {
                    yield return new MailEvent
                    {
                        Sequence = next.Sequence - 1,
                        At = next.At,
                        Kind = "Warning",
                        Severity = MailEventSeverity.Warning,
                        Message = $"{next.Sequence - last - 1} events were left out: they came faster than they were read.",
                    };
                }

                last = next.Sequence;
                yield return next;
            }
        }
        finally
        {
            await letGo.DisposeAsync();
            Remove(channel);
        }
    }

    private void Remove(Channel<MailEvent> channel)
    {
        lock (_gate)
        {
            _watchers.Remove(channel);
        }
    }
}
