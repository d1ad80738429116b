namespace MailAdmin.Dashboard.ViewModels;

/// <summary>What happens, as it happens. Bounded; a flood of events costs the screen one batch a look.</summary>
internal sealed class EventsModel
{
    /// <summary>Events kept.</summary>
    public const int MaxEvents = 5000;

    /// <summary>Warnings that wait to be seen; beyond this many the older ones are only counted.</summary>
    public const int MaxUnseen = 100;

    /// <summary>How long to wait before asking again after the stream broke.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    private readonly IMailAdministration _administration;
    private readonly TimeProvider _time;
    private readonly Arrivals<MailEvent> _arrivals;
    // By number, to tell what a server tells again from what another one tells that came up behind the same name and counts anew.
    private readonly MailEvent?[] _heard = new MailEvent?[MaxEvents];
    private readonly LinkedList<MailEvent> _ring = new();
    private readonly List<MailEvent> _unseen = [];
    private bool _stale;

    public EventsModel(IMailAdministration administration, ChangeQueue changes, TimeProvider time, TimeZoneInfo zone)
    {
        _administration = administration;
        _time = time;
        _arrivals = new Arrivals<MailEvent>(MaxEvents, changes, TakeIn);
        Table = new TableModel<MailEvent>(ColumnsFor(zone), e => e.Sequence.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Filters.Any<MailEvent>(e => e.Kind, e => e.Message, e => e.Mailbox, e => e.RemoteAddress, e => e.Folder, e => e.SessionId, e => e.Protocol is { } protocol ? SessionsModel.Name(protocol) : null)) { FollowsTop = true };
    }

    /// <summary>Newest first; unseen warnings above all others.</summary>
    public TableModel<MailEvent> Table { get; }
    /// <summary>The list stands still; events are kept meanwhile.</summary>
    public bool IsPaused { get; private set; }
    /// <summary>Events that came since the pause.</summary>
    public int Missed { get; private set; }
    /// <summary>Only these and worse.</summary>
    public MailEventSeverity Least { get; private set; }
    /// <summary>Warnings and errors nobody has marked as seen.</summary>
    public IReadOnlyList<MailEvent> Unseen => _unseen;
    /// <summary>Of those, ones that were dropped for room.</summary>
    public int UnseenDropped { get; private set; }
    /// <summary>Events kept now.</summary>
    public int Total => _ring.Count;
    /// <summary>Warnings and errors of the ring, newest first.</summary>
    public IEnumerable<MailEvent> Warnings => Newest().Where(e => e.Severity != MailEventSeverity.Information);
    /// <summary>Somebody looks at the table; otherwise it is not rebuilt.</summary>
    public bool IsVisible { get; set; }
    /// <summary>Hears every event, once, on the drawing thread.</summary>
    public Action<MailEvent>? Heard { get; set; }

    /// <summary>
    /// Follows the server's events until cancelled, again and again where the stream breaks. Whether it is then the same server nobody says, so all that it has
    /// kept is asked for, and what was heard before is passed over.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var isAgain = false; ; isAgain = true)
        {
            try
            {
                var mayBeGap = isAgain;
                await foreach (var happened in _administration.WatchEventsAsync(-1, cancellationToken))
                {
                    Hear(happened, mayBeGap);
                    mayBeGap = false;
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception)
            {
                // Any error of any route: the server is away or the channel broke. The header says so, for the pollers found out as well, and it is tried again.
            }

            await Task.Delay(RetryAfter, _time, cancellationToken);
        }
    }

    private void Hear(MailEvent happened, bool mayBeGap)
    {
        ref var known = ref _heard[happened.Sequence % MaxEvents];
        if (happened == known)
        {
            return;
        }

        known = happened;
        if (mayBeGap && happened.Sequence > 1)
        {
            _arrivals.Add(new MailEvent
            {
                Sequence = happened.Sequence - 1,
                At = happened.At,
                Kind = "Warning",
                Severity = MailEventSeverity.Warning,
                Message = "Events were left out: more happened than the server keeps while it could not be reached.",
            });
        }

        _arrivals.Add(happened);
    }

    /// <summary>Stops or lets go the list.</summary>
    public void TogglePause()
    {
        IsPaused = !IsPaused;
        Missed = 0;
        _stale = true;
        Refresh();
    }

    /// <summary>All, warnings and worse, errors only; then all again.</summary>
    public void CycleSeverity()
    {
        Least = Least == MailEventSeverity.Error ? MailEventSeverity.Information : Least + 1;
        Rebuild();
    }

    /// <summary>Warnings and worse.</summary>
    public void ShowWarnings()
    {
        Least = MailEventSeverity.Warning;
        Rebuild();
    }

    /// <summary>Marks one warning as seen.</summary>
    public void Acknowledge(MailEvent seen)
    {
        if (_unseen.Remove(seen))
        {
            Rebuild();
        }
    }

    /// <summary>Marks all warnings as seen.</summary>
    public void AcknowledgeAll()
    {
        _unseen.Clear();
        UnseenDropped = 0;
        Rebuild();
    }

    /// <summary>Brings the table up to date if it is looked at and something came.</summary>
    public void Refresh()
    {
        if (_stale && IsVisible && !IsPaused)
        {
            Rebuild();
        }
    }

    private void Rebuild()
    {
        _stale = false;
        var unseen = _unseen.ToHashSet();
        var rows = Enumerable.Reverse(_unseen).Concat(Newest().Where(e => !unseen.Contains(e))).Where(e => e.Severity >= Least);
        Table.SetItems([.. rows]);
    }

    private IEnumerable<MailEvent> Newest()
    {
        for (var node = _ring.Last; node is not null; node = node.Previous)
        {
            yield return node.Value;
        }
    }

    private void TakeIn(IReadOnlyCollection<MailEvent> batch)
    {
        foreach (var happened in batch)
        {
            _ring.AddLast(happened);
            if (happened.Severity != MailEventSeverity.Information)
            {
                _unseen.Add(happened);
            }

            Heard?.Invoke(happened);
        }

        while (_ring.Count > MaxEvents)
        {
            _ring.RemoveFirst();
        }

        if (_unseen.Count > MaxUnseen)
        {
            UnseenDropped += _unseen.Count - MaxUnseen;
            _unseen.RemoveRange(0, _unseen.Count - MaxUnseen);
        }

        Missed += IsPaused ? batch.Count : 0;
        _stale = true;
        Refresh();
    }

    /// <summary>What a severity means on screen.</summary>
    public static Tone ToneOf(MailEvent happened) => happened.Severity switch
    {
        MailEventSeverity.Error => Tone.Failure,
        MailEventSeverity.Warning => Tone.Warning,
        _ => Tone.Normal,
    };

    private IReadOnlyList<Column<MailEvent>> ColumnsFor(TimeZoneInfo zone) =>
    [
        // Severity is a sign as well as a colour.
        new("", 1, e => e.Severity switch { MailEventSeverity.Error => "✖", MailEventSeverity.Warning => _unseen.Contains(e) ? "▲" : "△", _ => " " }) { Name = "severity", Tone = ToneOf, Order = Column<MailEvent>.By(e => -(int)e.Severity) },
        new("Time", 8, e => Formats.Clock(e.At, zone)) { Order = Column<MailEvent>.By(e => e.Sequence) },
        new("Kind", 14, e => e.Kind) { Tone = ToneOf },
        new("Proto", 5, e => e.Protocol is { } protocol ? SessionsModel.Name(protocol) : "–") { Drop = 3 },
        new("Mailbox", 18, e => e.Mailbox ?? "–") { MaxWidth = 20, Drop = 1, Order = Column<MailEvent>.ByText(e => e.Mailbox) },
        new("Address", 15, e => e.RemoteAddress ?? "–") { MaxWidth = 16, Drop = 2 },
        new("What happened", 46, e => e.Message) { MaxWidth = 400 },
    ];
}
