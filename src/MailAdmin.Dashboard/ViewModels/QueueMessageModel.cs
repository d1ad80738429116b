namespace MailAdmin.Dashboard.ViewModels;

/// <summary>One queued message under inspection. It may be delivered meanwhile: what was read of it stays.</summary>
internal sealed class QueueMessageModel(MailQueueMessage message, TimeProvider time, TimeZoneInfo zone, SourceText source) : TextModel(source)
{
    /// <summary>Recipients shown at most.</summary>
    public const int MaxRecipients = 1000;

    /// <summary>Recipients named above the text.</summary>
    private const int MaxNamed = 20;

    /// <summary>The message as last seen.</summary>
    public MailQueueMessage Message { get; private set; } = message;
    /// <summary>It is in the queue no longer.</summary>
    public bool IsGone { get; private set; }

    public override IReadOnlyList<TextSide> Sides { get; } = [TextSide.Delivery, TextSide.Headers, TextSide.Source];

    public override IEnumerable<TextFact> Facts =>
    [
        new("From", QueueModel.SenderOf(Message)),
        new("To", string.Join(", ", Message.Recipients.Take(MaxNamed).Select(r => r.Address))),
        new("Subject", Message.Subject ?? "–", Tone.Title),
    ];

    /// <summary>A new look at it; null: it is gone.</summary>
    public void See(MailQueueMessage? message)
    {
        IsGone = message is null;
        Message = message ?? Message;
    }

    public override Tone ToneOf(string line) => IsGone && Side == TextSide.Delivery ? Tone.Dim : Tone.Normal;

    public override void Fetch(int height)
    {
        if (Side == TextSide.Headers)
        {
            Source.WantHeader();
        }

        base.Fetch(height);
    }

    public override IReadOnlyList<string> LinesFor(int width) => Side switch
    {
        TextSide.Delivery => TextWrap.Wrap(Delivery(), width),
        TextSide.Headers => TextWrap.Wrap(Source.Lines.Count == 0 ? ["reading …"] : Source.Header, width),
        _ => base.LinesFor(width),
    };

    private IEnumerable<string> Delivery()
    {
        var now = time.GetUtcNow();
        yield return $"state         {(IsGone ? "no longer in the queue: delivered, returned or removed" : QueueModel.Name(Message.Status))}";
        yield return $"taken in      {Formats.DateTime(Message.ReceivedAt, zone)}, {Formats.Ago(Message.ReceivedAt, now)}{(Message.Submitter is { } by ? ", from " + by : "")}";
        yield return $"gives up      {Formats.DateTime(Message.ExpiresAt, zone)}, in {Formats.Span(Message.ExpiresAt - now)}";
        yield return $"attempts      {Formats.Count(Message.Attempts)}{(Message.LastAttempt is { } last ? ", the last " + Formats.Ago(last, now) : "")}";
        yield return $"next attempt  {QueueModel.Next(Message.Status, Message.NextAttempt, now)}";
        yield return $"next hop      {Message.NextHop ?? "chosen at the first attempt"}";
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
