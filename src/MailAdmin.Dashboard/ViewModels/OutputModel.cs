namespace MailAdmin.Dashboard.ViewModels;

/// <summary>A line of output.</summary>
internal readonly record struct OutputLine(string Text, Tone Tone);

/// <summary>
/// What a command wrote, with a window over it and a search in it. Written from any thread and never waited for: lines and progress are gathered, and taken in
/// as one batch by the thread that draws.
/// </summary>
internal sealed class OutputModel(ChangeQueue changes)
{
    /// <summary>Lines kept; older ones go.</summary>
    public const int MaxLines = 10_000;

    /// <summary>Progress records followed at once.</summary>
    public const int MaxProgress = 8;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, CommandProgress> _running = [];
    private List<OutputLine> _arriving = [];
    private bool _isPosted;
    private int _run, _width = int.MaxValue;

    /// <summary>Lines, oldest first.</summary>
    public List<OutputLine> Lines { get; } = [];
    /// <summary>Activities under way, as they came.</summary>
    public IReadOnlyList<CommandProgress> Progress { get; private set; } = [];
    /// <summary>First line on screen; -1: the end is followed.</summary>
    public int Top { get; private set; } = -1;
    /// <summary>Somebody has moved the window.</summary>
    public bool IsMoved { get; private set; }
    /// <summary>Keys go to the search.</summary>
    public bool IsSearching { get; private set; }
    /// <summary>What is searched for.</summary>
    public LineEditor Search { get; } = new();
    /// <summary>Lines that were dropped for room.</summary>
    public long Dropped { get; private set; }

    /// <summary>Forgets all, for a new command; its end is followed. Lines longer than <paramref name="width"/> cells are wrapped.</summary>
    public void Clear(int width = int.MaxValue)
    {
        lock (_gate)
        {
            _width = width;
            _arriving = [];
            _running.Clear();
            // What the command before posts from here on is not of this one.
            _run++;
        }

        Lines.Clear();
        Progress = [];
        Dropped = 0;
        (Top, IsMoved, IsSearching) = (-1, false, false);
        Search.Clear();
    }

    /// <summary>The command is over. What came faster than anybody reads is shown from its beginning.</summary>
    public void End(bool wasQuick)
    {
        Progress = [];
        if (wasQuick && !IsMoved)
        {
            Top = 0;
        }

        if (Lines.Count == 0)
        {
            Lines.Add(new OutputLine("(no output)", Tone.Dim));
        }
    }

    /// <summary>Adds text, of one line or more. From any thread.</summary>
    public void Write(string text, CommandLineKind kind)
    {
        var tone = kind switch
        {
            CommandLineKind.Error => Tone.Failure,
            CommandLineKind.Warning => Tone.Warning,
            CommandLineKind.Information => Tone.Dim,
            _ => Tone.Normal,
        };
        lock (_gate)
        {
            _arriving.AddRange(TextWrap.Wrap(text.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd()), _width).Select(line => new OutputLine(line, tone)));
            // Twice as many before they are cut, so that a flood does not shift the list at every line.
            if (_arriving.Count > 2 * MaxLines)
            {
                _arriving.RemoveRange(0, _arriving.Count - MaxLines);
            }

            Post();
        }
    }

    /// <summary>Shows how far an activity is, or that it is over. From any thread.</summary>
    public void Show(CommandProgress progress)
    {
        lock (_gate)
        {
            if (progress.IsOver)
            {
                _running.Remove(progress.Id);
            }
            else if (_running.ContainsKey(progress.Id) || _running.Count < MaxProgress)
            {
                _running[progress.Id] = progress;
            }

            Post();
        }
    }

    /// <summary>First line to draw in a window of a height.</summary>
    public int First(int height) => Top < 0 ? Math.Max(0, Lines.Count - height) : Math.Clamp(Top, 0, Math.Max(0, Lines.Count - height));

    /// <summary>Moves the window; at its end it follows again.</summary>
    public void Scroll(int lines, int height)
    {
        var last = Math.Max(0, Lines.Count - height);
        var top = Math.Clamp(First(height) + lines, 0, last);
        Top = top >= last && lines > 0 ? -1 : top;
        IsMoved = true;
    }

    /// <summary>Opens the search.</summary>
    public void BeginSearch()
    {
        IsSearching = true;
        Search.Clear();
    }

    /// <summary>Typing is over; the marks stay.</summary>
    public void EndSearch() => IsSearching = false;

    /// <summary>Drops the search; false where there is none.</summary>
    public bool DropSearch()
    {
        if (!IsSearching && Search.Text.Length == 0)
        {
            return false;
        }

        IsSearching = false;
        Search.Clear();
        return true;
    }

    /// <summary>Moves the window so that the next line with the text stands first, from the first one on screen (step 0) or behind it; goes round. False where no line has it.</summary>
    public bool Find(int step, int height)
    {
        var text = Search.Text;
        if (text.Length == 0 || Lines.Count == 0)
        {
            return false;
        }

        var from = _found is { } found && found < Lines.Count && step != 0 ? found : First(height);
        for (var i = 0; i < Lines.Count; i++)
        {
            var at = (from + (step < 0 ? -1 - i : step + i) + (2 * Lines.Count)) % Lines.Count;
            if (Lines[at].Text.Contains(text, StringComparison.OrdinalIgnoreCase))
            {
                _found = at;
                Top = Math.Clamp(at - (height / 3), 0, Math.Max(0, Lines.Count - height));
                IsMoved = true;
                return true;
            }
        }

        return false;
    }

    /// <summary>Places of the searched text in a line.</summary>
    public IEnumerable<int> Marks(string line)
    {
        var text = Search.Text;
        for (var at = 0; text.Length > 0 && (at = line.IndexOf(text, at, StringComparison.OrdinalIgnoreCase)) >= 0; at += text.Length)
        {
            yield return at;
        }
    }

    private int? _found;

    // Under the gate.
    private void Post()
    {
        if (!_isPosted)
        {
            _isPosted = true;
            var run = _run;
            changes.Post(() => TakeIn(run));
        }
    }

    private void TakeIn(int run)
    {
        List<OutputLine> batch;
        lock (_gate)
        {
            _isPosted = false;
            if (run != _run)
            {
                // Posted before the pane was cleared; what came since must not be left lying.
                if (_arriving.Count > 0 || _running.Count > 0)
                {
                    Post();
                }

                return;
            }

            batch = _arriving;
            _arriving = [];
            Progress = [.. _running.Values];
        }

        Lines.AddRange(batch);
        var excess = Lines.Count - MaxLines;
        if (excess > 0)
        {
            Lines.RemoveRange(0, excess);
            Dropped += excess;
            Top = Top < 0 ? -1 : Math.Max(0, Top - excess);
            _found = _found - excess is >= 0 and var kept ? kept : null;
        }
    }
}
