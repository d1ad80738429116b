using System.Text;

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
    /// <summary>Octets of source fetched at a time.</summary>
    public const int PieceSize = 64 * 1024;

    /// <summary>Largest message that is taken apart to be shown, octets; of a larger one the source can be read.</summary>
    public const long MaxParsed = 32 * 1024 * 1024;

    /// <summary>Octets of source shown at most; whoever needs more exports the message.</summary>
    public const int MaxRaw = 4 * 1024 * 1024;

    private readonly StringBuilder _line = new();
    private (ReaderPart Part, int Width, int Count, IReadOnlyList<string> Lines)? _wrapped;
    private bool _isFetching;

    /// <summary>The message as listed.</summary>
    public MailboxMessage Message { get; } = message;
    /// <summary>Its parts; null until they came.</summary>
    public MailMessageContent? View { get; private set; }
    /// <summary>Why it cannot be read.</summary>
    public string? Problem { get; private set; }
    /// <summary>Why its source cannot be read on.</summary>
    public string? RawProblem { get; private set; }
    /// <summary>Which side is read.</summary>
    public ReaderPart Part { get; private set; }
    /// <summary>First line on screen.</summary>
    public int Top { get; private set; }
    /// <summary>Octets of source fetched.</summary>
    public long RawOffset { get; private set; }
    /// <summary>All of the source there is to show is here.</summary>
    public bool IsRawComplete { get; private set; }
    /// <summary>Lines of source, latin1 where not ASCII, so that an octet is a character.</summary>
    public List<string> Raw { get; } = [];

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

    /// <summary>The source did not come.</summary>
    public void FailRaw(string problem)
    {
        RawProblem = problem;
        Raw.Add(problem);
    }

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
    public bool WantsMore(int height)
    {
        if (Part != ReaderPart.Raw || IsRawComplete || _isFetching || RawProblem is not null || Top + (2 * height) < Raw.Count)
        {
            return false;
        }

        return _isFetching = true;
    }

    /// <summary>A piece of the source came; an empty one is the end.</summary>
    public void Append(byte[] piece)
    {
        _isFetching = false;
        RawOffset += piece.Length;
        IsRawComplete = piece.Length == 0 || RawOffset >= Math.Min(MaxRaw, Message.SizeBytes);
        foreach (var octet in piece)
        {
            if (octet == '\n')
            {
                EndLine();
            }
            else if (octet != '\r')
            {
                _line.Append((char)octet);
            }
        }

        if (IsRawComplete)
        {
            if (_line.Length > 0)
            {
                EndLine();
            }

            if (RawOffset < Message.SizeBytes)
            {
                Raw.Add($"… {Formats.Bytes(Message.SizeBytes - RawOffset)} more in the message");
            }
        }
    }

    /// <summary>The lines of the side that is read, wrapped to a width.</summary>
    public IReadOnlyList<string> LinesFor(int width)
    {
        if (_wrapped is { } kept && kept.Part == Part && kept.Width == width && kept.Count == Raw.Count)
        {
            return kept.Lines;
        }

        IReadOnlyList<string> lines = (Problem, View) switch
        {
            _ when Part == ReaderPart.Raw => TextWrap.Wrap(Raw, width),
            ({ } problem, _) => TextWrap.Wrap([problem], width),
            (_, null) => ["reading …"],
            (_, { } view) => TextWrap.Wrap(Source(view), width),
        };
        if (View is not null || Part == ReaderPart.Raw)
        {
            _wrapped = (Part, width, Raw.Count, lines);
        }

        return lines;
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

    private void EndLine()
    {
        Raw.Add(_line.ToString());
        _line.Clear();
    }
}
