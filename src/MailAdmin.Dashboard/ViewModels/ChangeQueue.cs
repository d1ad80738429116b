using System.Collections.Concurrent;

namespace MailAdmin.Dashboard.ViewModels;

/// <summary>
/// Brings results of background work to the thread that draws. The models are touched only by that thread; whoever works elsewhere posts.
/// Nothing posted ever waits for the screen.
/// </summary>
internal sealed class ChangeQueue
{
    private readonly ConcurrentQueue<Action> _changes = new();

    /// <summary>Hands a change over; returns at once.</summary>
    public void Post(Action change) => _changes.Enqueue(change);

    /// <summary>Applies what has been posted; true where there was something, so that the screen is stale.</summary>
    public bool Drain()
    {
        // Only what is here now: a producer faster than the screen must not hold the screen.
        var count = _changes.Count;
        var any = count > 0;
        while (count-- > 0 && _changes.TryDequeue(out var change))
        {
            change();
        }

        return any;
    }
}
