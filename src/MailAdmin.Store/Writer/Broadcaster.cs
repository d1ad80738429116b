using System.Collections.Concurrent;
using System.Threading.Channels;

namespace MailAdmin.Store.Writer;

/// <summary>Tells watchers of committed changes, in commit order, on a task of its own so that no watcher holds up a commit.</summary>
internal sealed class Broadcaster : IAsyncDisposable
{
    private readonly Channel<(long Number, StoreChange Change)> _queue = Channel.CreateUnbounded<(long Number, StoreChange Change)>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<FolderId, Subscription[]> _byFolder = [];
    private readonly Lock _lock = new();
    private readonly Task _loop;
    private long _published;
    private volatile Subscription[] _all = [];

    public Broadcaster() => _loop = Task.Run(RunAsync);

    public bool HasWatchers => _all.Length > 0 || !_byFolder.IsEmpty;

    /// <summary>Called by the writer alone.</summary>
    public void Publish(StoreChange change) => _queue.Writer.TryWrite((Interlocked.Increment(ref _published), change));

    public IDisposable Watch(FolderId? folder, Action<StoreChange> handler)
    {
        var subscription = new Subscription(this, folder, handler, Interlocked.Read(ref _published));
        lock (_lock)
        {
            if (folder is { } id)
            {
                _byFolder[id] = [.. _byFolder.GetValueOrDefault(id, []), subscription];
            }
            else
            {
                _all = [.. _all, subscription];
            }
        }

        return subscription;
    }

    public bool IsWatched(FolderId folder) => _byFolder.ContainsKey(folder);

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
    }

    private async Task RunAsync()
    {
        await foreach (var (number, change) in _queue.Reader.ReadAllAsync())
        {
            foreach (var subscription in _all)
            {
                subscription.Tell(number, change);
            }

            var folder = change switch
            {
                FolderContentChange c => c.Folder,
                FolderChanged c => c.Folder,
                _ => (FolderId?)null,
            };
            if (folder is { } id && _byFolder.TryGetValue(id, out var subscriptions))
            {
                foreach (var subscription in subscriptions)
                {
                    subscription.Tell(number, change);
                }
            }
        }
    }

    private void Remove(Subscription subscription)
    {
        lock (_lock)
        {
            if (subscription.Folder is not { } id)
            {
                _all = [.. _all.Where(s => s != subscription)];
            }
            else if (_byFolder.TryGetValue(id, out var subscriptions))
            {
                subscriptions = [.. subscriptions.Where(s => s != subscription)];
                if (subscriptions.Length == 0)
                {
                    _byFolder.TryRemove(id, out _);
                }
                else
                {
                    _byFolder[id] = subscriptions;
                }
            }
        }
    }

    private sealed class Subscription(Broadcaster owner, FolderId? folder, Action<StoreChange> handler, long after) : IDisposable
    {
        private volatile bool _ended;

        public FolderId? Folder => folder;

        public void Tell(long number, StoreChange change)
        {
            // What was committed before the watch began is not news to it.
            if (_ended || number <= after)
            {
                return;
            }

            try
            {
                handler(change);
            }
#pragma warning disable CA1031 // A watcher that breaks its contract must not silence the others; there is no one here to report to.
            catch (Exception e)
#pragma warning restore CA1031
            {
                System.Diagnostics.Debug.Fail($"A watcher threw: {e}");
            }
        }

        public void Dispose()
        {
            if (!_ended)
            {
                _ended = true;
                owner.Remove(this);
            }
        }
    }
}
