namespace MailAdmin.Dashboard.ViewModels;

/// <summary>
/// Things that come from any thread, as fast as they like, and are taken in by the drawing thread as one batch a look. Adding never waits; of a flood only the
/// newest <paramref name="most"/> are kept.
/// </summary>
internal sealed class Arrivals<T>(int most, ChangeQueue changes, Action<IReadOnlyCollection<T>> takeIn)
{
    private readonly Lock _gate = new();
    private Queue<T> _waiting = new();

    /// <summary>Hands a thing over; returns at once.</summary>
    public void Add(T thing)
    {
        bool first;
        lock (_gate)
        {
            first = _waiting.Count == 0;
            _waiting.Enqueue(thing);
            if (_waiting.Count > most)
            {
                _waiting.Dequeue();
            }
        }

        if (first)
        {
            changes.Post(TakeIn);
        }
    }

    private void TakeIn()
    {
        Queue<T> batch;
        lock (_gate)
        {
            batch = _waiting;
            _waiting = new Queue<T>();
        }

        takeIn(batch);
    }
}
