namespace MailAdmin.Dashboard.ViewModels;

/// <summary>
/// Lists inside one another, and a text to read at the bottom: Enter goes down, Esc comes up. Each level keeps its place while a deeper one is open, and only
/// the one on show is read.
/// </summary>
internal abstract class DrillModel(ChangeQueue changes, BackgroundWork work)
{
    /// <summary>How deep it stands; 0 is the outermost list.</summary>
    public int Depth { get; private set; }
    /// <summary>The text that is read; null where a list has the page.</summary>
    public TextModel? Text { get; private set; }
    /// <summary>The level is still being read.</summary>
    public bool IsLoading { get; private set; }
    /// <summary>Where it stands, for the eye.</summary>
    public abstract string Path { get; }
    /// <summary>What there is to say about the list besides its rows; empty for nothing.</summary>
    public virtual string Remark => IsLoading ? "reading …" : "";

    /// <summary>Background work.</summary>
    protected BackgroundWork Work { get; } = work;
    /// <summary>The way to the drawing thread.</summary>
    protected ChangeQueue Changes { get; } = changes;

    /// <summary>Reads the level on show again.</summary>
    public abstract Task RefreshAsync(CancellationToken cancellationToken);

    /// <summary>Goes into the selected thing.</summary>
    public abstract void Enter();

    /// <summary>Turns the text to the next thing of its list, or the one before.</summary>
    public abstract void Step(int step);

    /// <summary>One level up; false at the top.</summary>
    public bool Leave()
    {
        if (Depth == 0)
        {
            return false;
        }

        GoTo(Depth - 1);
        return true;
    }

    /// <summary>Turns to a list and reads it.</summary>
    protected void GoTo(int depth)
    {
        (Depth, Text) = (depth, null);
        Reload();
    }

    /// <summary>Turns to a list that was just opened: nothing of the one before is left in it.</summary>
    protected void GoTo<T>(int depth, TableModel<T> table) where T : class
    {
        table.ClearFilter();
        table.SetItems([]);
        GoTo(depth);
    }

    /// <summary>Opens a text below a list.</summary>
    protected void Read(int depth, TextModel text) => (Depth, Text) = (depth, text);

    /// <summary>The octets of a message, to be read as they are wanted.</summary>
    protected SourceText SourceOf(long size, SourceReader read) => new(size, read, Changes, Work);

    /// <summary>Opens the next thing of a list, or the one before, from inside the open one.</summary>
    protected static void Step<T>(TableModel<T> table, int step, Action<T> open) where T : class
    {
        var before = table.SelectedIndex;
        table.Move(step);
        if (table.SelectedIndex != before && table.Selected is { } next)
        {
            open(next);
        }
    }

    private void Reload()
    {
        IsLoading = true;
        Work.Run("reading", async stop =>
        {
            try
            {
                await RefreshAsync(stop);
            }
            finally
            {
                Changes.Post(() => IsLoading = false);
            }

            return null;
        });
    }
}
