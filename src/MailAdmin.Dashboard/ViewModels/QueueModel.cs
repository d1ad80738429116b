namespace MailAdmin.Dashboard.ViewModels;

/// <summary>How deep the page of the queue stands.</summary>
internal enum QueueLevel
{
    Destinations, Messages, Message,
}

/// <summary>
/// Mail on its way out: by destination, down into the messages of one, or all messages in one list; and one message under inspection. What is done to
/// messages goes by id: a list may be a second old.
/// </summary>
internal sealed class QueueModel : DrillModel
{
    /// <summary>Messages listed at most, the oldest ones.</summary>
    public const int MaxMessages = 1000;

    /// <summary>Ids of one order: a destination may have a hundred thousand messages.</summary>
    public const int Batch = 1000;

    private readonly IMailAdministration _administration;
    private readonly TimeProvider _time;
    private readonly TimeZoneInfo _zone;

    public QueueModel(IMailAdministration administration, ChangeQueue changes, BackgroundWork work, TimeProvider time, TimeZoneInfo zone) : base(changes, work)
    {
        (_administration, _time, _zone) = (administration, time, zone);
        Destinations = new TableModel<MailQueueDestination>(DestinationColumns(time), d => d.Destination, Filters.Any<MailQueueDestination>(d => d.Destination, d => d.NextHop, d => d.LastReply));
        Messages = new TableModel<MailQueueMessage>(MessageColumns(time), m => m.Id, Filters.Any<MailQueueMessage>(
            m => m.Sender, m => string.Join(' ', m.Recipients.Select(r => r.Address)), m => m.Destination, m => m.Subject, m => m.LastReply, m => m.MessageId, m => Name(m.Status), m => m.Id));
    }

    /// <summary>The queue by destination.</summary>
    public TableModel<MailQueueDestination> Destinations { get; }
    /// <summary>Messages of the open destination, or of all.</summary>
    public TableModel<MailQueueMessage> Messages { get; }
    /// <summary>The message under inspection.</summary>
    public QueueMessageModel? Inspected => (QueueMessageModel?)Text;
    /// <summary>How deep it stands.</summary>
    public QueueLevel Level => (QueueLevel)Depth;
    /// <summary>The open destination; null: all messages are listed.</summary>
    public string? Destination { get; private set; }

    /// <summary>The destinations that wait because an attempt failed, the worst first; kept while the queue has any, for the card.</summary>
    public IReadOnlyList<MailQueueDestination> Failing { get; private set; } = [];

    public override string Path => "Queue" + (Level == QueueLevel.Destinations ? " by destination" : Destination is null ? " › all messages" : " › " + Destination) + (Level == QueueLevel.Message ? " › one message" : "");

    public override string Remark => !IsLoading && Level == QueueLevel.Messages && Messages.Total >= MaxMessages ? $"the oldest {Formats.Count(MaxMessages)}" : base.Remark;

    public override async Task RefreshAsync(CancellationToken cancellationToken)
    {
        switch (Level)
        {
            case QueueLevel.Destinations:
                await RefreshDestinationsAsync(cancellationToken);
                break;
            case QueueLevel.Messages:
                await RefreshMessagesAsync(Destination, cancellationToken);
                break;
            case QueueLevel.Message when Inspected is { } inspected:
                var seen = await FindAsync(inspected.Message.Id, cancellationToken);
                Changes.Post(() => inspected.See(seen));
                break;
        }
    }

    /// <summary>Looks which destinations fail, for the pages that show a card only.</summary>
    public async Task RefreshDestinationsAsync(CancellationToken cancellationToken)
    {
        var destinations = await _administration.GetQueueDestinationsAsync(null, cancellationToken);
        Changes.Post(() =>
        {
            Destinations.SetItems(destinations);
            Failing = [.. destinations.Where(d => d.RetryCount > 0).OrderByDescending(d => d.RetryCount)];
        });
    }

    /// <summary>The queue has nothing that failed.</summary>
    public void NothingFails() => Failing = [];

    public override void Enter()
    {
        if (Level == QueueLevel.Destinations && Destinations.Selected is { } destination)
        {
            List(destination.Destination);
        }
        else if (Level == QueueLevel.Messages && Messages.Selected is { } message)
        {
            Inspect(message);
        }
    }

    public override void Step(int step) => Step(Messages, step, Inspect);

    /// <summary>Opens a message that was found elsewhere, over the list of its destination.</summary>
    public void OpenMessage(MailQueueMessage message)
    {
        List(message.Destination);
        Inspect(message);
    }

    /// <summary>By destination, or all messages in one list.</summary>
    public void ToggleGrouping()
    {
        if (Level == QueueLevel.Destinations)
        {
            List(null);
        }
        else
        {
            GoTo((int)QueueLevel.Destinations);
        }
    }

    /// <summary>One message by its id; null where the queue has it no longer.</summary>
    public async Task<MailQueueMessage?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await foreach (var message in _administration.GetQueueMessagesAsync(new MailQueueQuery { Id = id }, cancellationToken))
        {
            return message;
        }

        return null;
    }

    /// <summary>Tries again now what is selected.</summary>
    public void Retry() => Change(MailQueueAction.Retry, "tried again now");

    /// <summary>Suspends what is selected, or resumes it where it is suspended.</summary>
    public void ToggleSuspension()
    {
        var isHeld = IsHeld;
        Change(isHeld ? MailQueueAction.Resume : MailQueueAction.Suspend, isHeld ? "resumed" : "suspended");
    }

    /// <summary>What is selected is suspended, all of it.</summary>
    public bool IsHeld => Level == QueueLevel.Destinations
        ? Destinations.Selected is { } destination && destination.SuspendedCount == destination.MessageCount
        : SelectedMessage?.Status == MailQueueStatus.Suspended;

    /// <summary>The question before what is selected is removed; null where nothing is.</summary>
    public FormModel? AskToRemove()
    {
        if (Target() is not { } target)
        {
            return null;
        }

        return new FormModel("Remove from the queue", [target.What, "Returned to its sender with a notification, or removed without a word."], [],
        [
            new("&Keep it", null),
            new("Re&turn to sender", (_, stop) => ChangeAsync(target, MailQueueAction.Bounce, "returned", stop)),
            new("&Remove", (_, stop) => ChangeAsync(target, MailQueueAction.Remove, "removed", stop)),
        ]) { Tone = Tone.Warning };
    }

    /// <summary>A state in a word.</summary>
    public static string Name(MailQueueStatus status) => status switch
    {
        MailQueueStatus.Queued => "waiting",
        MailQueueStatus.Active => "sending",
        MailQueueStatus.Retry => "put off",
        _ => "suspended",
    };

    /// <summary>When it is tried next, for the eye.</summary>
    public static string Next(MailQueueStatus status, DateTimeOffset? next, DateTimeOffset now) => (status, next) switch
    {
        (MailQueueStatus.Active, _) => "now",
        (MailQueueStatus.Suspended, _) => "held",
        (_, null) => "–",
        (_, { } at) => at <= now ? "now" : "in " + Formats.Short(at - now),
    };

    /// <summary>The reverse-path for the eye.</summary>
    public static string SenderOf(MailQueueMessage message) => message.Sender.Length == 0 ? "<> (a notification)" : message.Sender;

    private MailQueueMessage? SelectedMessage => Level == QueueLevel.Message ? Inspected?.Message : Messages.Selected;

    private sealed record QueueTarget(string What, string? Destination, string? Id);

    private QueueTarget? Target() => Level == QueueLevel.Destinations
        ? Destinations.Selected is { } destination ? new($"all {Formats.Count(destination.MessageCount, "message")} for {destination.Destination}", destination.Destination, null) : null
        : SelectedMessage is { } message ? new($"{SenderOf(message)} to {RecipientsOf(message)}: {message.Subject ?? "(no subject)"}", null, message.Id) : null;

    private void Change(MailQueueAction action, string done)
    {
        if (Target() is { } target)
        {
            Work.Run("the queue", stop => ChangeAsync(target, action, done, stop));
        }
    }

    private async Task<string?> ChangeAsync(QueueTarget target, MailQueueAction action, string done, CancellationToken cancellationToken)
    {
        long changed = 0;
        if (target.Id is { } id)
        {
            changed = (await _administration.ChangeQueueMessagesAsync([id], action, cancellationToken)).Count;
        }
        else
        {
            var ids = new List<string>();
            await foreach (var message in _administration.GetQueueMessagesAsync(new MailQueueQuery { Destination = target.Destination }, cancellationToken))
            {
                ids.Add(message.Id);
            }

            foreach (var batch in ids.Chunk(Batch))
            {
                changed += (await _administration.ChangeQueueMessagesAsync(batch, action, cancellationToken)).Count;
            }
        }

        await RefreshAsync(cancellationToken);
        return changed == 0 ? "nothing was changed: it is being sent, or is gone" : $"{Formats.Count(changed, "message")} {done}";
    }

    private void List(string? destination)
    {
        Destination = destination;
        GoTo((int)QueueLevel.Messages, Messages);
    }

    private void Inspect(MailQueueMessage message)
    {
        Messages.SelectKey(message.Id);
        Read((int)QueueLevel.Message, new QueueMessageModel(message, _time, _zone,
        SourceOf(message.SizeBytes, (offset, count, stop) => _administration.ReadQueueMessageAsync(message.Id, offset, count, stop))));
    }

    private async Task RefreshMessagesAsync(string? destination, CancellationToken cancellationToken)
    {
        var messages = new List<MailQueueMessage>();
        await foreach (var message in _administration.GetQueueMessagesAsync(new MailQueueQuery { Destination = destination, First = MaxMessages }, cancellationToken))
        {
            messages.Add(message);
        }

        Changes.Post(() =>
        {
            if (Level != QueueLevel.Destinations && destination == Destination)
            {
                Messages.SetItems(messages);
            }
        });
    }

    private static string RecipientsOf(MailQueueMessage message) => message.Recipients.Count switch
    {
        0 => "–",
        1 => message.Recipients[0].Address,
        var count => $"{message.Recipients[0].Address} +{count - 1}",
    };

    private static IReadOnlyList<Column<MailQueueDestination>> DestinationColumns(TimeProvider time) =>
    [
        new("", 1, d => d.RetryCount > 0 ? "▲" : " ") { Name = "failing", Tone = _ => Tone.Warning, Order = Column<MailQueueDestination>.By(d => -d.RetryCount) },
        new("Destination", 20, d => d.Destination) { MaxWidth = 32, Order = Column<MailQueueDestination>.ByText(d => d.Destination) },
        new("Messages", 8, d => Formats.Count(d.MessageCount)) { IsRight = true, Order = Column<MailQueueDestination>.By(d => d.MessageCount) },
        new("Put off", 7, d => d.RetryCount == 0 ? "–" : Formats.Count(d.RetryCount)) { IsRight = true, Order = Column<MailQueueDestination>.By(d => d.RetryCount), Tone = d => d.RetryCount > 0 ? Tone.Warning : Tone.Normal },
        new("Held", 5, d => d.SuspendedCount == 0 ? "–" : Formats.Count(d.SuspendedCount)) { IsRight = true, Drop = 3, Order = Column<MailQueueDestination>.By(d => d.SuspendedCount) },
        new("Conns", 5, d => d.ConnectionCount == 0 ? "–" : Formats.Count(d.ConnectionCount)) { IsRight = true, Drop = 4, Order = Column<MailQueueDestination>.By(d => d.ConnectionCount) },
        new("Size", 7, d => Formats.Bytes(d.SizeBytes)) { IsRight = true, Drop = 5, Order = Column<MailQueueDestination>.By(d => d.SizeBytes) },
        new("Oldest", 6, d => d.OldestAt is { } at ? Formats.Short(time.GetUtcNow() - at) : "–") { IsRight = true, Order = Column<MailQueueDestination>.By(d => d.OldestAt?.UtcTicks ?? long.MaxValue), Tone = d => d.OldestAt is { } at && time.GetUtcNow() - at > ServerModel.QueueWarning ? Tone.Warning : Tone.Normal },
        new("Next", 7, d => Next(d.ActiveCount > 0 ? MailQueueStatus.Active : d.SuspendedCount == d.MessageCount ? MailQueueStatus.Suspended : MailQueueStatus.Retry, d.NextAttempt, time.GetUtcNow())) { IsRight = true, Order = Column<MailQueueDestination>.By(d => d.NextAttempt?.UtcTicks ?? long.MaxValue) },
        new("Next hop", 14, d => d.NextHop ?? "–") { MaxWidth = 30, Drop = 6, Order = Column<MailQueueDestination>.ByText(d => d.NextHop) },
        new("Last reply", 16, d => d.LastReply ?? "–") { MaxWidth = 400, Drop = 1, Tone = d => d.RetryCount > 0 ? Tone.Warning : Tone.Normal },
    ];

    private static IReadOnlyList<Column<MailQueueMessage>> MessageColumns(TimeProvider time) =>
    [
        new("", 1, m => m.Status switch { MailQueueStatus.Retry => "▲", MailQueueStatus.Active => "●", _ => " " }) { Name = "failing", Tone = m => m.Status == MailQueueStatus.Active ? Tone.Good : Tone.Warning, Order = Column<MailQueueMessage>.By(m => -(int)m.Status) },
        new("State", 9, m => Name(m.Status)) { Order = Column<MailQueueMessage>.By(m => m.Status) },
        new("Sender", 16, SenderOf) { MaxWidth = 32, Drop = 2, Order = Column<MailQueueMessage>.ByText(m => m.Sender) },
        new("Recipients", 18, RecipientsOf) { MaxWidth = 36, Order = Column<MailQueueMessage>.ByText(RecipientsOf) },
        new("Tries", 5, m => Formats.Count(m.Attempts)) { IsRight = true, Order = Column<MailQueueMessage>.By(m => m.Attempts) },
        new("Age", 6, m => Formats.Short(time.GetUtcNow() - m.ReceivedAt)) { IsRight = true, Order = Column<MailQueueMessage>.By(m => m.ReceivedAt) },
        new("Next", 7, m => Next(m.Status, m.NextAttempt, time.GetUtcNow())) { IsRight = true, Order = Column<MailQueueMessage>.By(m => m.NextAttempt?.UtcTicks ?? long.MaxValue) },
        new("Size", 7, m => Formats.Bytes(m.SizeBytes)) { IsRight = true, Drop = 4, Order = Column<MailQueueMessage>.By(m => m.SizeBytes) },
        new("Subject", 12, m => m.Subject ?? "(no subject)") { MaxWidth = 40, Drop = 3, Order = Column<MailQueueMessage>.ByText(m => m.Subject) },
        new("Last reply", 16, m => m.LastReply ?? "–") { MaxWidth = 400, Drop = 1, Tone = m => m.Status == MailQueueStatus.Retry ? Tone.Warning : Tone.Normal },
    ];
}
