namespace MailAdmin.Dashboard.ViewModels;

/// <summary>The pages, in the order of their keys.</summary>
internal enum DashboardTab
{
    Overview, Sessions, Mailboxes, Queue, Events,
}

/// <summary>What the foot of the screen says of the last deed.</summary>
internal sealed record Notice(string Text, Tone Tone, DateTimeOffset At);

/// <summary>
/// All the dashboard knows. It asks the server from background tasks, at its own pace and only for what is looked at; the server never waits for it.
/// Its members are touched by one thread, the one that draws, which takes in what the tasks found with <see cref="Changes"/>.
/// </summary>
internal sealed class DashboardModel : IAsyncDisposable
{
    /// <summary>Sessions are looked at five times a second while they are on screen.</summary>
    public static readonly TimeSpan SessionsPeriod = TimeSpan.FromMilliseconds(200);

    /// <summary>Counters, once a second: a rate over less is noise.</summary>
    public static readonly TimeSpan StatisticsPeriod = TimeSpan.FromSeconds(1);

    /// <summary>State, endpoints, certificate.</summary>
    public static readonly TimeSpan ServerPeriod = TimeSpan.FromSeconds(2);

    /// <summary>Mailboxes and folders; a change that is heard of brings them sooner.</summary>
    public static readonly TimeSpan MailboxesPeriod = TimeSpan.FromSeconds(5);

    /// <summary>How long a notice stays.</summary>
    public static readonly TimeSpan NoticeTime = TimeSpan.FromSeconds(8);

    private readonly IMailAdministration _administration;
    private readonly ReconnectingAdministration _switch;
    private readonly Func<CancellationToken, Task<IMailAdministration>>? _reopen;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _loops = [];
    private readonly Poller _sessionsPoller, _statisticsPoller, _serverPoller, _mailboxesPoller, _stalePoller, _queuePoller, _failingPoller, _reopenPoller;
    private IMailAdministration? _reopened;
    private volatile bool _isLost, _hasRetries;
    private volatile DashboardTab _active;

    public DashboardModel(IMailAdministration administration, TimeProvider time, ICommandRunner? runner = null, MessageReader? reader = null, Func<CancellationToken, Task<IMailAdministration>>? reopen = null)
    {
        (administration, _switch) = ReconnectingAdministration.Around(administration);
        _administration = administration;
        _reopen = reopen;
        Time = time;
        Zone = time.LocalTimeZone;
        Work = new BackgroundWork(Changes, Say, _stop.Token);
        Server = new ServerModel(time);
        Sessions = new SessionsModel(administration, Changes);
        Mailboxes = new MailboxesModel(administration, Changes, Work, time, Zone, reader);
        Queue = new QueueModel(administration, Changes, Work, time, Zone);
        Events = new EventsModel(administration, Changes, time, Zone) { Heard = Mailboxes.Hear };
        Dialogs = new Dialogs(Changes, Work, Say, RefreshActive);
        Command = new CommandModel(runner, Changes, Work, time, Dialogs.Ask, Dialogs.Dismiss);
        Jump = new EventJump(this, administration);

        _sessionsPoller = Poll(SessionsPeriod, () => _active == DashboardTab.Sessions && !Sessions.IsPaused, Sessions.RefreshAsync);
        _statisticsPoller = Poll(StatisticsPeriod, () => true, async stop =>
        {
            var statistics = await administration.GetStatisticsAsync(stop);
            _hasRetries = statistics.QueueRetry > 0;
            Changes.Post(() =>
            {
                Server.Apply(statistics);
                if (statistics.QueueRetry == 0)
                {
                    Queue.NothingFails();
                }
            });
        });
        _serverPoller = Poll(ServerPeriod, () => true, async stop =>
        {
            var info = await administration.GetServerAsync(stop);
            _isLost = false;
            Changes.Post(() => Server.Apply(info));
        });
        _mailboxesPoller = Poll(MailboxesPeriod, () => _active == DashboardTab.Mailboxes, Mailboxes.RefreshAsync);
        _stalePoller = Poll(StatisticsPeriod, () => _active == DashboardTab.Mailboxes && Mailboxes.IsStale, Mailboxes.RefreshAsync);
        _queuePoller = Poll(StatisticsPeriod, () => _active == DashboardTab.Queue, Queue.RefreshAsync);
        // The card names what fails: asked only while something does, and not where the page asks anyway.
        _failingPoller = Poll(MailboxesPeriod, () => _hasRetries && _active != DashboardTab.Queue, Queue.RefreshDestinationsAsync);
        _reopenPoller = Poll(ServerPeriod, () => _isLost && _reopen is not null, ReopenAsync);
    }

    /// <summary>What background work found; drained by the thread that draws.</summary>
    public ChangeQueue Changes { get; } = new();
    /// <summary>Clock.</summary>
    public TimeProvider Time { get; }
    /// <summary>The admin's zone.</summary>
    public TimeZoneInfo Zone { get; }
    /// <summary>Work that was begun by a key.</summary>
    public BackgroundWork Work { get; }
    /// <summary>The server at a glance.</summary>
    public ServerModel Server { get; }
    /// <summary>Sessions.</summary>
    public SessionsModel Sessions { get; }
    /// <summary>Mailboxes and what is in them.</summary>
    public MailboxesModel Mailboxes { get; }
    /// <summary>Mail on its way out.</summary>
    public QueueModel Queue { get; }
    /// <summary>Events.</summary>
    public EventsModel Events { get; }
    /// <summary>The command line.</summary>
    public CommandModel Command { get; }
    /// <summary>What is asked over the page.</summary>
    public Dialogs Dialogs { get; }
    /// <summary>The way from an event to what it is about.</summary>
    public EventJump Jump { get; }
    /// <summary>The page on show.</summary>
    public DashboardTab Active => _active;
    /// <summary>The last deed; null when it is old.</summary>
    public Notice? Notice { get; private set; }

    /// <summary>Begins to ask and to listen.</summary>
    public void Start()
    {
        foreach (var poller in new[] { _serverPoller, _statisticsPoller, _sessionsPoller, _mailboxesPoller, _stalePoller, _queuePoller, _failingPoller, _reopenPoller })
        {
            _loops.Add(Task.Run(() => QuietlyAsync(poller.RunAsync)));
        }

        _loops.Add(Task.Run(() => QuietlyAsync(Events.RunAsync)));
    }

    /// <summary>Turns to a page; it is read at once.</summary>
    public void Show(DashboardTab tab)
    {
        _active = tab;
        Jump.Settle();
        Events.IsVisible = tab == DashboardTab.Events;
        Events.Refresh();
        RefreshPage();
    }

    private void RefreshPage()
    {
        switch (_active)
        {
            case DashboardTab.Sessions:
                Now(_sessionsPoller);
                break;
            case DashboardTab.Mailboxes:
                Now(_mailboxesPoller);
                break;
            case DashboardTab.Queue:
                Now(_queuePoller);
                break;
        }
    }

    /// <summary>Reads what is on show again, now.</summary>
    public void RefreshActive()
    {
        Now(_serverPoller);
        Now(_statisticsPoller);
        RefreshPage();
    }

    /// <summary>The question before sessions are ended; <paramref name="group"/> names what they have in common.</summary>
    public void AskToDisconnect(IReadOnlyList<MailSession> sessions, string group) => Dialogs.Ask(SessionForms.Disconnect(_administration, sessions, group));

    /// <summary>The question before an address is blocked.</summary>
    public void AskToBlock(MailSession session) => Dialogs.Ask(SessionForms.Block(_administration, session, Zone));

    /// <summary>Lists the blocked addresses, to let one in again.</summary>
    public void AskToUnblock() => Work.Run("asking for the blocked addresses", async stop =>
    {
        var blocks = await _administration.GetBlocksAsync(stop);
        if (blocks.Count == 0)
        {
            return "no address is blocked";
        }

        Changes.Post(() => Dialogs.Ask(SessionForms.Unblock(_administration, blocks, Zone)));
        return null;
    });

    /// <summary>The dialog for a new mailbox; the first domain of the server stands in it already.</summary>
    public void AskForMailbox() => Dialogs.Ask(MailboxForms.New(_administration, Server.Info?.Domains.Count > 0 ? Server.Info.Domains[0] : ""));

    /// <summary>A dialog about a mailbox.</summary>
    public void AskAbout(Mailbox mailbox, Func<IMailAdministration, Mailbox, FormModel> form) => Dialogs.Ask(form(_administration, mailbox));

    /// <summary>Says what was done, or why not.</summary>
    public void Say(string text, Tone tone) => Notice = new Notice(text, tone, Time.GetUtcNow());

    /// <summary>Takes the notice away.</summary>
    public void Hush() => Notice = null;

    /// <summary>Forgets a notice that is old; true where the screen is stale for it.</summary>
    public bool Expire()
    {
        if (Notice is not { } notice || Time.GetUtcNow() - notice.At < NoticeTime)
        {
            return false;
        }

        Notice = null;
        return true;
    }

    /// <summary>Stops asking and listening. Waits a moment for what is under way and no longer: a server that hangs must not hold the terminal.</summary>
    public async ValueTask DisposeAsync()
    {
        Sessions.Close();
        Dialogs.DismissAll();

        await _stop.CancelAsync();
        await Task.WhenAny(Task.WhenAll([.. _loops, Work.WhenIdle()]), Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System));
        if (_reopened is { } reopened)
        {
            await reopened.DisposeAsync();
        }
    }

    // The server may have been started again, under the same name: another one takes the place of what was lost.
    private async Task ReopenAsync(CancellationToken cancellationToken)
    {
        var found = await _reopen!(cancellationToken);
        _switch.Exchange(found);
        var before = _reopened;
        _reopened = found;
        if (before is not null)
        {
            await before.DisposeAsync();
        }

        await _serverPoller.RefreshAsync(cancellationToken);
        Changes.Post(() => Say("connected again", Tone.Good));
    }

    private void Now(Poller poller) => Work.Run("asking the server", async stop =>
    {
        await QuietlyAsync(poller.RefreshAsync, stop);
        return null;
    });

    private Poller Poll(TimeSpan period, Func<bool> isWanted, Func<CancellationToken, Task> refresh) => new(Time, period, isWanted, async stop =>
    {
        try
        {
            await refresh(stop);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whatever the route throws: the header says that the server gives no answer, and the next look may find it again.
            _isLost = true;
            Changes.Post(() => Server.Fail(e));
        }
    });

    private Task QuietlyAsync(Func<CancellationToken, Task> work) => QuietlyAsync(work, _stop.Token);

    private static async Task QuietlyAsync(Func<CancellationToken, Task> work, CancellationToken stop)
    {
        try
        {
            await work(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The dashboard is closing.
        }
    }
}
