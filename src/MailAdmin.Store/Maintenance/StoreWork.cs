namespace MailAdmin.Store.Maintenance;

/// <summary>Work on the files that runs beside the writer: compactions and verifications. It has ended before the store gives up its lock, so that nobody else meets it.</summary>
internal sealed class StoreWork : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _running = [];
    private readonly CancellationTokenSource _stop = new();
    // Of its own: it can be asked when its source is gone.
    private readonly CancellationToken _stopped;
    private readonly string _path;

    public StoreWork(string path)
    {
        _path = path;
        _stopped = _stop.Token;
    }

    /// <summary>Does work that a token ends, the caller's or the store's.</summary>
    /// <exception cref="Errors.MailAdminException"><c>StoreClosed</c>: the store was closed before it was done.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopped);
        Task<T> running;
        lock (_gate)
        {
            if (_stopped.IsCancellationRequested)
            {
                throw StoreErrors.StoreClosed(_path);
            }

            running = Task.Run(() => work(either.Token), CancellationToken.None);
            _running.Add(running);
        }

        try
        {
            return await running;
        }
        catch (OperationCanceledException) when (_stopped.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw StoreErrors.StoreClosed(_path);
        }
        finally
        {
            lock (_gate)
            {
                _running.Remove(running);
            }
        }
    }

    /// <summary>Ends what runs, and returns when it has.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_gate)
        {
            _stop.Cancel();
            running = [.. _running];
        }

        // How it ended is told to who asked for it.
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}
