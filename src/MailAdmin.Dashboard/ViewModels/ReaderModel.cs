namespace MailAdmin.Dashboard.ViewModels;

/// <summary>Which side of a message is read.</summary>
internal enum ReaderPart
{
    /// <summary>The plain text.</summary>
    Text,
    /// <summary>The HTML, as text.</summary>
    Html,
    /// <summary>All header fields.</summary>
    Headers,
    /// <summary>The other parts.</summary>
    Attachments,
    /// <summary>The octets as they lie in the store.</summary>
    Raw,
}

/// <summary>One message being read. Its source comes piece by piece as the reader goes down, so a large one costs what is looked at.</summary>
internal sealed class ReaderModel(MailboxMessage message)
{
    /// <summary>Largest message that is taken apart to be shown, octets; of a larger one the source can be read.</summary>
    public const long MaxParsed = 32 * 1024 * 1024;

    private (ReaderPart Part, int Width, IReadOnlyList<string> Lines)? _wrapped;

    /// <summary>The message as listed.</summary>
    public MailboxMessage Message { get; } = message;
    /// <summary>Its parts; null until they came.</summary>
    public MailMessageContent? View { get; private set; }
    /// <summary>Why it cannot be read.</summary>
    public string? Problem { get; private set; }
    /// <summary>Which side is read.</summary>
    public ReaderPart Part { get; private set; }
    /// <summary>First line on screen.</summary>
    public int Top { get; private set; }
    /// <summary>Its source.</summary>
    public SourceText Raw { get; } = new(message.SizeBytes);

    /// <summary>The parts came.</summary>
    public void Show(MailMessageContent view)
    {
        View = view;
        _wrapped = null;
        if (view.Text is null && view.Html is not null && Part == ReaderPart.Text)
        {
            Part = ReaderPart.Html;
        }
    }

    /// <summary>They did not.</summary>
    public void Fail(string problem) => Problem = problem;

    /// <summary>Turns to another side.</summary>
    public void Turn(ReaderPart part)
    {
        Part = part;
        Top = 0;
    }

    /// <summary>Turns to the next side, or the one before.</summary>
    public void Turn(int step) => Turn((ReaderPart)(((int)Part + step + 5) % 5));

    /// <summary>Moves the window.</summary>
    public void Scroll(int lines, int width, int height) => Top = Math.Clamp(Top + lines, 0, Math.Max(0, LinesFor(width).Count - height));

    /// <summary>True where the source should be read on: it is looked at and its end is near. Turns false until the piece came.</summary>
    public bool WantsMore(int height) => Part == ReaderPart.Raw && Raw.WantsMore(Top + (2 * height));

    /// <summary>The lines of the side that is read, wrapped to a width.</summary>
    public IReadOnlyList<string> LinesFor(int width)
    {
        if (Part == ReaderPart.Raw)
        {
            return Raw.Wrapped(width);
        }

        if (Problem is { } problem)
        {
            return TextWrap.Wrap([problem], width);
        }

        if (View is not { } view)
        {
            return ["reading …"];
        }

        if (_wrapped is not { } kept || kept.Part != Part || kept.Width != width)
        {
            _wrapped = kept = (Part, width, TextWrap.Wrap(Source(view), width));
        }

        return kept.Lines;
    }

    private IEnumerable<string> Source(MailMessageContent view) => Part switch
    {
        ReaderPart.Text => Body(view.Text, "no plain text in this message"),
        ReaderPart.Html => Body(view.Html is null ? null : HtmlText.Of(view.Html), "no HTML in this message"),
        ReaderPart.Headers => view.Headers.Select(h => h.Key + ": " + h.Value),
        _ => view.Attachments.Count == 0
            ? ["no attachments"]
            : view.Attachments.Select((a, i) => $"{i + 1}  {(a.FileName.Length > 0 ? a.FileName : "(no name)")}   {a.ContentType}   {Formats.Bytes(a.SizeBytes)}"),
    };

    private static IEnumerable<string> Body(string? text, string none) => text is null ? [none] : text.ReplaceLineEndings("\n").Split('\n');
}
