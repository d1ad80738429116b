namespace MailAdmin.Dashboard.ViewModels;

/// <summary>One message of a mailbox being read.</summary>
internal sealed class ReaderModel : TextModel
{
    /// <summary>Largest message that is taken apart to be shown, octets; of a larger one the source can be read.</summary>
    public const long MaxParsed = 32 * 1024 * 1024;

    private readonly TimeZoneInfo _zone;
    private MailMessageContent? _view;
    private (TextSide Side, int Width, IReadOnlyList<string> Lines)? _wrapped;

    public ReaderModel(MailboxMessage message, TimeZoneInfo zone, SourceText source) : base(source)
    {
        Message = message;
        _zone = zone;
        Turn(TextSide.Text);
    }

    /// <summary>The message as listed.</summary>
    public MailboxMessage Message { get; }
    /// <summary>Why it cannot be read.</summary>
    public string? Problem { get; private set; }

    public override IReadOnlyList<TextSide> Sides { get; } = [TextSide.Text, TextSide.Html, TextSide.Headers, TextSide.Attachments, TextSide.Source];

    public override IEnumerable<TextFact> Facts =>
    [
        new("From", Message.From ?? "–"),
        new("To", Message.To ?? "–"),
        new("Subject", Message.Subject ?? "–", Tone.Title),
        new("Date", Formats.DateTime(Message.Date ?? Message.ReceivedAt, _zone)),
    ];

    public override string Name(TextSide side) =>
        side == TextSide.Attachments && _view is { Attachments.Count: > 0 and var count } ? $"Attachments {count}" : base.Name(side);

    public override Tone ToneOf(string line) =>
        Problem is not null && Side != TextSide.Source ? Tone.Failure : line.StartsWith('>') ? Tone.Dim : Tone.Normal;

    /// <summary>The parts came.</summary>
    public void Show(MailMessageContent view)
    {
        _view = view;
        _wrapped = null;
        if (view.Text is null && view.Html is not null && Side == TextSide.Text)
        {
            Turn(TextSide.Html);
        }
    }

    /// <summary>They did not.</summary>
    public void Fail(string problem) => Problem = problem;

    public override IReadOnlyList<string> LinesFor(int width)
    {
        if (Side == TextSide.Source)
        {
            return base.LinesFor(width);
        }

        if (Problem is { } problem)
        {
            return TextWrap.Wrap([problem], width);
        }

        if (_view is not { } view)
        {
            return ["reading …"];
        }

        if (_wrapped is not { } kept || kept.Side != Side || kept.Width != width)
        {
            _wrapped = kept = (Side, width, TextWrap.Wrap(LinesOf(view), width));
        }

        return kept.Lines;
    }

    private IEnumerable<string> LinesOf(MailMessageContent view) => Side switch
    {
        TextSide.Text => Body(view.Text, "no plain text in this message"),
        TextSide.Html => Body(view.Html is null ? null : HtmlText.Of(view.Html), "no HTML in this message"),
        TextSide.Headers => view.Headers.Select(h => h.Key + ": " + h.Value),
        _ => view.Attachments.Count == 0
            ? ["no attachments"]
            : view.Attachments.Select((a, i) => $"{i + 1}  {(a.FileName.Length > 0 ? a.FileName : "(no name)")}   {a.ContentType}   {Formats.Bytes(a.SizeBytes)}"),
    };

    private static IEnumerable<string> Body(string? text, string none) => text is null ? [none] : text.ReplaceLineEndings("\n").Split('\n');
}
