namespace MailAdmin.Dashboard.ViewModels;

/// <summary>Asks for something again and again while somebody looks at it; never twice at once, so a slow server is asked less often.</summary>
internal sealed class Poller(TimeProvider time, TimeSpan period, Func<bool> isWanted, Func<CancellationToken, Task> refresh)
{
    private int _busy;

    /// <summary>Refreshes now, unless a refresh is under way.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _busy, 1) != 0)
        {
            return;
        }

        try
        {
            await refresh(cancellationToken);
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    /// <summary>Runs until cancelled. What is not wanted costs one comparison a period.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(period, time);
        do
        {
            if (isWanted())
            {
                await RefreshAsync(cancellationToken);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }
}
