namespace MailAdmin.Dashboard.ViewModels;

/// <summary>Which side of a queued message is read.</summary>
internal enum QueuePart
{
    /// <summary>Where it stands and what was said about it.</summary>
    Delivery,
    /// <summary>Its header fields.</summary>
    Headers,
    /// <summary>The octets as they will be sent.</summary>
    Source,
}

/// <summary>One queued message under inspection. It may be delivered meanwhile: what was read of it stays.</summary>
internal sealed class QueueMessageModel(MailQueueMessage message, TimeProvider time, TimeZoneInfo zone)
{
    /// <summary>Recipients shown at most.</summary>
    public const int MaxRecipients = 1000;

    /// <summary>The message as last seen.</summary>
    public MailQueueMessage Message { get; private set; } = message;
    /// <summary>It is in the queue no longer.</summary>
    public bool IsGone { get; private set; }
    /// <summary>Which side is read.</summary>
    public QueuePart Part { get; private set; }
    /// <summary>First line on screen.</summary>
    public int Top { get; private set; }
    /// <summary>Its octets.</summary>
    public SourceText Source { get; } = new(message.SizeBytes);

    /// <summary>A new look at it; null: it is gone.</summary>
    public void See(MailQueueMessage? message)
    {
        IsGone = message is null;
        Message = message ?? Message;
    }

    /// <summary>Turns to another side.</summary>
    public void Turn(QueuePart part)
    {
        Part = part;
        Top = 0;
    }

    /// <summary>Turns to the next side, or the one before.</summary>
    public void Turn(int step) => Turn((QueuePart)(((int)Part + step + 3) % 3));

    /// <summary>Moves the window.</summary>
    public void Scroll(int lines, int width, int height) => Top = Math.Clamp(Top + lines, 0, Math.Max(0, LinesFor(width).Count - height));

    /// <summary>True where the source should be read on.</summary>
    public bool WantsMore(int height) => Part switch
    {
        QueuePart.Headers => Source.WantsHeader(),
        QueuePart.Source => Source.WantsMore(Top + (2 * height)),
        _ => false,
    };

    /// <summary>The lines of the side that is read, wrapped to a width.</summary>
    public IReadOnlyList<string> LinesFor(int width) => Part switch
    {
        QueuePart.Delivery => TextWrap.Wrap(Delivery(), width),
        QueuePart.Headers => TextWrap.Wrap(Source.Lines.Count == 0 ? ["reading …"] : Source.Header, width),
        _ => Source.Wrapped(width),
    };

    private IEnumerable<string> Delivery()
    {
        var now = time.GetUtcNow();
        yield return $"state         {(IsGone ? "no longer in the queue: delivered, returned or removed" : QueueModel.Name(Message.Status))}";
        yield return $"taken in      {Formats.DateTime(Message.ReceivedAt, zone)}, {Formats.Ago(Message.ReceivedAt, now)}{(Message.Submitter is { } by ? ", from " + by : "")}";
        yield return $"gives up      {Formats.DateTime(Message.ExpiresAt, zone)}, in {Formats.Span(Message.ExpiresAt - now)}";
        yield return $"attempts      {Formats.Count(Message.Attempts)}{(Message.LastAttempt is { } last ? ", the last " + Formats.Ago(last, now) : "")}";
        yield return $"next attempt  {QueueModel.Next(Message.Status, Message.NextAttempt, now)}";
        yield return $"next hop      {Message.NextHop ?? "by the MX of " + Message.Destination}";
        yield return $"last reply    {Message.LastReply ?? "–"}";
        yield return $"message-id    {Message.MessageId ?? "–"}";
        yield return $"id            {Message.Id}";
        yield return "";
        yield return Formats.Count(Message.Recipients.Count, "recipient");
        foreach (var recipient in Message.Recipients.Take(MaxRecipients))
        {
            yield return $"  {recipient.Address}{(recipient.LastReply is { } reply ? "   " + reply : "")}";
        }

        if (Message.Recipients.Count > MaxRecipients)
        {
            yield return $"  … and {Formats.Count(Message.Recipients.Count - MaxRecipients)} more";
        }
    }
}
