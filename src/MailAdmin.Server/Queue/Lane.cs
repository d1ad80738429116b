using MailAdmin.Store;

namespace MailAdmin.Server.Queue;

/// <summary>Where an entry stands in this process; the store knows nothing of it.</summary>
internal enum SlotState
{
    /// <summary>Its time has not come.</summary>
    Waiting,
    /// <summary>In its lane's line.</summary>
    Ready,
    /// <summary>With a sender.</summary>
    Active,
}

/// <summary>A queue entry on the schedule.</summary>
internal sealed class Slot(QueueEntry entry, Lane lane)
{
    public QueueId Id => Entry.Id;
    public QueueEntry Entry { get; set; } = entry;
    public Lane Lane { get; set; } = lane;
    public SlotState State { get; set; }
    /// <summary>Raised when it is scheduled anew; what the clock holds of an earlier one is void.</summary>
    public int Version { get; set; }
}

/// <summary>
/// What decides where mail goes, and so what shares connections, rests and limits: a route as it is now, else the domain. A route that is changed is another next hop.
/// </summary>
internal readonly record struct LaneKey(string? Domain, RelayRoute? Route)
{
    public override string ToString() => Domain ?? "route " + Route?.Name;
}

/// <summary>
/// What goes to one next hop: those whose time has come, in line, and the senders that work on them. Guarded by the queue's lock, but for the semaphore.
/// </summary>
internal sealed class Lane(LaneKey key) : IDisposable
{
    public LaneKey Key { get; } = key;
    public Queue<Slot> Ready { get; } = [];
    /// <summary>Senders running, one connection each.</summary>
    public int Senders { get; set; }
    /// <summary>Of them without work, their connection kept.</summary>
    public int Idle { get; set; }
    /// <summary>Senders it may have now.</summary>
    public int Window { get; set; }
    /// <summary>Entries on the schedule.</summary>
    public int Slots { get; set; }
    /// <summary>Times in a row that it could not be reached.</summary>
    public int Failures { get; set; }
    /// <summary>Nothing is tried before.</summary>
    public DateTimeOffset RestUntil { get; set; }
    /// <summary>It stands in the line of lanes that want a sender.</summary>
    public bool IsHungry { get; set; }
    /// <summary>Wakes an idle sender.</summary>
    public SemaphoreSlim Work { get; } = new(0);

    public void Dispose() => Work.Dispose();
}
