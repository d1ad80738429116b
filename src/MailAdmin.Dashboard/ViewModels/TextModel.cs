namespace MailAdmin.Dashboard.ViewModels;

/// <summary>Sides from which a message can be read; which of them there are is its model's to say.</summary>
internal enum TextSide
{
    /// <summary>Where a queued message stands and what was said about it.</summary>
    Delivery,
    /// <summary>The plain text.</summary>
    Text,
    /// <summary>The HTML, as text.</summary>
    Html,
    /// <summary>All header fields.</summary>
    Headers,
    /// <summary>The other parts.</summary>
    Attachments,
    /// <summary>The octets as they lie in the store.</summary>
    Source,
}

/// <summary>A line above a text: a name, and what it is.</summary>
internal readonly record struct TextFact(string Name, string Value, Tone Tone = Tone.Normal);

/// <summary>A message being read, from one of its sides, through a window.</summary>
internal abstract class TextModel(SourceText source)
{
    /// <summary>The sides there are, in the order of the screen.</summary>
    public abstract IReadOnlyList<TextSide> Sides { get; }
    /// <summary>What stands above every side.</summary>
    public abstract IEnumerable<TextFact> Facts { get; }
    /// <summary>Which side is read.</summary>
    public TextSide Side { get; private set; }
    /// <summary>First line on screen.</summary>
    public int Top { get; private set; }
    /// <summary>Its octets.</summary>
    protected SourceText Source { get; } = source;

    /// <summary>What a side is called.</summary>
    public virtual string Name(TextSide side) => side == TextSide.Html ? "HTML" : side.ToString();

    /// <summary>The lines of the side that is read, wrapped to a width.</summary>
    public virtual IReadOnlyList<string> LinesFor(int width) => Source.Wrapped(width);

    /// <summary>What a line of it means.</summary>
    public virtual Tone ToneOf(string line) => Tone.Normal;

    /// <summary>Turns to another side; false where there is no such side.</summary>
    public bool Turn(TextSide side)
    {
        if (!Sides.Contains(side))
        {
            return false;
        }

        Side = side;
        Top = 0;
        return true;
    }

    /// <summary>Turns to the next side, or the one before.</summary>
    public void Turn(int step)
    {
        var at = Sides.ToList().IndexOf(Side);
        Turn(Sides[(at + step + Sides.Count) % Sides.Count]);
    }

    /// <summary>Moves the window.</summary>
    public void Scroll(int lines, int width, int height) => Top = Math.Clamp(Top + lines, 0, Math.Max(0, LinesFor(width).Count - height));

    /// <summary>Fetches what a window of a height needs and a windowful below it.</summary>
    public virtual void Fetch(int height)
    {
        if (Side == TextSide.Source)
        {
            Source.Want(Top + (2 * height) + 1);
        }
    }
}
