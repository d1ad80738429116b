using System.Threading.Channels;

namespace MailAdmin.Testing;

/// <summary>Waits for things that happen elsewhere, bounded, woken by what happens and never by the clock.</summary>
public static class Eventually
{
    /// <summary>Longer than anything a test waits for takes on a slow, busy machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Awaits a task, at most <see cref="Patience"/>.</summary>
    public static async Task<T> Within<T>(Task<T> task, string what)
    {
        try
        {
            return await task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited in vain for {what}.");
        }
    }

    /// <summary>Awaits a task, at most <see cref="Patience"/>.</summary>
    public static async Task Within(Task task, string what)
    {
        try
        {
            await task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited in vain for {what}.");
        }
    }

    /// <summary>The first item of a stream that a condition holds for.</summary>
    public static Task<T> First<T>(IAsyncEnumerable<T> items, Func<T, bool> condition, string what)
    {
        return Within(FindAsync(), what);

        async Task<T> FindAsync()
        {
            using var patience = new CancellationTokenSource(Patience);
            await foreach (var item in items.WithCancellation(patience.Token))
            {
                if (condition(item))
                {
                    return item;
                }
            }

            throw new InvalidOperationException($"The stream ended without {what}.");
        }
    }

    /// <summary>
    /// Waits for a condition that no event tells: asks again each time the thread pool has come round, yielding to what it waits for.
    /// </summary>
    public static Task Holds(Func<bool> condition, string what) => Holds(() => Task.FromResult(condition()), what);

    /// <summary>As <see cref="Holds(Func{bool}, string)"/>, where it takes a while to ask.</summary>
    public static async Task Holds(Func<Task<bool>> condition, string what)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Patience)
            {
                throw new TimeoutException($"Waited in vain for {what}.");
            }

            await Task.Yield();
        }
    }

    /// <summary>An unbounded queue that handlers write to and a test reads from.</summary>
    public static Channel<T> Queue<T>() => Channel.CreateUnbounded<T>();
}
